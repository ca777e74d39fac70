#include "tools/simfleet/sim_clock.hpp"

#include <gtest/gtest.h>

namespace loa::tools::simfleet {
namespace {

constexpr Instant begin = 1'795'219'200 * second_us;

class SimClockTest : public testing::Test {
 protected:
  [[nodiscard]] std::int64_t ahead_us() const { return to_us(clock_.now().wall) - timeline_.now(); }

  Timeline timeline_{begin};
  int changes_ = 0;
  SimClock clock_{timeline_, [this] { ++changes_; }};
};

TEST_F(SimClockTest, ALyingTimeSourceIsSureOfItselfUntilItIsRight) {
  SimClock::Boot boot;
  boot.lie_us = 20 * day_us;
  boot.right_after_us = 35 * second_us;
  clock_.power_on(boot, 0);
  timeline_.run_until(begin + 34 * second_us);
  EXPECT_EQ(ahead_us(), 20 * day_us);
  EXPECT_EQ(clock_.now().grade, ClockGrade::disciplined);
  EXPECT_FALSE(clock_.right());
  timeline_.run_until(begin + 36 * second_us);
  EXPECT_EQ(ahead_us(), 0);
  EXPECT_TRUE(clock_.right());
  EXPECT_EQ(changes_, 1);
}

TEST_F(SimClockTest, AStepPassesAndAnotherBootForgetsIt) {
  clock_.power_on({SimClock::Error::right, false, second_us}, 0);
  timeline_.run_until(begin + minute_us);
  clock_.step(-hour_us, 10 * minute_us);
  EXPECT_FALSE(clock_.right());
  timeline_.run_until(begin + 12 * minute_us);
  EXPECT_TRUE(clock_.right());
  clock_.step(day_us, 10 * minute_us);
  clock_.power_off();
  EXPECT_FALSE(clock_.right());
  clock_.power_on({SimClock::Error::last_known, false, hour_us}, 30 * minute_us);
  timeline_.run_until(begin + 40 * minute_us);
  EXPECT_EQ(ahead_us(), -30 * minute_us) << "behind by as long as the power was gone";
  EXPECT_EQ(clock_.now().grade, ClockGrade::none);
}

}  // namespace
}  // namespace loa::tools::simfleet
