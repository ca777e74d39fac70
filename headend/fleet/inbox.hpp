#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headend/fleet/clock_watch.hpp"
#include "headend/fleet/identities.hpp"
#include "headend/fleet/journal_claim.hpp"
#include "headend/model/fleet.hpp"
#include "headend/model/station.hpp"
#include "headend/store/store.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::fleet {

/// What stations say of themselves (state, status, faults), verified and kept. Proofs are the ledger's.
///
/// What is taken is kept by the next commit(): 300 stations on air say a hundred things a second, and each transaction
/// is a sync of the disk. Of one station only the newest waits, so that a disk that refuses costs no memory.
// wide: one batch of each kind of word; to be a room of its own that keeps kind by kind
class Inbox {
 public:
  /// @param store  outlives the inbox
  /// @param zone   of the instants that people read
  Inbox(std::string ward, store::Store& store, timetable::Zone zone = {})
      : ward_(std::move(ward)), store_(store), identities_(store, zone) {}

  /// Takes up what lasted when the program before this one ended. Call once, before the first message.
  Result<void> restore(WallTime now) { return identities_.restore(now); }

  /// The stations whose word counts, with their keys: call at the start and when the catalogue changed.
  /// @param leaving  were removed: only their statuses count, for nobody looks after their faults
  void know(const std::vector<model::Station>& stations, const std::vector<model::RemovedStation>& leaving = {});

  /// Takes one message, to be kept by commit().
  /// @param from      where it came; leaf state, status or fault
  /// @param retained  the broker had kept it: it may be old, and is no sign of life
  /// @error missing: no such station · refused: not signed by it, or for another ward · exists: repeated (a status or
  ///        fault with a sequence that was seen) · invalid: breaks a rule of protocol/message/check
  Result<void> take(const protocol::topic::Parsed& from, std::string_view payload, WallTime now, bool retained = false);

  /// Stations of which somebody said without a signature that they are gone: to be asked for a status, each at most
  /// once in two seconds. Who was asked just now waits for the next call.
  std::vector<std::string> take_doubts(WallTime now);
  /// Whether somebody has still to be asked: call take_doubts() again soon.
  [[nodiscard]] bool doubts_wait() const { return !doubts_.empty(); }

  /// Whether nothing was taken since the last commit(), and nobody waits to be greeted.
  [[nodiscard]] bool empty() const {
    return states_.empty() && statuses_.empty() && faults_.empty() && !identities_.new_boots_wait();
  }

  /// Stations of which a process was heard for the first time, also by a status that was refused as too old.
  std::vector<std::string> take_new_boots() { return identities_.take_new_boots(); }
  /// Whether a station obeys a plan that this head-end has not given, since the last call: its plan has to be issued
  /// anew, above that one.
  bool take_behind() { return std::exchange(behind_, false); }

  /// Keeps what was taken, in one transaction.
  /// @error of the store; everything waits for the next commit()
  Result<void> commit(WallTime now);

  /// What stations said last of their journals in the statuses kept since the last call, by station: for
  /// Ledger::hear().
  [[nodiscard]] std::map<std::string, JournalClaim> take_claims() { return std::exchange(claims_, {}); }

  /// Stations whose newest kept status names other words in `understands` than the one before: their plans are to be
  /// looked at. Each is told once.
  [[nodiscard]] std::set<std::string> take_changed_builds() { return std::exchange(changed_builds_, {}); }

 private:
  void forget(const std::string& station);
  void remember_builds();
  void compare_builds();
  void note_claims();
  Result<void> take_state(const std::string& station, std::string_view payload, WallTime now);
  Result<void> take_status(const std::string& station, std::string_view payload, WallTime now, bool retained);
  Result<void> take_answer(const std::string& station, std::string_view payload);
  void hear_clock(const std::string& station, const v1::Status& status, WallTime now);
  Result<void> take_fault(const std::string& station, std::string_view code, std::string_view payload, WallTime now);
  Result<void> keep_all(store::Unit& unit, WallTime now);
  Result<void> keep_clocks(store::Unit& unit, WallTime now);
  Result<void> catch_up(store::Unit& unit, const std::string& station, const v1::Status& status, WallTime now);
  Result<void> settle(store::Unit& unit, model::FaultRecord fault, WallTime now);
  Result<v1::Header> open(const std::string& station, v1::Kind kind, std::string_view payload,
                          std::optional<std::uint64_t> after);
  /// The same of a stream of which only what is newer than the last one counts.
  Result<v1::Header> open_newer(const std::string& station, v1::Kind kind, const std::string& stream,
                                std::string_view payload);

  std::string ward_;
  store::Store& store_;
  std::map<std::string, protocol::crypto::PublicKey> keys_;
  std::set<std::string> leaving_;

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
  std::map<std::pair<std::string, std::string>, model::FaultRecord> faults_;  ///< by station and code

  std::map<std::string, ClockWatch::Finding> clock_findings_;  ///< by station; "": the head-end's own clock
  ClockWatch clocks_;
  Identities identities_;

  bool behind_ = false;
  std::map<std::string, WallTime> asked_;  ///< last time, by station
  std::set<std::string> doubts_;           ///< to be asked

  std::map<std::string, std::vector<std::string>> understood_;  ///< by station, of its newest kept status
  std::set<std::string> changed_builds_;
  std::map<std::string, JournalClaim> claims_;  ///< by station

  std::map<std::string, std::uint64_t> seen_;  ///< stream ("<station>/<kind>[/<code>]") → greatest sequence
};

}  // namespace loa::headend::fleet
