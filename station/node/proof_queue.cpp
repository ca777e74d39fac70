#include "station/node/proof_queue.hpp"

#include <algorithm>
#include <utility>

#include "protocol/base/log.hpp"
#include "station/core/track.hpp"
#include "station/journal/mark_set.hpp"

namespace loa::station::node {
namespace {

constexpr std::size_t max_unkept = 10'000;  // parts in memory while the disk refuses them: months, some 4 MB

bool is_of_epoch(const v1::Receipt& receipt, const journal::Epoch& epoch) {
  return receipt.epoch() == std::string_view{reinterpret_cast<const char*>(epoch.data()), epoch.size()};
}

}  // namespace

ProofQueue::ProofQueue(journal::ProofJournal& journal, std::deque<v1::Proof> unkept, const Ports& ports, CoreFeed& feed,
                       FullCard& card, Outputs& outputs)
    : journal_(journal),
      outbox_(journal),
      unkept_(std::move(unkept)),
      outlet_(ports.outlet),
      host_(ports.host),
      feed_(feed),
      card_(card),
      outputs_(outputs) {}

void ProofQueue::keep(const v1::Proof& part) {
  host_.keeps(part);
  if (unkept_.size() >= max_unkept) {
    return log::error("proof.lost", {{"cue", part.occurrence()}, {"segment", part.segment()}});
  }
  unkept_.push_back(part);
  if (feed_.now().grade >= ClockGrade::network && part.clock_grade() >= v1::CLOCK_GRADE_NETWORK) {
    unkept_.back().set_clock_error_us(static_cast<std::uint32_t>(feed_.error_bound().count()));
  }
  keep_waiting();
}

/// A part leaves the queue only when it is durable.
void ProofQueue::keep_waiting() {
  while (!unkept_.empty()) {
    const auto sealed = card_.with_room([this] { return journal_.append(unkept_.front(), feed_.now().wall); });
    if (!sealed && sealed.error().code == ErrorCode::invalid) {  // no disk will ever take it, and others wait behind it
      doubt_first(sealed.error());
      continue;
    }
    if (!sealed) {
      log::error("proof.unkept", {{"error", sealed.error().text}, {"waiting", unkept_.size()}});
      return see_journal(&sealed.error());
    }
    see_journal(nullptr);
    settle_first();
    publish(outbox_.on_appended(feed_.now().mono));
  }
}

void ProofQueue::settle_first() {
  const v1::Proof kept = std::move(unkept_.front());
  unkept_.pop_front();
  if (journal::frees_mark(kept, unkept_)) outputs_.settled(kept);
}

/// Handles the first waiting part when the journal refuses it for good: takes its measured fields away so that it is
/// tried again without them, or drops it if they are gone already, because all others wait behind it.
void ProofQueue::doubt_first(const Error& error) {
  const v1::Proof& first = unkept_.front();
  host_.doubts(first, error);
  const auto bare = core::unmeasured(first);
  const bool was_bare = bare.SerializeAsString() == first.SerializeAsString();
  log::error(was_bare ? "proof.lost" : "proof.unmeasured", {{"error", error.text}});
  if (was_bare) {
    unkept_.pop_front();
  } else {
    unkept_.front() = bare;
  }
}

Result<bool> ProofQueue::take(const intake::AcceptedReceipt& accepted, std::string_view sealed) {
  const auto& receipt = accepted.receipt;
  if (!is_of_epoch(receipt, journal_.epoch())) {
    log::info("receipt.elsewhere", {{"reason", "of another epoch"}, {"through", receipt.through()}});
    return false;
  }
  if (is_newest(accepted.sequence) && receipt.through() < journal_.through()) return set_back(receipt);
  LOA_TRY_LET(const bool behind, journal_.is_behind(receipt));
  if (behind) return renew(receipt);
  LOA_TRY(card_.with_room([&] { return journal_.receipted(receipt, sealed); }));
  publish(outbox_.on_receipted(feed_.now().mono));
  return false;
}

bool ProofQueue::is_newest(std::uint64_t sequence) {
  const auto before = std::exchange(receipt_sequence_, std::max(receipt_sequence_, sequence));
  return sequence > before;
}

/// The head-end has less than it had: its store is a backup (PROTOCOL.md §8.12). What is still here goes out again, and
/// the status says from which number on, with the office's own receipt.
Result<bool> ProofQueue::set_back(const v1::Receipt& receipt) {
  const bool news = !journal_.office_had();
  LOA_TRY_LET(const bool again, journal_.set_back(receipt));
  if (!again && !news) return false;
  log::warn("office.set_back", {{"has_through", receipt.through()}, {"sent_from", journal_.through() + 1}});
  publish(outbox_.on_set_back(feed_.now().mono));
  return true;
}

/// The head-end has proofs of this epoch that are not here: their numbers must not be given to others.
bool ProofQueue::renew(const v1::Receipt& receipt) {
  const auto before = journal_.epoch();
  host_.begins_long_work();
  feed_.see_once(core::fault_code::storage, "journal-behind",
                 fmt::format("the head-end has proofs up to {} of this journal, which ends at {}: the memory card was "
                             "put back to an older "
                             "copy, or lost what it had written; a new journal says again what is here",
                             receipt.through(), journal_.last()));
  const auto renewed = card_.with_room([&] { return journal_.renew_behind(receipt); });
  if (!renewed) log::error("journal.not_renewed", {{"error", renewed.error().text}});
  publish(outbox_.on_new_epoch(feed_.now().mono));
  return journal_.epoch() != before;
}

// Where the disk refuses it, the journal tries again before it takes the next proof.
void ProofQueue::begin(WallTime began) {
  log::info("journal.began", {{"at", format_utc(began)}});
  journal_.begin(began);
  const auto saved = card_.with_room([&] { return journal_.save_began(); });
  if (!saved) log::warn("journal.birth_unwritten", {{"error", saved.error().text}});
}

void ProofQueue::on_time() {
  const MonoTime now = feed_.now().mono;
  if (outbox_.next_deadline() && *outbox_.next_deadline() <= now) publish(outbox_.on_time(now));
}

/// @param error  why a proof could not be kept; null: it was
void ProofQueue::see_journal(const Error* error) {
  if (std::exchange(journal_failed_, error != nullptr) == (error != nullptr)) return;
  feed_.later(core::Condition{std::string{core::fault_code::storage}, "journal", error != nullptr,
                              error != nullptr ? error->text : std::string{}});
}

void ProofQueue::publish(const Result<outbox::Outbox::Batch>& batch) {
  if (!batch) return log::error("outbox.unreadable", {{"error", batch.error().text}});
  for (const auto& sealed : *batch) outlet_.publish(protocol::topic::Leaf::proof, {}, sealed, false);
}

}  // namespace loa::station::node
