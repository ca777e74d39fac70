#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headend/model/fleet.hpp"

namespace loa::headend::fleet {

/// How one clock stands to others.
struct ClockFinding {
  bool off = false;
  Micros ahead{0};   ///< negative: behind
  WallTime since{};  ///< off: when it was last heard to agree; else when this was first heard
};

/// Judges the head-end's own clock by its stations: where most of them agree among themselves and contradict it, it is
/// the wrong one. Pure.
///
/// One station proves nothing, and neither do two of many: at least three of those that were heard lately, and more
/// than half of them, have to agree within model::clock_tolerance; or every station of the ward, if there are two. Once
/// found wrong it stays so until as many agree with it as do not.
class OfficeClock {
 public:
  /// A station whose clock it believes itself showed so much more than the head-end's.
  /// @param ahead  negative: behind, and more than the way here can explain
  void hear(const std::string& station, Micros ahead, WallTime now) { said_[station] = {ahead, now}; }
  void forget(const std::string& station) { said_.erase(station); }

  /// @param stations  how many the ward has
  /// @return news of the head-end's clock; the first word that it is right is news: it may have been off before
  std::optional<ClockFinding> judge(std::size_t stations, WallTime now);

  /// How far the head-end's clock is ahead of its stations', negative: behind; 0 while it is not found to be off.
  [[nodiscard]] Micros ahead() const { return told_ && told_->off ? told_->ahead : Micros{0}; }
  /// Whether a station that is so far ahead of the head-end shows what the stations agree on.
  [[nodiscard]] bool agrees(Micros station_ahead) const;

  /// A word older than that, or of a clock that was set since, says nothing about now.
  static constexpr std::chrono::minutes lately{3};

 private:
  struct Said {
    Micros ahead;
    WallTime at;
  };
  struct Votes {
    std::size_t heard = 0;
    std::size_t for_office = 0;
    std::size_t against = 0;  ///< that agree among themselves
    Micros ahead{0};          ///< of these: the median
  };
  [[nodiscard]] Votes count(WallTime now) const;

  std::map<std::string, Said> said_;
  std::optional<ClockFinding> told_;
};

}  // namespace loa::headend::fleet
