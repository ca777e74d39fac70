#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "headend/dispatch/outlet.hpp"
#include "headend/dispatch/seals.hpp"
#include "headend/fleet/journal_claim.hpp"
#include "headend/model/proof.hpp"
#include "headend/store/store.hpp"
#include "protocol/crypto/key.hpp"

namespace loa::headend::ledger {

/// What became of the proofs since the last commit.
struct Commit {
  std::uint64_t appended = 0;    ///< now part of their chains
  std::uint64_t duplicates = 0;  ///< known already
  std::uint64_t aside = 0;       ///< wait for their predecessors
  std::uint64_t forks = 0;       ///< contradict the chain: evidence and a fault
  std::uint64_t flawed = 0;      ///< of the appended: break a rule, never counted
  std::uint64_t doubtful = 0;    ///< of the appended: another box spoke as the station then, never counted
  std::uint64_t lost = 0;        ///< numbers that the office had and has no more; the chain goes on behind them
};

/// Turns what stations send into an exact, durable, chained record, whatever the broker lost, doubled or reordered.
///
/// receive() verifies and collects; commit() writes the whole batch with one fsync; receipts_due() then says what the
/// stations may forget. Call commit() some 20 ms after the first receive() of a batch, or at full().
class Ledger {
 public:
  /// @param store  must outlive the ledger
  Ledger(std::string ward, protocol::crypto::SecretKey key, store::Store& store);

  /// Verifies one sealed proof and keeps it in memory for the next commit.
  /// @param station  from the topic
  /// @error missing: no such station · refused, invalid: not a proof of this station for this ward. Nothing is kept.
  Result<void> receive(const std::string& station, std::string_view sealed, WallTime now);

  /// Whether the batch has reached the size at which waiting gains nothing.
  [[nodiscard]] bool full() const { return batch_.size() >= 512; }
  [[nodiscard]] bool empty() const { return batch_.empty(); }

  /// Makes the batch durable. On an error nothing of it is kept: the stations, having no receipt, send it again.
  Result<Commit> commit(WallTime now);

  /// Sealed receipts for every station of which something was committed, or which sent what was committed before.
  /// Each is kept (to be repeated) before it is handed out.
  Result<std::vector<dispatch::Publication>> receipts_due(WallTime now);

  /// Makes the newest receipt of a station due once more, so that receipts_due() signs it anew: a station that has just
  /// started learns from it that the office lives, and when. Nothing is due for one that never had a receipt: its first
  /// proof brings one.
  Result<void> repeat_receipt(const std::string& station);

  /// Takes what a station says of its journal. If it had more receipts than this store has proofs, the store is a
  /// backup: the newest receipt is due again, so that the station learns what is here and sends the rest. Numbers that
  /// it holds no more, and that a receipt of this head-end covers, are noted as lost, and the chain goes on behind them
  /// as soon as the first proof that the station holds is here.
  /// @return what was committed by it
  /// @error of the store. A receipt that proves nothing is no error: it is logged, and the chain waits as it did
  Result<Commit> hear(const fleet::JournalClaim& claim, WallTime now);

  /// Forgets cached keys of stations: call when the catalogue changed.
  void reload() { keys_.clear(); }

 private:
  using ChainKey = std::pair<std::string, model::Epoch>;  ///< station, epoch
  struct Work;                                            ///< one chain during a commit

  Result<protocol::crypto::PublicKey> key_of(const std::string& station);
  Result<void> settle(Commit& commit, WallTime now);
  Result<void> settle_one(const ChainKey& key, std::vector<const model::ProofRecord*>& arrived, Commit& commit,
                          WallTime now);
  Result<void> settle_chain(Work& work, std::vector<const model::ProofRecord*>& arrived);
  Result<void> hold_back(Work& work, const std::vector<const model::ProofRecord*>& arrived);
  Result<void> place(Work& work, const model::ProofRecord& proof);
  Result<void> drain_aside(Work& work);
  Result<void> take_up(Work& work);
  Result<WallTime> made_before(const Work& work);
  Result<void> note_lost(Work& work, const fleet::Vouched& vouched, const model::ProofRecord& first);
  Result<void> keep_fork(Work& work, const model::ProofRecord& proof);
  Result<void> keep_aside(Work& work, const model::ProofRecord& proof);
  Result<dispatch::Publication> make_receipt(const model::ChainHead& chain, WallTime now);

  dispatch::Seals seals_;
  store::Store& store_;
  std::map<std::string, protocol::crypto::PublicKey, std::less<>> keys_;
  std::vector<model::ProofRecord> batch_;
  std::map<ChainKey, fleet::Vouched>
      vouched_;                      ///< of chains that wait for the first proof that their station still holds
  protocol::crypto::PublicKey own_;  ///< of the receipts
  std::set<ChainKey> due_;           ///< chains of which something was committed or sent again
};

}  // namespace loa::headend::ledger
