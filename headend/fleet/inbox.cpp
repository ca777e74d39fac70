#include "headend/fleet/inbox.hpp"

#include <algorithm>

#include "headend/fleet/answer.hpp"
#include "headend/fleet/keep.hpp"
#include "protocol/base/log.hpp"
#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::headend::fleet {
namespace {

constexpr std::chrono::seconds ask_interval{2};

}  // namespace

using protocol::topic::Leaf;

namespace {

std::vector<std::string> words_of(const v1::Status& status) {
  return {status.understands().begin(), status.understands().end()};
}

}  // namespace

void Inbox::know(const std::vector<model::Station>& stations, const std::vector<model::RemovedStation>& leaving) {
  std::map<std::string, protocol::crypto::PublicKey> keys;
  for (const auto& station : stations) keys.emplace(station.id, station.key);
  leaving_.clear();
  for (const auto& station : leaving) {
    if (keys.emplace(station.id, station.key).second) leaving_.insert(station.id);
  }
  for (const auto& [station, key] : std::exchange(keys_, std::move(keys))) {
    const auto known = keys_.find(station);
    if (known == keys_.end() || known->second != key) forget(station);
  }
  remember_builds();
}

/// What earlier processes were told: a station that says the same again is no news.
void Inbox::remember_builds() {
  const auto statuses = store_.fleet().statuses();
  if (!statuses) return log::warn("statuses.not_read", {{"reason", statuses.error().text}});
  for (const auto& known : *statuses) {
    if (known.status) understood_.try_emplace(known.station, words_of(*known.status));
  }
}

void Inbox::compare_builds() {
  for (const auto& [station, taken] : statuses_) {
    auto words = words_of(taken.status);
    auto& known = understood_[station];
    if (known != words) changed_builds_.insert(station);
    known = std::move(words);
  }
}

void Inbox::note_claims() {
  for (const auto& [station, taken] : statuses_) {
    if (auto claim = claim_of(station, taken.status)) claims_.insert_or_assign(station, std::move(*claim));
  }
}

/// Removed, or provisioned anew with another key, whose sequences begin anew.
void Inbox::forget(const std::string& station) {
  states_.erase(station);
  statuses_.erase(station);
  asked_.erase(station);
  doubts_.erase(station);
  understood_.erase(station);
  std::erase_if(faults_, [&](const auto& taken) { return taken.first.first == station; });
  clocks_.forget(station);
  clock_findings_.erase(station);
  identities_.forget(station);
  std::erase_if(seen_, [&](const auto& stream) { return stream.first.starts_with(station + "/"); });
}

Result<void> Inbox::take(const protocol::topic::Parsed& from, std::string_view payload, WallTime now, bool retained) {
  const std::string station{from.station};
  if (from.ward != ward_ || !from.leaf) return fail(ErrorCode::refused, "a message for ward {} came here", from.ward);
  if (!keys_.contains(station))
    return fail(ErrorCode::missing, "a message came from {}, which this ward does not have", station);
  if (leaving_.contains(station) && *from.leaf != Leaf::status) return {};
  switch (*from.leaf) {
    case Leaf::state:
      return take_state(station, payload, now);
    case Leaf::status:
      return take_status(station, payload, now, retained);
    case Leaf::fault:
      return take_fault(station, from.code, payload, now);
    case Leaf::answer:
      return take_answer(station, payload);
    default:
      return fail(ErrorCode::invalid, "{} sent what the head-end does not read", station);
  }
}

Result<void> Inbox::take_state(const std::string& station, std::string_view payload, WallTime now) {
  LOA_TRY_LET(auto state, protocol::message::decode<v1::State>(payload));
  if (!state.online()) doubts_.insert(station);
  states_.insert_or_assign(station, TakenState{std::move(state), now});
  return {};
}

std::vector<std::string> Inbox::take_doubts(WallTime now) {
  std::vector<std::string> due;
  for (const auto& station : doubts_) {
    const auto last = asked_.find(station);
    if (last == asked_.end() || now - last->second >= ask_interval || now < last->second) due.push_back(station);
  }
  for (const auto& station : due) {
    asked_.insert_or_assign(station, now);
    doubts_.erase(station);
  }
  return due;
}

Result<void> Inbox::take_status(const std::string& station, std::string_view payload, WallTime now, bool retained) {
  LOA_TRY_LET(const auto header, open(station, v1::KIND_STATUS, payload, std::nullopt));
  LOA_TRY_LET(auto status, protocol::message::decode<v1::Status>(header.body()));
  LOA_TRY(identities_.hear(station, status, header.sequence(), clocks_.corrected(now)));
  seen_[station + "/status"] = header.sequence();
  if (!retained) hear_clock(station, status, now);
  const WallTime at = retained ? std::min(now, wall_from_us(status.at_us())) : now;
  statuses_.insert_or_assign(station, TakenStatus{std::move(status), at});
  return {};
}

void Inbox::hear_clock(const std::string& station, const v1::Status& status, WallTime now) {
  if (const auto news = clocks_.hear(station, status, now)) clock_findings_.insert_or_assign(station, *news);
  for (const auto& [whose, finding] : clocks_.judge_office(keys_.size(), now)) {
    clock_findings_.insert_or_assign(whose, finding);
  }
}

