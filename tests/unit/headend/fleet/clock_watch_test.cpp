#include "headend/fleet/clock_watch.hpp"

#include <gmock/gmock.h>

namespace loa::headend::fleet {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr WallTime now = wall_from_us(1'795'000'000'000'000);

class ClockWatchTest : public testing::Test {
 protected:
  /// A status that was made when the station's clock showed so much more than the head-end's now.
  auto hear(Micros ahead, Micros at, v1::ClockGrade grade = v1::CLOCK_GRADE_DISCIPLINED, Micros bound = 0s) {
    v1::Status status;
    status.set_at_us(to_us(now + at + ahead));
    status.set_clock_grade(grade);
    status.set_clock_error_us(static_cast<std::uint32_t>(bound.count()));
    return watch_.hear("a", status, now + at);
  }
  ClockWatch watch_;
};

TEST_F(ClockWatchTest, OneThatIsRightIsNewsOnce) {
  const auto first = hear(-20ms, 0s);
  ASSERT_TRUE(first) << "what stood before the head-end started is over";
  EXPECT_FALSE(first->off);
  EXPECT_FALSE(hear(-20ms, 60s));
  EXPECT_FALSE(hear(30s, 120s)) << "within what is tolerated";
}

TEST_F(ClockWatchTest, OneThatIsAheadIsKnownAtOnceAndToldOnce) {
  const auto found = hear(40s, 0s);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->off);
  EXPECT_FALSE(hear(41s, 3s));
  EXPECT_TRUE(hear(1h, 6s)) << "another error";
  const auto right = hear(0s, 9s);
  ASSERT_TRUE(right);
  EXPECT_FALSE(right->off);
}

TEST_F(ClockWatchTest, OneThatIsBehindIsKnownWhenItSaysSoAgain) {
  EXPECT_FALSE(hear(-1h, 0s)) << "may have lain in a broker or a queue";
  EXPECT_FALSE(hear(-1h, 4s));
  const auto found = hear(-1h - 2s, 6s);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->off);
}

TEST_F(ClockWatchTest, WhatTheNetworkHeldBackAccusesNobody) {
  EXPECT_TRUE(hear(0s, 0s));
  for (int i = 0; i < 100; ++i) {  // five minutes of them come at once
    EXPECT_FALSE(hear(-(300s - i * 3s), 300s + i * 1ms)) << i;
  }
  EXPECT_FALSE(hear(0s, 303s));
  for (int i = 0; i < 40; ++i) EXPECT_FALSE(hear(-31s - i * 6s, 400s + i * 7s)) << "a line that gets slower " << i;
}

TEST_F(ClockWatchTest, ItsOwnDoubtCounts) {
  EXPECT_FALSE(hear(1h, 0s, v1::CLOCK_GRADE_LAST_KNOWN)) << "it says itself that it does not know";
  EXPECT_FALSE(hear(1h, 3s, v1::CLOCK_GRADE_NONE));
  const auto found = hear(40s, 6s, v1::CLOCK_GRADE_NETWORK, 16s);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->off);
  EXPECT_TRUE(hear(47s, 9s, v1::CLOCK_GRADE_NETWORK, 16s)->off);
}

TEST_F(ClockWatchTest, OffSinceItLastAgreedOrWasFirstHeardToBe) {
  hear(-1h, 0s);
  EXPECT_EQ(hear(-1h, 60s)->since, now) << "first heard to be, and confirmed a minute later";
  EXPECT_EQ(hear(1h, 120s)->since, now + 120s) << "by another amount from now on";
  EXPECT_EQ(hear(0s, 180s)->since, now + 180s) << "right from now on";
  hear(0s, 240s);
  hear(-1h, 300s);
  hear(0s, 360s);
  hear(-1h, 420s);
  EXPECT_EQ(hear(-1h, 480s)->since, now + 360s) << "no news that it agreed, and yet the last that is known";
  watch_.forget("a");
  EXPECT_EQ(hear(1h, 540s)->since, now + 540s) << "of another key nothing is known";
}

TEST_F(ClockWatchTest, SaysWhichWayAndWhatItMeans) {
  EXPECT_THAT(describe({true, 1h}), HasSubstr("1 h 00 min 00.0 s ahead of the head-end's"));
  EXPECT_THAT(describe({true, 1h}), HasSubstr("too early"));
  EXPECT_THAT(describe({true, -90s}), HasSubstr("1 min 30.0 s behind the head-end's"));
  EXPECT_THAT(describe({true, -90s}), HasSubstr("too late"));
}

}  // namespace
}  // namespace loa::headend::fleet
