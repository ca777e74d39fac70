#pragma once
#include <map>
#include <string>
#include <string_view>

#include "headend/daemon/clock_watch.hpp"
#include "headend/daemon/identities.hpp"
#include "headend/store/store.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::daemon {

/// What stations say of themselves (state, status, faults), verified and kept. Proofs are the ledger's.
///
/// What is taken is kept by the next commit(): 300 stations on air say a hundred things a second, and each transaction
/// is a sync of the disk. Of one station only the newest waits, so that a disk that refuses costs no memory.
class Inbox {
 public:
  /// @param store  outlives the inbox
  /// @param zone   of the instants that people read
  Inbox(std::string ward, store::Store& store, timetable::Zone zone = {})
      : ward_(std::move(ward)), store_(store), identities_(store, zone) {}

  /// Takes up what lasted when the program before this one ended. Call once, before the first message.
  Result<void> restore(WallTime now) { return identities_.restore(now); }

  /// The stations whose word counts, with their keys: call at the start and when the catalogue changed.
  void know(const std::vector<store::Station>& stations);

  /// Takes one message, to be kept by commit().
  /// @param from  where it came; leaf state, status or fault
  /// @error missing: no such station · refused: not signed by it, for another ward, or repeated (a status or fault with
  /// a
  ///        sequence that was seen) · invalid: breaks a rule of protocol/message/check
  Result<void> take(const protocol::topic::Parsed& from, std::string_view payload, WallTime now);

  /// Whether nothing was taken since the last commit().
  [[nodiscard]] bool empty() const { return states_.empty() && statuses_.empty() && faults_.empty(); }

  /// Stations of which a process was heard for the first time, each once.
  std::vector<std::string> take_new_boots() { return identities_.take_new_boots(); }

  /// Keeps what was taken, in one transaction.
  /// @error of the store; everything waits for the next commit()
  Result<void> commit(WallTime now);

 private:
  void forget(const std::string& station);
  Result<void> take_state(const std::string& station, std::string_view payload, WallTime now);
  Result<void> take_status(const std::string& station, std::string_view payload, WallTime now);
  Result<void> take_fault(const std::string& station, std::string_view code, std::string_view payload, WallTime now);
  Result<void> keep_all(WallTime now);
  Result<void> keep_clocks(WallTime now);
  Result<void> settle(store::FaultRecord fault, WallTime now);
  Result<v1::Header> open(const std::string& station, v1::Kind kind, std::string_view payload,
                          std::optional<std::uint64_t> after);

  std::string ward_;
  store::Store& store_;
  std::map<std::string, protocol::crypto::PublicKey> keys_;

  // Taken and not yet kept.
  struct TakenState {
    v1::State state;
    WallTime at;
  };
  struct TakenStatus {
    v1::Status status;
    WallTime at;
  };
  std::map<std::string, TakenState> states_;                                  ///< by station
  std::map<std::string, TakenStatus> statuses_;                               ///< by station
  std::map<std::pair<std::string, std::string>, store::FaultRecord> faults_;  ///< by station and code

  std::map<std::string, ClockWatch::Finding> clock_findings_;  ///< by station; "": the head-end's own clock
  ClockWatch clocks_;
  Identities identities_;

  std::map<std::string, std::uint64_t> seen_;  ///< stream ("<station>/<kind>[/<code>]") → greatest sequence
};

}  // namespace loa::headend::daemon
