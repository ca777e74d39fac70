#include "headend/fleet/office_clock.hpp"

#include <gtest/gtest.h>

namespace loa::headend::fleet {
namespace {

using namespace std::chrono_literals;

constexpr WallTime now = wall_from_us(1'795'000'000'000'000);

class OfficeClockTest : public testing::Test {
 protected:
  /// Stations s0, s1 … say so much.
  void say(const std::vector<Micros>& aheads, WallTime at = now) {
    for (std::size_t i = 0; i < aheads.size(); ++i) clock_.hear("s" + std::to_string(i), aheads[i], at);
  }
  OfficeClock clock_;
};

TEST_F(OfficeClockTest, IsWrongWhenThreeStationsAgreeOnAnotherTime) {
  say({1h, 1h + 5s, 1h - 5s});
  const auto found = clock_.judge(10, now);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->off);
  EXPECT_EQ(found->ahead, -1h) << "it is behind";
  EXPECT_EQ(clock_.ahead(), -1h);
  EXPECT_TRUE(clock_.agrees(1h + 20s));
  EXPECT_FALSE(clock_.agrees(0s));
  EXPECT_FALSE(clock_.judge(10, now)) << "told";
}

TEST_F(OfficeClockTest, IsWrongWhenBothStationsOfAWardAgree) {
  say({-2h, -2h});
  EXPECT_FALSE(clock_.judge(3, now)) << "the third one may say otherwise";
  ASSERT_TRUE(clock_.judge(2, now));
  EXPECT_EQ(clock_.ahead(), 2h);
}

TEST_F(OfficeClockTest, IsNotWrongBecauseOfOneStationNorOfAFew) {
  say({1h});
  EXPECT_FALSE(clock_.judge(1, now));
  say({1h, 1h, 1h, 0s, 0s, 0s, 0s});  // of one switch whose time server lies
  const auto found = clock_.judge(7, now);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->off);
  say({1h, 1h, 1h, 0s, 0s, 0s});
  EXPECT_EQ(clock_.ahead(), 0s) << "three against three";
}

TEST_F(OfficeClockTest, IsNotWrongWhereStationsContradictEachOther) {
  say({1h, 2h, 3h, -1h});
  EXPECT_FALSE(clock_.judge(4, now));
}

TEST_F(OfficeClockTest, IsRightAgainWhenAsManyAgreeWithIt) {
  say({1h, 1h, 1h, 1h});
  ASSERT_TRUE(clock_.judge(4, now));
  say({0s});
  EXPECT_FALSE(clock_.judge(4, now)) << "one against three";
  say({0s, 0s});
  const auto found = clock_.judge(4, now);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->off);
  EXPECT_EQ(clock_.ahead(), 0s);
}

// It is set right by an hour: what was heard before lies an hour away, and counts no more.
TEST_F(OfficeClockTest, IsRightAgainAtOnceWhenItWasSet) {
  say({-1h, -1h, -1h, -1h});
  ASSERT_TRUE(clock_.judge(4, now));
  clock_.hear("s0", 0s, now - 1h);
  const auto found = clock_.judge(4, now - 1h);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->off);
}

TEST_F(OfficeClockTest, StaysWrongWhileNobodySpeaks) {
  say({1h, 1h, 1h});
  ASSERT_TRUE(clock_.judge(3, now));
  EXPECT_FALSE(clock_.judge(3, now + 10min));
  EXPECT_EQ(clock_.ahead(), -1h);
}

TEST_F(OfficeClockTest, TellsOnceThatItIsRight) {
  say({0s});
  const auto found = clock_.judge(5, now);
  ASSERT_TRUE(found) << "what stood before this program started is over";
  EXPECT_FALSE(found->off);
  EXPECT_FALSE(clock_.judge(5, now));
}

}  // namespace
}  // namespace loa::headend::fleet
