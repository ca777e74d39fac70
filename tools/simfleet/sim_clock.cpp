#include "tools/simfleet/sim_clock.hpp"

#include <cstdlib>

namespace loa::tools::simfleet {
namespace {

constexpr Instant year_1970_us = 30 * second_us;
constexpr std::int64_t right_within_us = 2 * second_us;

std::int64_t ahead_of(SimClock::Error error, Instant now, std::int64_t off_us) {
  switch (error) {
    case SimClock::Error::right:
      return 0;
    case SimClock::Error::year_1970:
      return year_1970_us - now;
    case SimClock::Error::two_weeks_back:
      return -14 * day_us;
    case SimClock::Error::ten_years_ahead:
      return 3650 * day_us;
    case SimClock::Error::last_known:
      return -off_us;
  }
  return 0;
}

}  // namespace

void SimClock::power_on(const Boot& boot, std::int64_t off_us) {
  power_on_at_ = timeline_.now();
  ahead_us_ = boot.lie_us ? *boot.lie_us : ahead_of(boot.error, power_on_at_, off_us);
  grade_ = boot.lie_us ? ClockGrade::disciplined : boot.sure ? ClockGrade::network : ClockGrade::none;
  timeline_.after(boot.right_after_us, [this, serial = ++serial_] {
    if (serial == serial_) heal();
  });
}

void SimClock::power_off() {
  ++serial_;
  grade_ = ClockGrade::none;
}

void SimClock::step(std::int64_t by_us, std::int64_t heal_after_us) {
  ahead_us_ += by_us;
  timeline_.after(heal_after_us, [this, serial = serial_, by_us] {
    if (serial != serial_) return;
    ahead_us_ -= by_us;
    changed_();
  });
  changed_();
}

bool SimClock::heal() {
  if (grade_ == ClockGrade::disciplined && ahead_us_ == 0) return false;
  ++serial_;  // what was to heal a step has nothing to heal any more
  ahead_us_ = 0;
  grade_ = ClockGrade::disciplined;
  changed_();
  return true;
}

MonoTime SimClock::mono() const {
  return MonoTime{std::chrono::microseconds{timeline_.now() - power_on_at_ + second_us}};
}

Now SimClock::now() const { return {wall_from_us(timeline_.now() + ahead_us_), mono(), grade_}; }

Instant SimClock::true_time(MonoTime at) const {
  return std::chrono::duration_cast<Micros>(at.time_since_epoch()).count() - second_us + power_on_at_;
}

bool SimClock::right() const { return grade_ >= ClockGrade::network && std::abs(ahead_us_) <= right_within_us; }

}  // namespace loa::tools::simfleet
