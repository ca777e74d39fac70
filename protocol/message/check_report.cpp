#include <algorithm>
#include <set>

#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/message/demand.hpp"
#include "protocol/message/parse.hpp"

namespace loa::protocol::message {
namespace {

constexpr std::int64_t frames_per_second = 48'000;
constexpr std::int64_t frames_in(Micros time) { return time.count() * frames_per_second / 1'000'000; }

/// Instants that a station states by its own clock, which may never have been set.
Result<void> demand_stated(std::string_view field, std::int64_t us) {
  return demand_instant(field, us, wall_from_us(0), latest);
}

Result<void> check_chain(const v1::Proof& proof) {
  LOA_TRY(demand_bytes("epoch", proof.epoch(), epoch_bytes));
  LOA_TRY(demand(proof.number() >= 1, "number is 0: proofs count from 1"));
  LOA_TRY(demand_bytes("previous", proof.previous(), hash_bytes));
  const bool zero = std::all_of(proof.previous().begin(), proof.previous().end(), [](char c) { return c == 0; });
  return demand(zero == (proof.number() == 1), "previous is zero for number 1 and for no other (number {})",
                proof.number());
}

Result<void> check_gaps(const v1::Proof& proof) {
  LOA_TRY(demand(static_cast<std::size_t>(proof.gaps_size()) <= max_gaps, "{} gaps are more than {}", proof.gaps_size(),
                 max_gaps));
  std::int64_t free_from = proof.from_us();
  for (const auto& gap : proof.gaps()) {
    const bool inside = gap.at_us() >= free_from && gap.at_us() < proof.to_us() && gap.length_us() > 0 &&
                        gap.length_us() <= proof.to_us() - gap.at_us();
    LOA_TRY(demand(inside, "a gap of {} us at {} lies outside of the part, or overlaps the one before", gap.length_us(),
                   gap.at_us()));
    free_from = gap.at_us() + gap.length_us();
  }
  return {};
}

/// Nobody hears more sound than time passes: what is lost in gaps cannot have been consumed.
Result<void> check_frames(const v1::Proof& proof) {
  LOA_TRY(demand_range<std::uint64_t>("first_frame", proof.first_frame(), 0,
                                      static_cast<std::uint64_t>(frames_in(max_duration))));
  if (proof.medium() != v1::MEDIUM_AUDIO) return {};
  std::int64_t heard_us = proof.to_us() - proof.from_us();
  for (const auto& gap : proof.gaps()) heard_us -= gap.length_us();
  const std::int64_t most = frames_in(Micros{heard_us}) + frames_in(frames_slack);
  return demand(proof.frames() <= static_cast<std::uint64_t>(most), "{} frames do not fit into {}", proof.frames(),
                format_duration(Micros{heard_us}));
}

/// No page stands longer than the part, nor all of them together.
Result<void> check_pages(const v1::Proof& proof) {
  if (proof.pages_size() == 0) return {};
  LOA_TRY(demand(proof.medium() == v1::MEDIUM_SIGN, "pages stand only with a sign"));
  LOA_TRY(demand(static_cast<std::size_t>(proof.pages_size()) <= max_pages, "{} pages are more than {}",
                 proof.pages_size(), max_pages));
  std::set<std::string_view> seen;
  std::int64_t free_us = proof.to_us() - proof.from_us();
  std::uint64_t free_frames = proof.frames();
  for (const auto& page : proof.pages()) {
    LOA_TRY(demand_bytes("a page's object", page.object(), hash_bytes));
    LOA_TRY(demand(seen.insert(page.object()).second, "page {} is there twice", format_hex(page.object())));
    LOA_TRY(demand_range<std::int64_t>("a page's shown_us", page.shown_us(), 0, free_us));
    LOA_TRY(demand_range<std::uint64_t>("a page's frames", page.frames(), 0, free_frames));
    free_us -= page.shown_us();
    free_frames -= page.frames();
  }
  return {};
}

Result<void> check_measured(const v1::Proof& proof) {
  LOA_TRY(check_pages(proof));
  LOA_TRY(check_gaps(proof));
  LOA_TRY(check_frames(proof));
  LOA_TRY(demand_range("gain_cb", proof.gain_cb(), min_gain_cb, 0));
  LOA_TRY(demand_range<std::int64_t>("start_error_us", proof.start_error_us(), -max_start_error.count(),
                                     max_start_error.count()));
  return demand_range("device_ppb", proof.device_ppb(), -max_device_ppb, max_device_ppb);
}

Result<void> check_unmeasured(const v1::Proof& proof) {
  LOA_TRY(demand(proof.late_us() == 0, "late_us stands only with what was played"));
  return demand(proof.frames() == 0 && proof.gaps_size() == 0 && proof.pages_size() == 0,
                "frames, gaps and pages stand only with what was played");
}

Result<void> check_understood(const v1::Status& status) {
  LOA_TRY(demand(static_cast<std::size_t>(status.understands_size()) <= max_understood,
                 "it understands {} words, more than {}", status.understands_size(), max_understood));
  for (const auto& word : status.understands()) LOA_TRY(demand_id("a word of understands", word));
  return {};
}

Result<void> check_standing(const v1::Status::Standing& standing) {
  LOA_TRY(demand(standing.codes_size() <= max_standing_faults, "{} faults are more than {}", standing.codes_size(),
                 max_standing_faults));
  for (auto code = standing.codes().begin(); code != standing.codes().end(); ++code) {
    LOA_TRY(demand_id("a code of faults", *code));
    LOA_TRY(demand(std::find(standing.codes().begin(), code, *code) == code, "faults names '{}' twice", *code));
  }
  return {};
}

/// What tells one journal and one process from another; a build that does not know the fields leaves them out.
Result<void> check_identity(const v1::Status& status) {
  if (!status.boot().empty()) LOA_TRY(demand_id("boot", status.boot()));
  if (!status.epoch().empty()) LOA_TRY(demand_bytes("epoch", status.epoch(), epoch_bytes));
  return status.began_us() == 0 ? Result<void>{} : demand_instant("began_us", status.began_us(), earliest, latest);
}

/// What an output made of a test.
Result<void> check_test(const v1::Measured& measured) {
  LOA_TRY(demand(measured.medium() == v1::MEDIUM_AUDIO || measured.medium() == v1::MEDIUM_SIGN,
                 "measured medium {} is not known", static_cast<int>(measured.medium())));
  LOA_TRY(demand_id("measured reason", measured.reason()));
  LOA_TRY(demand_instant("measured from_us", measured.from_us(), earliest, latest));
  LOA_TRY(demand_range<std::int64_t>("measured to_us", measured.to_us(), measured.from_us(),
                                     measured.from_us() + max_test.count()));
  LOA_TRY(demand_range<std::int64_t>("measured gaps_us", measured.gaps_us(), 0, measured.to_us() - measured.from_us()));
  LOA_TRY(demand_range("measured gain_cb", measured.gain_cb(), min_gain_cb, 0));
  LOA_TRY(demand_range<std::int64_t>("measured start_error_us", measured.start_error_us(), -max_start_error.count(),
                                     max_start_error.count()));
  return demand_range("measured device_ppb", measured.device_ppb(), -max_device_ppb, max_device_ppb);
}

bool is_bucket_sent(int bucket) { return v1::Bucket_IsValid(bucket) && bucket != v1::BUCKET_UNKNOWN; }

}  // namespace

Result<void> check(const v1::Proof& proof) {
  LOA_TRY(check_chain(proof));
  LOA_TRY(demand(is_occurrence(proof.occurrence()), "occurrence is not of the form programme/2026-11-21/050000"));
  LOA_TRY(demand_range("segment", proof.segment(), 0U, max_segment));
  LOA_TRY(demand(is_bucket_sent(proof.bucket()), "bucket {} is none that is sent", static_cast<int>(proof.bucket())));
  LOA_TRY(demand_id("reason", proof.reason()));
  LOA_TRY(demand(proof.medium() == v1::MEDIUM_AUDIO || proof.medium() == v1::MEDIUM_SIGN, "medium {} is not known",
                 static_cast<int>(proof.medium())));
  LOA_TRY(demand_instant("from_us", proof.from_us(), earliest, latest));
  LOA_TRY(
      demand_range<std::int64_t>("to_us", proof.to_us(), proof.from_us() + 1, proof.from_us() + max_duration.count()));
  LOA_TRY(demand_bytes("object", proof.object(), hash_bytes));
  LOA_TRY(demand_range<std::int64_t>("late_us", proof.late_us(), 0, max_duration.count()));
  LOA_TRY(demand_range<std::int64_t>("again_us", proof.again_us(), 0, max_duration.count()));
  return proof.bucket() == v1::BUCKET_PLAYED ? check_measured(proof) : check_unmeasured(proof);
}

Result<void> check(const v1::Receipt& receipt) {
  LOA_TRY(demand_bytes("epoch", receipt.epoch(), epoch_bytes));
  LOA_TRY(demand_bytes("head", receipt.head(), hash_bytes));
  const bool zero = std::all_of(receipt.head().begin(), receipt.head().end(), [](char c) { return c == 0; });
  return demand(receipt.through() >= 1 || zero, "through is 0: a receipt of nothing names no head");
}

Result<void> check(const v1::State& state) {
  LOA_TRY(demand_stated("since_us", state.since_us()));
  return demand_id("boot", state.boot());
}

Result<void> check(const v1::Status& status) {
  LOA_TRY(demand_stated("at_us", status.at_us()));
  LOA_TRY(demand(status.objects_held() <= status.objects_wanted(), "objects_held {} is more than objects_wanted {}",
                 status.objects_held(), status.objects_wanted()));
  LOA_TRY(demand(status.failed_starts() <= status.starts(), "failed_starts {} is more than starts {}",
                 status.failed_starts(), status.starts()));
  LOA_TRY(demand_text("on_air", status.on_air(), max_title_bytes));
  LOA_TRY(demand_text("software", status.software(), max_title_bytes));
  LOA_TRY(demand_range("temperature_c", status.temperature_c(), min_temperature_c, max_temperature_c));
  LOA_TRY(demand_range("next_within_s", status.next_within_s(), 0U, max_next_within_s));
  LOA_TRY(check_standing(status.faults()));
  LOA_TRY(check_identity(status));
  LOA_TRY(check_understood(status));
  LOA_TRY(demand(status.receipt().size() <= max_sealed_receipt, "a receipt of {} bytes is larger than {}",
                 status.receipt().size(), max_sealed_receipt));
  return demand_text("refused", status.refused(), max_text_bytes);
}

Result<void> check(const v1::Fault& fault) {
  LOA_TRY(demand_id("code", fault.code()));
  LOA_TRY(demand(v1::FaultState_IsValid(fault.state()), "state {} is not known", static_cast<int>(fault.state())));
  LOA_TRY(demand_stated("since_us", fault.since_us()));
  LOA_TRY(demand(fault.count() >= 1, "count is 0: a fault happened at least once"));
  return demand_text("text", fault.text(), max_text_bytes);
}

Result<void> check(const v1::Command& command) {
  LOA_TRY(demand_id("id", command.id()));
  switch (command.order_case()) {
    case v1::Command::kStop:
      return demand_text("stop reason", command.stop().reason(), max_title_bytes);
    case v1::Command::kMute:
      LOA_TRY(demand_stated("mute until_us", command.mute().until_us()));
      return demand_text("mute reason", command.mute().reason(), max_title_bytes);
    case v1::Command::kReport:
      return {};
    case v1::Command::kAcknowledge:
      return demand_id("acknowledge code", command.acknowledge().code());
    case v1::Command::kReset:
      return demand_id("reset code", command.reset().code());
    case v1::Command::kTest:
      return demand_range("test gain_cb", command.test().gain_cb(), min_gain_cb, 0);
    case v1::Command::ORDER_NOT_SET:
      break;
  }
  return fail(ErrorCode::invalid, "command {} holds no order that is known here", command.id());
}

Result<void> check(const v1::Answer& answer) {
  LOA_TRY(demand_id("command", answer.command()));
  LOA_TRY(demand(answer.measured_size() <= max_outputs, "{} measured outputs are more than {}", answer.measured_size(),
                 max_outputs));
  for (const auto& measured : answer.measured()) LOA_TRY(check_test(measured));
  return demand_text("text", answer.text(), max_text_bytes);
}

template <class Message>
Result<Message> decode(std::string_view body) {
  Message message;
  if (!parse(body, message)) {
    return fail(ErrorCode::invalid, "{} bytes are no whole {}", body.size(), message.GetTypeName());
  }
  if constexpr (std::is_same_v<Message, v1::Plan>) {
    if (auto whole = unfold_cues(message); !whole) return pass(std::move(whole).error(), message.GetTypeName());
  }
  if (auto result = check(message); !result) return pass(std::move(result).error(), message.GetTypeName());
  return message;
}

template Result<v1::Plan> decode(std::string_view);
template Result<v1::Proof> decode(std::string_view);
template Result<v1::Receipt> decode(std::string_view);
template Result<v1::State> decode(std::string_view);
template Result<v1::Status> decode(std::string_view);
template Result<v1::Fault> decode(std::string_view);
template Result<v1::Command> decode(std::string_view);
template Result<v1::Answer> decode(std::string_view);

}  // namespace loa::protocol::message
