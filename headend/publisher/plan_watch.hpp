#pragma once
#include <map>
#include <optional>
#include <string>

#include "headend/model/fleet.hpp"
#include "headend/model/promise.hpp"
#include "headend/store/store.hpp"

namespace loa::headend::publisher {

/// A station that is heard has so long to take the plan it was given; what a station whose clock just came needs (10
/// min of insisting) is not in it, for such a station really is behind.
inline constexpr std::chrono::minutes plan_patience{5};
/// A signed status is believed to speak of now for so long.
inline constexpr std::chrono::minutes status_life{3};

/// How one station stands to its plan.
struct PlanStanding {
  std::optional<model::PlanHead> issued;      ///< the plan given last
  std::optional<std::string> trouble;         ///< why it does not say all the ward wants
  std::optional<model::StationStatus> heard;  ///< what the station said last
};

/// What is known of a station's plan.
enum class PlanNews {
  behind,     ///< the ward wants more than the station obeys
  caught_up,  ///< it obeys what it was given, and that is all the ward wants
  unknown,    ///< it was not heard, or still has time
};

/// Judges whether a station's plan lags its ward (PROTOCOL.md §10, plan-behind). Pure.
PlanNews judge(const PlanStanding& standing, WallTime now);
/// Says why a station is behind: a sentence for the fault.
std::string reason_of(const PlanStanding& standing);

/// Raises and resolves the fault `plan-behind` of every station of the ward.
class PlanWatch {
 public:
  /// @param store  outlives the watch
  explicit PlanWatch(store::Store& store) : store_(store) {}

  /// Looks at every station; writes only what changed.
  /// @param troubles  Publisher::troubles()
  /// @error of the store; nothing is lost, the next look says it again
  Result<void> look(const std::map<std::string, std::string>& troubles, WallTime now);

 private:
  Result<void> look_at(const std::string& station, const PlanStanding& standing, WallTime now);

  store::Store& store_;
  std::map<std::string, std::string> told_;  ///< by station, the reason of the fault that stands
  bool knows_store_ = false;
};

}  // namespace loa::headend::publisher
