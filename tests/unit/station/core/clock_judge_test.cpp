#include "station/core/clock_judge.hpp"

#include <gtest/gtest.h>

namespace loa::station::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const WallTime noon = wall_from_us(1'795'219'200'000'000);

Now reading(WallTime wall, std::chrono::nanoseconds mono, ClockGrade grade = ClockGrade::disciplined) {
  return {wall, MonoTime{mono}, grade};
}

TEST(ClockJudge, KnowsNothingAndBelievesTheFirstWhoKnows) {
  ClockJudge judge;
  EXPECT_EQ(judge.judge(reading(WallTime{30s}, 1s, ClockGrade::none)).grade, ClockGrade::none);
  EXPECT_EQ(judge.judge(reading(noon, 2s, ClockGrade::network)).grade, ClockGrade::network);
}

TEST(ClockJudge, IsAtLeastAsLateAsWhatIsOnDisk) {
  ClockJudge judge{ClockMemory{noon, {}, {}}};
  const Now at_boot = judge.judge(reading(WallTime{30s}, 100s, ClockGrade::none));
  EXPECT_EQ(at_boot.grade, ClockGrade::last_known);
  EXPECT_EQ(at_boot.wall, noon);
  EXPECT_EQ(judge.judge(reading(WallTime{90s}, 160s, ClockGrade::none)).wall, noon + 60s);
  EXPECT_EQ(judge.judge(reading(noon + days{20}, 200s)).wall, noon + days{20}) << "it was off for twenty days";
}

TEST(ClockJudge, CarriesOnByTheMonotonicClockWhenNobodyConfirmsIt) {
  ClockJudge judge;
  judge.judge(reading(noon, 0s));
  const Now alone = judge.judge(reading(WallTime{30s}, 3600s, ClockGrade::none));
  EXPECT_EQ(alone.grade, ClockGrade::last_known);
  EXPECT_EQ(alone.wall, noon + 3600s);
}

// The first clock after the start was an hour behind. The right one comes; the office signs by it.
TEST(ClockJudge, AClockByWhichTheOfficeSignsNeedsNoInsistence) {
  for (const bool told : {false, true}) {
    for (const auto signed_before : {5s, 3600s}) {  // the second message is an old one, and no witness of now
      ClockJudge judge;
      judge.judge(reading(noon, 0s));
      if (told) judge.office_signed(noon + 1h + 60s - signed_before, MonoTime{60s});
      const bool believed = judge.judge(reading(noon + 1h + 70s, 70s)).grade == ClockGrade::disciplined;
      EXPECT_EQ(believed, told && signed_before == 5s);
      EXPECT_EQ(judge.sure(MonoTime{70s}) == noon + 1h + 70s, believed);
    }
  }
}

TEST(ClockJudge, FollowsAStepOfATimeDaemonAtOnce) {
  ClockJudge judge;
  judge.judge(reading(noon, 0s));
  EXPECT_EQ(judge.judge(reading(noon + 1s + 4s, 1s)).wall, noon + 5s);
  EXPECT_EQ(judge.judge(reading(noon + 2s - 1s, 2s)).wall, noon + 1s);
}

TEST(ClockJudge, AllowsForTheCrystalAfterALongSilence) {
  ClockJudge judge;
  judge.judge(reading(noon, 0s));
  judge.judge(reading(noon + days{10}, days{10}, ClockGrade::none));
  EXPECT_EQ(judge.judge(reading(noon + days{10} + 80s, days{10})).grade, ClockGrade::disciplined);
}

TEST(ClockJudge, AClaimAgainstWhatIsKnownMustInsistForTenMinutes) {
  for (const std::chrono::seconds step : {-14 * 86'400s, -3600s, -30s, 30s, 3600s, 3650 * 86'400s}) {
    ClockJudge judge;
    judge.judge(reading(noon, 0s));
    judge.office_signed(noon, MonoTime{0s});
    const Now denied = judge.judge(reading(noon + 10s + step, 10s));
    EXPECT_EQ(denied.grade, ClockGrade::last_known) << step.count();
    EXPECT_EQ(denied.wall, noon + 10s);
    EXPECT_EQ(judge.next_deadline(), MonoTime{610s});
    EXPECT_EQ(judge.judge(reading(noon + 609s + step, 609s)).grade, ClockGrade::last_known);
    EXPECT_EQ(judge.judge(reading(noon + 610s + step, 610s)).wall, noon + 610s + step);
    EXPECT_EQ(judge.next_deadline(), std::nullopt);
  }
}

TEST(ClockJudge, TheEndOfALeapThatNothingHasBorneOutIsBelievedAtOnce) {
  for (const bool online : {true, false}) {
    ClockJudge judge{ClockMemory{noon - days{2}, {}, {}}};
    judge.judge(reading(noon, 0s));
    if (online) judge.office_signed(noon, MonoTime{0s});
    judge.judge(reading(noon + 3650 * days{1}, 10s));
    ASSERT_EQ(judge.judge(reading(noon + 3650 * days{1} + 600s, 610s)).grade, ClockGrade::disciplined);
    EXPECT_EQ(judge.judge(reading(noon + 720s, 720s)).wall, noon + 720s) << "the time that went before";
    EXPECT_EQ(judge.judge(reading(noon + 720s, 720s)).grade, ClockGrade::disciplined);
    EXPECT_EQ(judge.judge(reading(noon + 730s + 3650 * days{1}, 730s)).grade, ClockGrade::last_known);
  }
}

TEST(ClockJudge, WhatIsBorneOutInsistsOnItself) {
  ClockJudge judge{ClockMemory{noon, {}, {}}};
  judge.judge(reading(noon + days{20}, 0s));
  judge.office_signed(noon + days{20}, MonoTime{1s});
  EXPECT_FALSE(judge.in_doubt(MonoTime{1s}));
  EXPECT_EQ(judge.judge(reading(noon + 35s, 35s)).grade, ClockGrade::last_known);
}

TEST(ClockJudge, AnEarlierReadingThanAFirstOneThatWasAheadIsBelievedUnlessItContradictsWhatIsSure) {
  ClockJudge judge{ClockMemory{noon, {}, {}}};
  judge.judge(reading(noon + days{20}, 0s));
  EXPECT_TRUE(judge.in_doubt(MonoTime{0s}));
  EXPECT_EQ(judge.judge(reading(noon - 3600s, 30s)).grade, ClockGrade::last_known);
  EXPECT_EQ(judge.judge(reading(noon + days{2}, 35s)).grade, ClockGrade::disciplined) << "it was off for two days";
}

TEST(ClockJudge, WhatWasAheadBeforeTheStartIsNoPrison) {
  ClockJudge judge{ClockMemory{noon, noon + days{20}, 35s}};
  EXPECT_EQ(judge.judge(reading(WallTime{30s}, 0s, ClockGrade::none)).wall, noon + days{20}) << "at least, it seems";
  EXPECT_EQ(judge.judge(reading(noon + 60s, 1s)).grade, ClockGrade::disciplined);
}

TEST(ClockJudge, WhoWaversBeginsAgain) {
  ClockJudge judge;
  judge.judge(reading(noon, 0s));
  judge.office_signed(noon, MonoTime{0s});
  judge.judge(reading(noon + 3610s, 10s));
  judge.judge(reading(noon + 400s, 400s, ClockGrade::none));  // not synchronised for a moment
  EXPECT_EQ(judge.judge(reading(noon + 4300s, 700s)).grade, ClockGrade::last_known);
  judge.judge(reading(noon + 7900s, 701s));  // another claim
  EXPECT_EQ(judge.judge(reading(noon + 8500s, 1300s)).grade, ClockGrade::last_known);
  EXPECT_EQ(judge.judge(reading(noon + 8501s, 1301s)).grade, ClockGrade::disciplined);
}

TEST(ClockJudge, WhatIsOnDiskIsNoPrisonWhenItWasWrong) {
  ClockJudge judge{ClockMemory{noon + 3650 * days{1}, {}, {}}};
  judge.judge(reading(noon, 0s));
  EXPECT_EQ(judge.remember(judge.judge(reading(noon + 300s, 300s)), true), std::nullopt);
  const Now right = judge.judge(reading(noon + 600s, 600s));
  EXPECT_EQ(right.grade, ClockGrade::disciplined);
  const auto memory = judge.remember(right, false);
  ASSERT_TRUE(memory) << "and the disk is told at once";
  EXPECT_EQ(memory->pending, noon + 600s);
}

TEST(ClockJudge, ALongerAbsenceThanAPlanReachesMustInsistToo) {
  ClockJudge judge{ClockMemory{noon, {}, {}}};
  EXPECT_EQ(judge.judge(reading(noon + days{31}, 0s)).grade, ClockGrade::last_known);
  EXPECT_EQ(judge.judge(reading(noon + days{31} + 600s, 600s)).grade, ClockGrade::disciplined);
}

TEST(ClockJudge, RemembersAtOnceWhatBecameSure) {
  ClockJudge judge;
  const auto now = [&](std::chrono::seconds s) { return judge.judge(reading(noon + s, s)); };
  EXPECT_EQ(judge.remember(now(0s), false), (ClockMemory{{}, noon, 0s}));
  EXPECT_EQ(judge.remember(now(60s), false), std::nullopt);
  judge.office_signed(noon + 60s, MonoTime{60s});
  EXPECT_EQ(judge.remember(now(61s), false), (ClockMemory{noon + 61s, {}, 0s}));
  EXPECT_EQ(judge.remember(now(62s), false), std::nullopt);
}

TEST(ClockJudge, RemembersOnceAnHourAndAtAPlanAndNeverWhatItDoesNotBelieve) {
  ClockJudge judge{ClockMemory{noon, {}, {}}};
  int written = 0;
  WallTime newest = noon;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    const auto instant =
        judge.remember(judge.judge(reading(noon + minute * 60s, minute * 60s, ClockGrade::network)), false);
    if (!instant) continue;
    EXPECT_GT(*instant->sure, newest);
    newest = *instant->sure;
    ++written;
  }
  EXPECT_EQ(written, 23);
  const auto late = [&](std::chrono::seconds s) { return judge.judge(reading(noon + s, s)); };
  EXPECT_EQ(judge.remember(late(86'400s - 3600s + 599s), true), std::nullopt);
  EXPECT_EQ(judge.remember(late(86'400s - 3600s + 600s), true)->sure, noon + 86'400s - 3600s + 600s);
  EXPECT_EQ(judge.remember(judge.judge(reading(noon + 200'000s, 200'000s, ClockGrade::none)), true), std::nullopt);
}

}  // namespace
}  // namespace loa::station::core
