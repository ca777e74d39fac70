#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "station/journal/proof_journal.hpp"

namespace loa::station::outbox {

/// When proofs are sent again.
struct Pace {
  std::size_t window = 64;                          ///< proofs under way at once
  std::chrono::milliseconds first_wait{10'000};     ///< without a receipt's progress, the window is sent again
  std::chrono::milliseconds longest_wait{300'000};  ///< each repetition waits twice as long, up to this
};

/// Decides which proofs go to the head-end now. Pure but for reading the journal: no thread, socket or clock. Proofs
/// leave in the order of their numbers; what has no receipt after a while is sent again, so a broker may lose
/// everything.
///
/// Feed it every event; publish what each call returns, in order; call on_time() at next_deadline().
class Outbox {
 public:
  /// @param journal  outlives the outbox
  explicit Outbox(const journal::ProofJournal& journal, Pace pace = {});

  using Batch = std::vector<std::string>;  ///< sealed proofs to publish now, in order

  /// The link to the broker is there (again): everything without receipt is sent anew.
  Result<Batch> on_link_up(MonoTime now);
  /// The journal began a new epoch: its numbers begin anew, and everything in it is sent.
  Result<Batch> on_new_epoch(MonoTime now);
  /// The office has less than it had (ProofJournal::set_back): what it lacks is sent from the first proof on.
  Result<Batch> on_set_back(MonoTime now) { return on_new_epoch(now); }
  /// Nothing is sent until the link is back.
  void on_link_down();
  /// The journal has a new proof.
  Result<Batch> on_appended(MonoTime now);
  /// The journal took a receipt.
  Result<Batch> on_receipted(MonoTime now);
  /// next_deadline() has come.
  Result<Batch> on_time(MonoTime now);

  /// When to call on_time(); absent when there is nothing to wait for.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const { return deadline_; }
  /// Proofs without receipt, for the status.
  [[nodiscard]] std::uint64_t waiting() const { return journal_.last() - journal_.through(); }

 private:
  Result<Batch> fill(MonoTime now);
  void rewind();

  const journal::ProofJournal& journal_;
  Pace pace_;
  bool linked_ = false;
  std::uint64_t sent_ = 0;     ///< greatest number sent since the last rewind
  std::uint64_t through_ = 0;  ///< receipts as last seen
  std::chrono::milliseconds wait_;
  std::optional<MonoTime> deadline_;
};

}  // namespace loa::station::outbox
