#include "protocol/base/time.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace loa {
namespace {

using namespace std::chrono_literals;

TEST(FormatUtc, WritesRfc3339WithMicroseconds) {
  EXPECT_EQ(format_utc(wall_from_us(0)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_utc(wall_from_us(1'795'298'400'000'001)), "2026-11-21T22:00:00.000001Z");
  EXPECT_EQ(format_utc(wall_from_us(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatUtc, SurvivesAnyInstantFromTheWire) {
  EXPECT_EQ(format_utc(wall_from_us(std::numeric_limits<std::int64_t>::min())), "0000-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_utc(wall_from_us(std::numeric_limits<std::int64_t>::max())), "9999-12-31T23:59:59.999999Z");
}

TEST(ParseUtc, ReadsWhatFormatWrites) {
  for (const std::int64_t us : {0LL, 1LL, 1'795'298'400'123'456LL, 4'102'444'799'999'999LL}) {
    EXPECT_EQ(parse_utc(format_utc(wall_from_us(us))).value(), wall_from_us(us));
  }
  EXPECT_EQ(to_us(*parse_utc("2026-11-21T22:00:00Z")), 1'795'298'400'000'000);
  EXPECT_EQ(to_us(*parse_utc("2026-11-21T22:00:00.5Z")), 1'795'298'400'500'000);
  EXPECT_TRUE(parse_utc("2028-02-29T00:00:00Z"));
}

TEST(ParseUtc, RefusesEverythingElse) {
  for (const char* text :
       {"", "Z", "2026-11-21", "2026-11-21T22:00:00", "2026-11-21 22:00:00Z", "2026-11-21T22:00:00+07:00",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T22:60:00Z", "2026-11-21T22:00:60Z", "2026-11-21T22:00:00.Z", "2026-11-21T22:00:00.1234567Z",
        "2026-11-21T22:00:00.12x4Z", "-026-11-21T22:00:00Z", "2026-11-21T22:00:00ZZ", "+2026-11-2T22:00:00Z"}) {
    const auto parsed = parse_utc(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
    EXPECT_NE(parsed.error().text.find(text), std::string::npos);
  }
}

TEST(FormatDuration, IsReadByPeople) {
  EXPECT_EQ(format_duration(0us), "0 ms");
  EXPECT_EQ(format_duration(120'900us), "120 ms");
  EXPECT_EQ(format_duration(-120ms), "-120 ms");
  EXPECT_EQ(format_duration(3'400ms), "3.4 s");
  EXPECT_EQ(format_duration(59'990ms), "59.9 s");
  EXPECT_EQ(format_duration(60s), "1 min 00.0 s");
  EXPECT_EQ(format_duration(119'960ms), "1 min 59.9 s");
  EXPECT_EQ(format_duration(1h + 2min + 3'400ms), "1 h 02 min 03.4 s");
  EXPECT_EQ(format_duration(-90s), "-1 min 30.0 s");
}

TEST(ClockGrade, HasANameForEachGrade) {
  EXPECT_STREQ(name_of(ClockGrade::none), "none");
  EXPECT_STREQ(name_of(ClockGrade::last_known), "last-known");
  EXPECT_STREQ(name_of(ClockGrade::network), "network");
  EXPECT_STREQ(name_of(ClockGrade::disciplined), "disciplined");
  EXPECT_LT(ClockGrade::network, ClockGrade::disciplined);
}

}  // namespace
}  // namespace loa
