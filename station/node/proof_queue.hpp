#pragma once
#include <deque>
#include <optional>
#include <string_view>

#include "station/intake/gate.hpp"
#include "station/journal/proof_journal.hpp"
#include "station/node/core_feed.hpp"
#include "station/node/full_card.hpp"
#include "station/node/outputs.hpp"
#include "station/node/ports.hpp"
#include "station/outbox/outbox.hpp"

namespace loa::station::node {

/// The way of a part to its receipt: it waits until the disk takes it, is proof from then on, and goes out again and
/// again until the head-end has it. The order of parts is the order of proofs.
class ProofQueue {
 public:
  /// @param unkept  what an earlier process left and the disk refused
  ProofQueue(journal::ProofJournal& journal, std::deque<v1::Proof> unkept, const Ports& ports, CoreFeed& feed,
             FullCard& card, Outputs& outputs);

  /// Keeps a part, now or as soon as the disk takes it.
  void keep(const v1::Proof& part);
  /// Tries what waits for the disk.
  void keep_waiting();
  /// Takes a receipt whose seal was verified. One of another epoch is of a journal before this one, or of a second box.
  /// @param sealed  the envelope that it came in
  /// @return whether the office has to hear now what the journal holds: it began a new epoch, or the office has lost
  ///         what it had
  /// @error refused · io · full
  Result<bool> take(const intake::AcceptedReceipt& accepted, std::string_view sealed);
  /// Takes note of the instant from which on the journal speaks.
  void begin(WallTime began);
  /// Lets the journal forget what ended before the core's memory.
  void forget_before(WallTime since) { journal_.remember_since(since); }

  void on_link_up() { publish(outbox_.on_link_up(feed_.now().mono)); }
  void on_link_down() { outbox_.on_link_down(); }
  /// Sends again what has had no receipt for too long.
  void on_time();
  /// When on_time() has something to do.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const { return outbox_.next_deadline(); }

  /// Whether every part is durable.
  [[nodiscard]] bool all_kept() const { return unkept_.empty(); }
  /// Parts that the disk has not taken.
  [[nodiscard]] const std::deque<v1::Proof>& unkept() const { return unkept_; }
  /// Parts and proofs without receipt.
  [[nodiscard]] std::uint64_t waiting() const { return outbox_.waiting() + unkept_.size(); }
  [[nodiscard]] const journal::ProofJournal& journal() const { return journal_; }

 private:
  void doubt_first(const Error& error);
  void settle_first();
  [[nodiscard]] bool is_newest(std::uint64_t sequence);
  bool renew(const v1::Receipt& receipt);
  Result<bool> set_back(const v1::Receipt& receipt);
  void see_journal(const Error* error);
  void publish(const Result<outbox::Outbox::Batch>& batch);

  journal::ProofJournal& journal_;
  outbox::Outbox outbox_;
  std::deque<v1::Proof> unkept_;
  Outlet& outlet_;
  Host& host_;
  CoreFeed& feed_;
  FullCard& card_;
  Outputs& outputs_;
  std::uint64_t receipt_sequence_ = 0;  ///< of the newest receipt that came to this process
  bool journal_failed_ = false;
};

}  // namespace loa::station::node
