#pragma once
#include <mutex>

#include "firmware/port/wall_clock.hpp"
#include "firmware/sim/sim_time.hpp"

namespace loa::firmware {

/// A wall clock that runs beside a SimTime and can be set, stepped, and trusted or not. Thread-safe.
class SimClock final : public WallClock {
 public:
  /// @param time  must outlive this
  SimClock(SimTime& time, WallTime wall, ClockGrade grade = ClockGrade::disciplined);
  ClockReading read() override;

  void set_wall(WallTime wall);  ///< from now on it is this late
  void step(Micros by);          ///< jumps, forward or back
  void set_grade(ClockGrade grade, Micros error_bound = Micros{1'000});

 private:
  SimTime& time_;
  mutable std::mutex mutex_;
  WallTime wall_at_;  ///< the wall time at since_
  MonoTime since_;
  ClockGrade grade_;
  Micros error_bound_{1'000};
};

}  // namespace loa::firmware
