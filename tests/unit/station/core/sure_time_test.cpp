#include "station/core/sure_time.hpp"

#include <gtest/gtest.h>

namespace loa::station::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const WallTime noon = wall_from_us(1'795'219'200'000'000);

Now believed(WallTime wall, std::chrono::nanoseconds mono) { return {wall, MonoTime{mono}, ClockGrade::disciplined}; }

/// A clock that is believed once a minute.
void run(SureTime& sure, WallTime wall, std::chrono::seconds from, std::chrono::seconds length) {
  for (auto at = from; at <= from + length; at += 60s) sure.believe(believed(wall + (at - from), at));
}

TEST(SureTime, IsWhatTheDiskSaysAndAdvancesWithTheMonotonicClock) {
  SureTime sure{{noon, {}, {}}};
  EXPECT_EQ(sure.at(MonoTime{5s}), noon) << "nothing has begun";
  sure.begin(MonoTime{5s});
  EXPECT_EQ(sure.at(MonoTime{65s}), noon + 60s);
  EXPECT_FALSE(SureTime{ClockMemory{}}.at(MonoTime{}));
}

TEST(SureTime, AClockAloneBearsNothingOut) {
  SureTime sure{{noon, {}, {}}};
  sure.believe(believed(noon + days{20}, 0s));
  EXPECT_EQ(sure.at(MonoTime{35s}), noon + 35s);
  EXPECT_EQ(sure.ahead((noon + days{20}).time_since_epoch()), days{20});
}

TEST(SureTime, AMessageOfTheOfficeBearsOutAClockThatAgrees) {
  SureTime sure{ClockMemory{}};
  sure.believe(believed(noon, 0s));
  sure.office_signed(noon + 55s, MonoTime{60s});  // it took five seconds
  EXPECT_EQ(sure.at(MonoTime{60s}), noon + 60s);
}

TEST(SureTime, AnOlderMessageBearsOutOnlyTheInstantOfItsSigning) {
  SureTime sure{ClockMemory{}};
  sure.believe(believed(noon + days{20}, 0s));
  sure.office_signed(noon, MonoTime{60s});
  EXPECT_EQ(sure.at(MonoTime{60s}), noon);
  sure.office_signed(noon - days{1}, MonoTime{60s});
  EXPECT_EQ(sure.at(MonoTime{60s}), noon) << "an older one says nothing new";
}

// A lie of an hour is not borne out by whatever the office signs an hour later.
TEST(SureTime, ALeapIsNotBorneOutByAMessageThatIsSignedAfterItsLandingAndDisagrees) {
  SureTime sure{{noon, {}, {}}};
  run(sure, noon + 1h, 0s, 2h);
  sure.office_signed(noon + 2h, MonoTime{2h});
  EXPECT_EQ(sure.at(MonoTime{2h}), noon + 2h) << "the clock says three hours";
}

TEST(SureTime, AnOfficeAheadOfABelievedClockBearsOutNoMoreThanThatClock) {
  SureTime sure{ClockMemory{}};
  sure.believe(believed(noon, 0s));
  sure.office_signed(noon + 3650 * days{1}, MonoTime{0s});
  EXPECT_EQ(sure.at(MonoTime{0s}), noon);
  sure.believe(believed(noon + 10 * days{1}, 60s));
  EXPECT_EQ(sure.at(MonoTime{60s}), noon + 60s) << "what it said is no witness of a later lie";
}

TEST(SureTime, AMessageThatCameBeforeAnyClockCountsOnceOneIsBelieved) {
  SureTime sure{ClockMemory{}};
  sure.office_signed(noon, MonoTime{0s});
  EXPECT_FALSE(sure.at(MonoTime{60s})) << "nobody but the office says so";
  sure.believe(believed(noon + 60s, 60s));
  EXPECT_EQ(sure.at(MonoTime{60s}), noon + 60s);
}

TEST(SureTime, ADayWithoutContradictionBearsOutAClock) {
  SureTime sure{{noon, {}, {}}};
  run(sure, noon + days{5}, 0s, 24h - 60s);
  EXPECT_EQ(sure.at(MonoTime{24h}), noon + 24h);
  run(sure, noon + days{6}, 24h, 60s);
  EXPECT_EQ(sure.at(MonoTime{24h}), noon + days{6});
}

TEST(SureTime, TheDayIsAddedUpOverRestarts) {
  ClockMemory memory{noon, {}, {}};
  WallTime now = noon + days{5};
  for (int start = 0; start < 4; ++start) {
    SureTime sure{memory};
    run(sure, now, 0s, 8h);
    memory = sure.memory(MonoTime{8h});
    now += 12h;  // four hours without power each time
  }
  EXPECT_GE(*memory.sure, noon + days{5} + 24h);
  EXPECT_LE(*memory.sure, now);
}

TEST(SureTime, TimeWithoutAClockBearsNothingOut) {
  SureTime sure{{noon, {}, {}}};
  run(sure, noon + days{5}, 0s, 1h);
  sure.doubt();
  run(sure, noon + days{8}, days{3}, 1h);
  EXPECT_EQ(sure.at(MonoTime{days{3} + 1h}), noon + days{3} + 1h);
}

TEST(SureTime, WhatTheOfficeContradictsIsNeverBorneOut) {
  SureTime sure{{noon, {}, {}}};
  for (int hour = 0; hour < 72; ++hour) {
    run(sure, noon + days{20} + hour * 1h, hour * 1h, 1h - 60s);
    if (hour % 12 == 0) sure.office_signed(noon + hour * 1h, MonoTime{hour * 1h});
  }
  EXPECT_EQ(sure.at(MonoTime{72h}), noon + 72h);
}

TEST(SureTime, APlanOnTheDiskContradictsNoClockByBeingOld) {
  SureTime sure{{noon, noon + days{5}, 23h}};
  sure.believe(believed(noon + days{5}, 0s));
  sure.office_signed(noon - days{3}, MonoTime{0s}, false);
  run(sure, noon + days{5}, 0s, 1h);
  EXPECT_EQ(sure.at(MonoTime{1h}), noon + days{5} + 1h);
}

// A lie that was borne out, because nobody could tell for a day, is corrected by the same means.
TEST(SureTime, ADayOrTheOfficeAlsoCorrectsWhatWasTakenForSure) {
  SureTime by_day{{noon + days{365}, {}, {}}};
  run(by_day, noon, 0s, 24h + 120s);
  EXPECT_EQ(by_day.at(MonoTime{24h}), noon + 24h);
  SureTime by_office{{noon + days{365}, {}, {}}};
  by_office.believe(believed(noon, 0s));
  EXPECT_EQ(by_office.at(MonoTime{0s}), noon + days{365});
  by_office.office_signed(noon, MonoTime{1s});
  EXPECT_EQ(by_office.at(MonoTime{1s}), noon + 1s);
}

TEST(SureTime, ForgetsWhatWasPendingWhenTheClockIsSetBack) {
  SureTime sure{{noon, {}, {}}};
  run(sure, noon + days{20}, 0s, 23h);
  run(sure, noon + 23h + 60s, 23h + 60s, 2h);
  EXPECT_EQ(sure.at(MonoTime{25h}), noon + 25h);
  EXPECT_FALSE(sure.memory(MonoTime{25h}).pending);
}

TEST(SureTime, FollowsTheSmallCorrectionsOfATimeDaemon) {
  SureTime sure{{noon, {}, {}}};
  for (int day = 0; day < 30; ++day) sure.believe(believed(noon + day * days{1} + day * 2s, day * days{1}));
  EXPECT_EQ(sure.at(MonoTime{29 * days{1}}), noon + 29 * days{1} + 58s);
}

}  // namespace
}  // namespace loa::station::core
