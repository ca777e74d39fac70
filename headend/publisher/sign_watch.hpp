#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headend/store/store.hpp"

namespace loa::headend::publisher {

/// How far an order for a sign has come, by the signed word of its station.
struct SignProgress {
  enum class State {
    not_issued,   ///< the head-end has issued no plan since: it does not run, or nothing changes on this sign
    unreachable,  ///< a plan is out, and nothing has been heard of the station for minutes
    not_taken,    ///< a plan is out, and the station does not say yet that it has it
    fetching,     ///< the station has the plan, and not yet every object that it names
    ready,        ///< it has everything: the sign shows it from `at` on
  };
  std::string station;
  State state = State::not_issued;
  std::optional<WallTime> at;  ///< when the first change is seen; absent where only what was to come is taken back
};

/// Follows an order for the signs of some groups from the store to the panels.
class SignWatch {
 public:
  /// Remembers what is out for each sign of the groups. Call before the order is committed.
  static Result<SignWatch> begin(store::Store& store, const std::vector<std::string>& groups);

  /// Says how it stands now, by station.
  [[nodiscard]] Result<std::vector<SignProgress>> look(store::Store& store, WallTime now) const;
  /// Whether any of the stations was heard of lately: only then is their word worth waiting for.
  [[nodiscard]] Result<bool> is_anybody_there(store::Store& store, WallTime now) const;
  /// Whether a person who has waited so long for what look() says should wait on: something is on its way to a sign
  /// that is to change within seconds, and the stations have had less time than an order takes.
  [[nodiscard]] static bool is_worth_waiting(const std::vector<SignProgress>& progress, WallTime now, Micros waited);

 private:
  std::map<std::string, std::uint64_t> before_;  ///< sequence of the newest plan, by station; 0: none
};

}  // namespace loa::headend::publisher
