#include "station/outbox/outbox.hpp"

#include <algorithm>

namespace loa::station::outbox {

Outbox::Outbox(const journal::ProofJournal& journal, Pace pace)
    : journal_(journal), pace_(pace), through_(journal.through()), wait_(pace.first_wait) {}

Result<Outbox::Batch> Outbox::on_link_up(MonoTime now) {
  linked_ = true;
  wait_ = pace_.first_wait;
  rewind();
  return fill(now);
}

Result<Outbox::Batch> Outbox::on_new_epoch(MonoTime now) {
  through_ = journal_.through();
  wait_ = pace_.first_wait;
  rewind();
  return fill(now);
}

void Outbox::on_link_down() {
  linked_ = false;
  deadline_.reset();
}

Result<Outbox::Batch> Outbox::on_appended(MonoTime now) { return fill(now); }

Result<Outbox::Batch> Outbox::on_receipted(MonoTime now) {
  if (journal_.through() > through_) {  // the head-end is alive and commits: patience begins anew
    through_ = journal_.through();
    wait_ = pace_.first_wait;
    deadline_.reset();
  }
  return fill(now);
}

Result<Outbox::Batch> Outbox::on_time(MonoTime now) {
  if (!deadline_ || now < *deadline_) return Batch{};
  wait_ = std::min(wait_ * 2, pace_.longest_wait);
  rewind();
  return fill(now);
}

void Outbox::rewind() {
  sent_ = journal_.through();
  deadline_.reset();
}

// Sends what the window still admits. The deadline stands from the first proof under way and moves only with a receipt,
// so that a station that appends all the time does not put the repetition off for ever.
Result<Outbox::Batch> Outbox::fill(MonoTime now) {
  if (!linked_) return Batch{};
  sent_ = std::max(sent_, journal_.through());
  const std::uint64_t under_way = sent_ - journal_.through();
  const std::uint64_t room = under_way < pace_.window ? pace_.window - under_way : 0;
  if (!deadline_ && waiting() > 0) deadline_ = now + wait_;
  LOA_TRY_LET(auto proofs, journal_.waiting(sent_, room));
  Batch batch;
  for (auto& proof : proofs) {
    sent_ = proof.number;
    batch.push_back(std::move(proof.sealed));
  }
  return batch;
}

}  // namespace loa::station::outbox
