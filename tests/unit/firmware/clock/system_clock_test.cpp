#include "firmware/clock/system_clock.hpp"

#include <gtest/gtest.h>

namespace loa::firmware {
namespace {

using namespace std::chrono_literals;

TEST(ClockTrust, SynchronisedWithinTheBoundIsDisciplined) {
  EXPECT_EQ(grade_of({true, 900us}, {}), ClockGrade::disciplined);
  EXPECT_EQ(grade_of({true, 1024ms}, {}), ClockGrade::disciplined)
      << "a poll every 2048 s grows the bound to about a second";
}

TEST(ClockTrust, ABoundThatHasGrownIsOnlyNetwork) {
  EXPECT_EQ(grade_of({true, 5s}, {}), ClockGrade::network);
  EXPECT_EQ(grade_of({true, 5ms}, {.chrony_port = {}, .assumed = {}, .disciplined_within = 1ms}), ClockGrade::network);
}

TEST(ClockTrust, UnsynchronisedIsNoneWhateverTheBoundSays) { EXPECT_EQ(grade_of({false, 1us}, {}), ClockGrade::none); }

TEST(ClockTrust, AnAssumedGradeWins) {
  const auto trust = parse_clock_trust("assume-disciplined");
  ASSERT_TRUE(trust);
  EXPECT_EQ(grade_of({false, 16s}, *trust), ClockGrade::disciplined);
  EXPECT_EQ(grade_of({false, 16s}, *parse_clock_trust("assume-network")), ClockGrade::network);
}

TEST(ClockTrust, ReadsItsSettingAndRefusesOthers) {
  EXPECT_FALSE(parse_clock_trust("ntp")->assumed);
  for (const char* text : {"", "NTP", "disciplined", "assume-none"}) {
    EXPECT_EQ(parse_clock_trust(text).error().code, ErrorCode::invalid) << text;
  }
}

}  // namespace
}  // namespace loa::firmware
