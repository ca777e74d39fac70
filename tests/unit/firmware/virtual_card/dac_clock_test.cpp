#include "firmware/virtual_card/dac_clock.hpp"

#include <gtest/gtest.h>

namespace loa::firmware::virtual_card {
namespace {

constexpr Nanos second = 1'000'000'000;
constexpr Nanos begin = 5'000 * second;

TEST(DacClock, CountsWholeFramesThatHaveLeft) {
  const DacClock dac{48'000, 0, begin};
  EXPECT_EQ(dac.frames_at(begin - second), 0);
  EXPECT_EQ(dac.frames_at(begin), 0);
  EXPECT_EQ(dac.frames_at(begin + 20'833), 0);
  EXPECT_EQ(dac.frames_at(begin + 20'834), 1);
  EXPECT_EQ(dac.frames_at(begin + 3600 * second), 48'000LL * 3600);
}

TEST(DacClock, RunsFastByItsPpm) {
  const DacClock fast{48'000, 80, begin}, slow{48'000, -60, begin};
  EXPECT_NEAR(static_cast<double>(fast.frames_at(begin + 1000 * second)), 48'003'840, 1);
  EXPECT_NEAR(static_cast<double>(slow.frames_at(begin + 1000 * second)), 47'997'120, 1);
}

TEST(DacClock, TimeOfAFrameIsTheFirstNanosecondThatCountsIt) {
  const DacClock dac{44'100, 33.3, begin};
  for (const std::int64_t frame : {1LL, 2LL, 441LL, 960LL, 123'457LL, 1'000'000'007LL}) {
    EXPECT_EQ(dac.frames_at(dac.time_of(frame)), frame);
    EXPECT_EQ(dac.frames_at(dac.time_of(frame) - 1), frame - 1);
  }
}

TEST(DacClock, AStallShiftsEveryLaterFrameByItsLength) {
  DacClock dac{48'000, 0, begin};
  dac.stall(second / 2, begin + second);
  EXPECT_EQ(dac.frames_at(begin + second + second / 4), 48'000);
  EXPECT_EQ(dac.frames_at(begin + 2 * second), 72'000);
  dac.stall(second, begin + 2 * second);
  dac.stall(second, begin + 2 * second + 1);
  EXPECT_EQ(dac.frames_at(begin + 4 * second), 72'000);
  EXPECT_EQ(dac.frames_at(begin + 5 * second), 120'000);
}

TEST(DacClock, ChangingPpmKeepsThePresentFrame) {
  DacClock dac{48'000, 0, begin};
  const Nanos now = begin + 10 * second + 7;
  dac.set_ppm(500, now);
  EXPECT_EQ(dac.frames_at(now), 480'000);
  EXPECT_EQ(dac.anchor().at, begin + 10 * second);
  EXPECT_NEAR(static_cast<double>(dac.frames_at(begin + 20 * second)), 960'240, 1);
}

TEST(Wander, GoesUpAndDownInStraightRampsAroundNothing) {
  const Wander wander{100, 400, 0};
  EXPECT_EQ(wander.at(400 * second), 0);
  EXPECT_EQ(wander.at(450 * second), 50);
  EXPECT_EQ(wander.at(500 * second), 100);
  EXPECT_EQ(wander.at(600 * second), 0);
  EXPECT_EQ(wander.at(700 * second), -100);
  EXPECT_EQ(wander.at(750 * second + second / 2), -50);
  EXPECT_EQ((Wander{100, 400, 0.25}.at(400 * second)), 100);
  EXPECT_EQ(Wander{}.at(400 * second), 0);
}

}  // namespace
}  // namespace loa::firmware::virtual_card
