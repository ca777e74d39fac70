#include "protocol/policy/local_time.hpp"

#include <gtest/gtest.h>

namespace loa::protocol::policy {
namespace {

using namespace std::chrono_literals;

LocalDate november(unsigned day) { return LocalDate{std::chrono::year{2026} / 11 / static_cast<int>(day)}; }

TEST(LocalTime, AMorningSessionIsTheEveningBeforeInUtc) {
  const Zone zone;
  const auto start = zone.to_utc(november(23), 5h);
  EXPECT_EQ(format_utc(start), "2026-11-22T22:00:00.000000Z");
  EXPECT_EQ(zone.date_of(start), november(23));
  EXPECT_EQ(zone.time_of_day(start), 5h);
  EXPECT_TRUE(falls_on(0x01, zone.date_of(start))) << "a Monday here, though a Sunday in UTC";
}

TEST(LocalTime, MidnightBelongsToTheNewDay) {
  const Zone zone;
  const auto midnight = zone.to_utc(november(23), 0h);
  EXPECT_EQ(zone.date_of(midnight), november(23));
  EXPECT_EQ(zone.date_of(midnight - Micros{1}), november(22));
}

TEST(LocalTime, WeeksBeginOnMonday) {
  EXPECT_EQ(week_of(november(22)), november(16));
  EXPECT_EQ(week_of(november(23)), november(23));
}

TEST(LocalTime, DaysBeginWestOfGreenwichAndBefore1970Too) {
  const Zone west{-5h};
  EXPECT_EQ(format_utc(west.midnight(november(23))), "2026-11-23T05:00:00.000000Z");
  EXPECT_EQ(west.date_of(WallTime{}), LocalDate{std::chrono::year{1969} / 12 / 31});
  EXPECT_EQ(west.time_of_day(WallTime{}), 19h);
  EXPECT_EQ(weekday_of(west.date_of(WallTime{})), 2U) << "a Wednesday";
}

}  // namespace
}  // namespace loa::protocol::policy
