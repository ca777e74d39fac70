#pragma once
#include "headend/model/station.hpp"
#include "headend/planner/emergency.hpp"
#include "headend/publisher/publisher.hpp"

namespace loa::headend::publisher {

/// Orders emergencies and calls them off: sealed with the emergency key, committed, and published by the head-end that
/// runs, which sees the store change.
class EmergencyDesk {
 public:
  /// @param key    signs emergencies and nothing else
  /// @param store  must outlive the desk
  EmergencyDesk(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings, store::Store& store);

  /// For every station with a loudspeaker in one of the groups; takes the place of one in force there.
  /// @return the stations, sorted @error missing: no such station or sound · of the store; nothing was ordered
  Result<std::vector<std::string>> start(const planner::EmergencyWish& wish, const std::vector<std::string>& groups,
                                         const std::string& reason, WallTime now);
  /// Calls off what is in force on the stations of the groups.
  /// @return the stations on which something was; may be none
  Result<std::vector<std::string>> stop(const std::vector<std::string>& groups, const std::string& reason,
                                        WallTime now);
  /// The same on one station. @return whether something was
  Result<bool> stop_at(const std::string& station, const std::string& reason, WallTime now);

 private:
  using Which = std::function<bool(const model::Station&)>;
  Result<std::vector<std::string>> stop_where(const Which& which, const std::string& reason, WallTime now);
  Result<void> order(const model::Station& station, const planner::Planned& planned, const std::string& title,
                     const std::string& reason, WallTime now);

  dispatch::Seals seals_;
  planner::Settings settings_;
  store::Store& store_;
};

}  // namespace loa::headend::publisher
