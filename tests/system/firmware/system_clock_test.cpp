#include "firmware/clock/system_clock.hpp"

#include <gtest/gtest.h>

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, ReadsBothClocksOfTheSameInstant) {
  firmware::SystemClock clock;
  const auto before = std::chrono::steady_clock::now();
  const auto first = clock.read(), second = clock.read();
  const auto after = std::chrono::steady_clock::now();
  EXPECT_GE(first.now.mono.time_since_epoch(), before.time_since_epoch());
  EXPECT_LE(second.now.mono.time_since_epoch(), after.time_since_epoch());
  const auto wall = second.now.wall - first.now.wall;
  const auto mono = second.now.mono - first.now.mono;
  EXPECT_LT(std::chrono::abs(wall - mono), 100us);
}

TEST(SystemClock, StatesTheAssumedBound) {
  firmware::SystemClock clock{{.chrony_port = {}, .assumed = ClockGrade::disciplined, .assumed_error = 7ms}};
  EXPECT_EQ(clock.read().now.grade, ClockGrade::disciplined);
  EXPECT_EQ(clock.read().error_bound, 7ms);
}

}  // namespace
}  // namespace loa::tests
