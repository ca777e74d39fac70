#pragma once
#include <optional>

#include "protocol/base/time.hpp"

namespace loa::station::core {

/// Ties plan time (UTC) to the monotonic clock, and holds the tie while something is on air.
///
/// A wall clock that is stepped in the middle of a cue does not move what sounds: the tie of before the step holds
/// until it may move again. Cues armed one after another under one tie adjoin to the sample.
class TimeAnchor {
 public:
  /// Takes note of both clocks. @param may_move false while a cue is on air or armed
  /// @return by how much plan time was moved, zero if not
  Micros observe(const Now& now, bool may_move);

  /// How far a reading is from the tie, without sign. Only when set().
  [[nodiscard]] Micros off(const Now& now) const;
  /// Whether it is the tie's own time, but for the noise of reading two clocks. Only when set().
  [[nodiscard]] bool agrees_with(const Now& now) const;

  [[nodiscard]] bool set() const { return origin_.has_value(); }
  /// Plan time at a monotonic instant, and back. Only when set().
  [[nodiscard]] WallTime plan_time(MonoTime mono) const;
  [[nodiscard]] MonoTime mono_of(WallTime plan) const;

 private:
  std::optional<std::chrono::nanoseconds> origin_;  // wall since epoch minus monotonic since boot
};

}  // namespace loa::station::core
