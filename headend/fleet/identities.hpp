#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "headend/fleet/identity_watch.hpp"
#include "headend/model/proof.hpp"
#include "headend/store/store.hpp"
#include "headend/timetable/local_time.hpp"

namespace loa::headend::fleet {

/// Keeps what statuses say of the box and the journal behind them: journals, times of two boxes and the fault
/// `identity-twice`. What is heard is kept by the next keep().
class Identities {
 public:
  /// @param store  outlives this
  /// @param zone   of the instants that people read
  Identities(store::Store& store, timetable::Zone zone) : store_(store), zone_(zone) {}

  /// Takes up the conflicts that lasted when the program before this one ended.
  Result<void> restore(WallTime now);

  /// Judges a verified status.
  /// @param now  by the head-end's clock, as far as it is right
  /// @error refused: it is older than what was heard
  Result<void> hear(const std::string& station, const v1::Status& status, std::uint64_t sequence, WallTime now);
  /// The station was removed, or has another key: its earlier boxes speak for it no more, a conflict of them is over.
  void forget(const std::string& station);

  /// Writes what is news, inside the caller's transaction.
  Result<void> keep(WallTime now);
  /// The caller's transaction succeeded.
  void kept();

  /// Returns the stations of which a process was heard for the first time, also by a word too old to be believed; each
  /// once.
  std::vector<std::string> take_new_boots() { return std::exchange(new_boots_, {}); }
  [[nodiscard]] bool new_boots_wait() const { return !new_boots_.empty(); }

 private:
  void greet(const std::string& station);
  void hear_journal(const std::string& station, const v1::Status& status);
  Result<void> keep_twice(const std::string& station, const IdentityWatch::Twice& twice, WallTime now);
  Result<void> end_conflict(const std::string& station, WallTime ended, WallTime now);
  Result<void> keep_journal(const model::JournalLife& journal);

  store::Store& store_;
  timetable::Zone zone_;
  IdentityWatch watch_;
  std::map<std::string, IdentityWatch::Twice> twice_;  ///< not kept yet, by station
  /// Likewise: conflicts that are over, with when the other box was last heard; absent: until it is kept.
  std::map<std::string, std::optional<WallTime>> ended_;
  std::map<std::string, model::JournalLife> journals_;  ///< likewise
  std::map<std::string, model::JournalLife> written_;   ///< the last one of each station
  std::vector<std::string> new_boots_;
};

/// Says to people which two boxes speak as one station, since when, and what to do.
std::string describe(const IdentityWatch::Twice& twice, timetable::Zone zone);

}  // namespace loa::headend::fleet
