#include "firmware/sim/sim_clock.hpp"

namespace loa::firmware {

SimClock::SimClock(SimTime& time, WallTime wall, ClockGrade grade)
    : time_(time), wall_at_(wall), since_(time.now()), grade_(grade) {}

ClockReading SimClock::read() {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  return {{wall_at_ + std::chrono::floor<Micros>(now - since_), now, grade_}, error_bound_};
}

void SimClock::set_wall(WallTime wall) {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  wall_at_ = wall;
  since_ = now;
}

void SimClock::step(Micros by) {
  const std::lock_guard lock{mutex_};
  wall_at_ += by;
}

void SimClock::set_grade(ClockGrade grade, Micros error_bound) {
  const std::lock_guard lock{mutex_};
  grade_ = grade;
  error_bound_ = error_bound;
}

}  // namespace loa::firmware
