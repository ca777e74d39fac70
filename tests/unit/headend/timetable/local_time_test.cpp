#include "headend/timetable/local_time.hpp"

#include <gtest/gtest.h>

#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::timetable {
namespace {

using namespace std::chrono_literals;

TEST(LocalTime, ReadsDatesBothWaysAndRefusesOthers) {
  EXPECT_EQ(parse_date("2026-11-21").value(), sample::date(2026, 11, 21));
  EXPECT_EQ(parse_date("21/11/2026").value(), sample::date(2026, 11, 21));
  EXPECT_EQ(parse_date("2028-02-29").value(), sample::date(2028, 2, 29));
  for (const char* wrong :
       {"2026-02-29", "2026-13-01", "21-11-2026", "2026-11", "hôm nay", "", "2026-11-21x", "26-11-21"}) {
    const auto date = parse_date(wrong);
    ASSERT_FALSE(date) << wrong;
    EXPECT_EQ(date.error().code, ErrorCode::invalid);
  }
  EXPECT_EQ(format_date(sample::date(2026, 3, 5)), "2026-03-05");
  EXPECT_EQ(format_date_vi(sample::date(2026, 3, 5)), "05/03/2026");
}

TEST(LocalTime, ReadsTimesOfDay) {
  EXPECT_EQ(parse_time("05:00").value(), 5h);
  EXPECT_EQ(parse_time("5:07").value(), 5h + 7min);
  EXPECT_EQ(parse_time("05:00:30").value(), 5h + 30s);
  EXPECT_EQ(parse_time("5h").value(), 5h);
  EXPECT_EQ(parse_time("5h30").value(), 5h + 30min);
  EXPECT_EQ(parse_time("24:00", true).value(), 24h);
  for (const char* wrong : {"24:00", "5", "25:00", "05:60", "05:00:60", "5:0", "", "05:00:00:00", "-1:00", "5h3"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
  EXPECT_EQ(format_time(5h), "05:00");
  EXPECT_EQ(format_time(5h + 30s), "05:00:30");
}

TEST(LocalTime, ReadsWeekdaysInBothLanguages) {
  EXPECT_EQ(parse_weekdays("T2-T6").value(), 0x1f);
  EXPECT_EQ(parse_weekdays("mon-fri").value(), 0x1f);
  EXPECT_EQ(parse_weekdays("t2, T4,CN").value(), 0x45);
  EXPECT_EQ(parse_weekdays("sat-mon").value(), 0x61);
  EXPECT_EQ(parse_weekdays("daily").value(), model::every_day);
  EXPECT_EQ(parse_weekdays("hằng ngày").value(), model::every_day);
  for (const char* wrong : {"", "T1", "T8", "mon-", "T2-T4-T6", "T2;T3"}) EXPECT_FALSE(parse_weekdays(wrong)) << wrong;
}

TEST(LocalTime, ShowsWeekdaysSoThatTheyReadBack) {
  EXPECT_EQ(format_weekdays(0x1f), "T2–T6");
  EXPECT_EQ(format_weekdays(0x45), "T2, T4, CN");
  EXPECT_EQ(format_weekdays(0x60), "T7, CN");
  EXPECT_EQ(format_weekdays(model::every_day), "hằng ngày");
}

}  // namespace
}  // namespace loa::headend::timetable
