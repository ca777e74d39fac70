#pragma once
#include <map>
#include <optional>
#include <string>

#include "headend/fleet/office_clock.hpp"

namespace loa::headend::fleet {

/// Holds each station's clock against the head-end's own, by the instant in the statuses that come; against what the
/// stations agree on instead, while the head-end's own is found to be wrong (OfficeClock).
///
/// A station can be wrong and sure of it: a time server that lies is believed by its time daemon, and the station plays
/// an hour off and proves the plan's hour. Nobody but the head-end can see it. A clock that shows an instant which has
/// not come is ahead whatever the network did. One that is behind may have been held up on its way: it counts when
/// another status says the same at least `apart` later.
class ClockWatch {
 public:
  /// How a station's clock stands to the right time.
  using Finding = ClockFinding;

  /// Takes the status that just came.
  /// @return what is news about this clock; absent: nothing, or its station does not believe it itself
  std::optional<Finding> hear(const std::string& station, const v1::Status& status, WallTime now);
  /// Judges the head-end's own clock; call after hear().
  /// @param stations  how many the ward has
  /// @return news: of the head-end (station ""), and of the stations that were thought to be off because of it
  std::map<std::string, Finding> judge_office(std::size_t stations, WallTime now);
  /// The head-end's instant as its stations agree on it.
  [[nodiscard]] WallTime corrected(WallTime now) const { return now - office_.ahead(); }
  void forget(const std::string& station);

  static constexpr std::chrono::seconds apart{5};

 private:
  struct Clock {
    std::optional<Finding> told;
    std::optional<Micros> behind;  ///< what the status at `heard` said, not confirmed yet
    WallTime heard;
    WallTime agreed;  ///< last time, if ever
  };
  static bool confirmed(Clock& clock, Micros ahead, WallTime now);
  static WallTime off_since(const Clock& clock, WallTime now);
  std::map<std::string, Finding> acquit_stations(WallTime now);

  OfficeClock office_;
  std::map<std::string, Clock> clocks_;  ///< by station
};

/// "its clock is 1 h 00 min 00.0 s ahead of the head-end's: …"
std::string describe(const ClockWatch::Finding& finding);
/// The same of the head-end's own clock.
std::string describe_office(const ClockWatch::Finding& finding);

}  // namespace loa::headend::fleet
