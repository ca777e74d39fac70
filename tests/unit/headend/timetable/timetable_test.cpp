#include "headend/timetable/timetable.hpp"

#include <gtest/gtest.h>

#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::timetable {
namespace {

using namespace std::chrono_literals;

const LocalDate monday = sample::date(2026, 11, 23);
const Zone zone;

TEST(Timetable, ExpandsByLocalWeekdayAndValidity) {
  auto programme = sample::morning();
  programme.weekdays = 0x01;
  programme.validity = {monday, monday + std::chrono::days{7}};
  const auto list = expand(programme, 10s, monday - std::chrono::days{14}, monday + std::chrono::days{30}, zone);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].id, "sang/2026-11-23/050000");
  EXPECT_EQ(format_utc(list[0].start), "2026-11-22T22:00:00.000000Z");
  EXPECT_EQ(list[1].date, monday + std::chrono::days{7});
}

TEST(Timetable, PositionsDoNotDrift) {
  EXPECT_EQ(position_of(48000), 1s);
  EXPECT_EQ(position_of(1), 21us);  // 20.83
  EXPECT_EQ(position_of(2), 42us);  // 41.67
  EXPECT_EQ(position_of(3), 63us);  // 62.5 is rounded up
  EXPECT_EQ(position_of(48000LL * 86400 + 1), 86400s + 21us);
}

}  // namespace
}  // namespace loa::headend::timetable
