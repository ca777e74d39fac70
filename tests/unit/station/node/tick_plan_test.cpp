#include "station/node/tick_plan.hpp"

#include <gtest/gtest.h>

namespace loa::station::node {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime now{100'000s};

/// Nothing to do, with a clock that is kept; the last status was just sent.
Pending idle() {
  Pending pending;
  pending.ticked = now;
  pending.last_status = now;
  pending.grade = ClockGrade::disciplined;
  return pending;
}

TEST(TickPlan, AnIdleStationLooksEveryFiveSeconds) { EXPECT_EQ(next_tick(idle(), now), now + 5s); }

TEST(TickPlan, WhatHappensInBetweenDoesNotPutItOff) {
  EXPECT_EQ(next_tick(idle(), now + 4s), now + 5s);
  EXPECT_EQ(next_tick(idle(), now + 7s), now + 7s) << "overdue: at once";
}

TEST(TickPlan, NoDeadlineIsSleptOver) {
  for (const auto member : {&Pending::core, &Pending::outbox}) {
    Pending pending = idle();
    pending.*member = now + 1234ms;
    EXPECT_EQ(next_tick(pending, now), now + 1234ms);
    pending.*member = now - 1s;
    EXPECT_EQ(next_tick(pending, now), now) << "one that is past is due now, not before";
  }
}

TEST(TickPlan, ARetryOrAClockThatNobodyKeepsIsLookedAfterEverySecond) {
  Pending retrying = idle();
  retrying.retries = true;
  EXPECT_EQ(next_tick(retrying, now), now + 1s);
  for (const auto grade : {ClockGrade::none, ClockGrade::last_known, ClockGrade::network}) {
    Pending waiting = idle();
    waiting.grade = grade;
    EXPECT_EQ(next_tick(waiting, now), now + 1s);
  }
}

TEST(TickPlan, WhatIsOnAirIsLookedAfterMoreOften) {
  Pending shown = idle();
  shown.awake = true;
  EXPECT_EQ(next_tick(shown, now), now + 1s);
  Pending heard = idle();
  heard.sounding = true;
  EXPECT_EQ(next_tick(heard, now), now + 500ms);
}

TEST(TickPlan, AStatusGoesOutEveryMinuteAndSoonWhenThereIsNews) {
  Pending pending = idle();
  EXPECT_FALSE(status_is_due(pending, now + pending.status_interval - 1ms));
  EXPECT_TRUE(status_is_due(pending, now + pending.status_interval));
  pending.ticked = now + 58s;
  EXPECT_EQ(next_tick(pending, now + 58s), now + pending.status_interval);
  pending.status_due = true;
  EXPECT_EQ(next_tick(pending, now), now + status_pause);
  EXPECT_FALSE(status_is_due(pending, now + status_pause - 1ms));
  EXPECT_TRUE(status_is_due(pending, now + status_pause));
}

TEST(TickPlan, TheFirstStatusGoesOutAtOnce) {
  Pending pending = idle();
  pending.last_status.reset();
  EXPECT_TRUE(status_is_due(pending, now));
  EXPECT_EQ(next_tick(pending, now), now);
}

}  // namespace
}  // namespace loa::station::node