Result<void> Inbox::take_fault(const std::string& station, std::string_view code, std::string_view payload,
                               WallTime now) {
  if (payload.empty()) return {};  // unsigned: the fault goes by its own last word, or by the next status
  const std::string stream = station + "/fault/" + std::string{code};
  LOA_TRY_LET(const auto header, open_newer(station, v1::KIND_FAULT, stream, payload));
  LOA_TRY_LET(const auto fault, protocol::message::decode<v1::Fault>(header.body()));
  if (fault.code() != code) {
    return fail(ErrorCode::refused, "{} sent fault {} under the topic of {}", station, fault.code(), code);
  }
  if (model::is_of_headend(code)) {
    return fail(ErrorCode::refused, "{} sent fault {}, which is for the head-end to find", station, code);
  }
  faults_.insert_or_assign({station, fault.code()},
                           model::FaultRecord{station, fault.code(), fault.state(), wall_from_us(fault.since_us()), now,
                                              std::max<std::uint32_t>(fault.count(), 1), fault.text()});
  return {};
}

/// Who ordered waits for it himself; here it stands in the office's log, with what was measured.
Result<void> Inbox::take_answer(const std::string& station, std::string_view payload) {
  LOA_TRY_LET(const auto header, open_newer(station, v1::KIND_ANSWER, station + "/answer", payload));
  LOA_TRY_LET(const auto answer, protocol::message::decode<v1::Answer>(header.body()));
  log::info(
      "order.answered",
      {{"station", station}, {"command", answer.command()}, {"accepted", answer.accepted()}, {"text", answer.text()}});
  for (const auto& measured : answer.measured()) {
    log::info("output.tested", {{"station", station}, {"measured", describe(measured)}});
  }
  return {};
}

Result<void> Inbox::commit(WallTime now) {
  LOA_TRY(store_.write([&](store::Unit& unit) { return keep_all(unit, now); }));
  compare_builds();
  note_claims();
  states_.clear();
  statuses_.clear();
  faults_.clear();
  clock_findings_.clear();
  identities_.kept();
  return {};
}

/// Keeps presence first, then faults, then statuses, because a status decides which of the faults that were kept before
/// it still stand.
Result<void> Inbox::keep_all(store::Unit& unit, WallTime now) {
  for (const auto& [station, taken] : states_) {
    LOA_TRY(keep_online(unit, station, taken.state.online(), taken.state.boot(), taken.at));
  }
  for (const auto& [key, fault] : faults_) LOA_TRY(unit.fleet().put_fault(fault));
  for (const auto& [station, taken] : statuses_) {
    LOA_TRY(keep_status(unit, station, taken.status, taken.at));
    LOA_TRY(catch_up(unit, station, taken.status, now));
  }
  LOA_TRY(keep_clocks(unit, now));
  LOA_TRY(identities_.keep(now));
  if (statuses_.empty()) return {};
  LOA_TRY_LET(const auto standing, unit.fleet().faults());
  for (const auto& fault : standing) LOA_TRY(settle(unit, fault, now));
  return {};
}

/// A store that was restored from a backup does not know the last plans; a thief of the key may have signed one.
Result<void> Inbox::catch_up(store::Unit& unit, const std::string& station, const v1::Status& status, WallTime now) {
  if (status.plan_sequence() > protocol::seal::greatest_sequence(v1::KIND_PLAN, now)) return {};
  LOA_TRY_LET(const bool raised, unit.sequences().raise("plan/" + station, status.plan_sequence()));
  behind_ = behind_ || raised;
  return {};
}

Result<void> Inbox::keep_clocks(store::Unit& unit, WallTime now) {
  for (const auto& [station, found] : clock_findings_) {
    LOA_TRY(keep_clock(unit, {station, found.since, found.off ? found.ahead : Micros{0}}));
    if (!found.off) {
      LOA_TRY(resolve_fault(unit, station, model::clock_off, now));
      continue;
    }
    const auto text = station.empty() ? describe_office(found) : describe(found);
    log::warn("clock.off", {{"station", station}, {"reason", text}});
    LOA_TRY(raise_fault(unit, station, model::clock_off, text, now));
  }
  return {};
}

/// A status is the station's signed word on which of its faults stand: what it has reset while nobody heard it goes.
Result<void> Inbox::settle(store::Unit& unit, model::FaultRecord fault, WallTime now) {
  const auto taken = statuses_.find(fault.station);
  if (taken == statuses_.end() || !taken->second.status.has_faults() || model::is_of_headend(fault.code)) return {};
  const auto& codes = taken->second.status.faults().codes();
  if (std::find(codes.begin(), codes.end(), fault.code) != codes.end()) return {};
  const auto told = seen_.find(fault.station + "/fault/" + fault.code);
  if (told != seen_.end() && told->second > seen_[fault.station + "/status"]) return {};  // younger than the status
  fault.state = v1::FAULT_STATE_RESET;
  fault.changed = now;
  return unit.fleet().put_fault(fault);
}

Result<v1::Header> Inbox::open(const std::string& station, v1::Kind kind, std::string_view payload,
                               std::optional<std::uint64_t> after) {
  protocol::seal::Expectation expectation;
  expectation.ward = ward_;
  expectation.kind = kind;
  expectation.audiences = {"headend"};
  expectation.sender = "station/" + station;
  expectation.keys = {keys_.at(station)};
  expectation.after = after;
  LOA_TRY_LET(auto opened, protocol::seal::open(payload, expectation));
  return std::move(opened.header);
}

Result<v1::Header> Inbox::open_newer(const std::string& station, v1::Kind kind, const std::string& stream,
                                     std::string_view payload) {
  const auto seen = seen_.find(stream);
  const auto after = seen == seen_.end() ? std::nullopt : std::optional{seen->second};
  LOA_TRY_LET(auto header, open(station, kind, payload, after));
  seen_[stream] = header.sequence();
  return header;
}

}  // namespace loa::headend::fleet
