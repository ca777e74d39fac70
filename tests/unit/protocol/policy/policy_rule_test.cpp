#include "protocol/policy/policy_rule.hpp"

#include <gtest/gtest.h>

namespace loa::protocol::policy {
namespace {

using namespace std::chrono_literals;
using message::Reason;

constexpr WallTime t0 = wall_from_us(1'795'219'200'000'000);  // 2026-11-21T00:00:00Z

v1::Policy policy_of(std::uint32_t from_minute, std::uint32_t to_minute, std::uint32_t weekdays = 0x7F) {
  v1::Policy policy;
  policy.set_valid_until_us(to_us(t0 + 400 * 24h));
  policy.set_utc_offset_s(25'200);
  auto* window = policy.add_windows();
  window->set_from_minute(from_minute);
  window->set_to_minute(to_minute);
  window->set_weekdays(weekdays);
  return policy;
}

/// A sound that begins so many seconds after t0.
v1::Cue cue_of(const std::string& occurrence, std::int64_t start_s, std::int64_t length_s) {
  v1::Cue cue;
  cue.set_occurrence(occurrence);
  cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  cue.set_medium(v1::MEDIUM_AUDIO);
  cue.set_start_us(to_us(t0 + std::chrono::seconds{start_s}));
  cue.set_duration_us(length_s * 1'000'000);
  return cue;
}

WallTime start_of(const v1::Cue& cue) { return wall_from_us(cue.start_us()); }

// t0 is 07:00 local on Saturday 21 November 2026.
const v1::Cue at_seven = cue_of("sang/2026-11-21/070000", 0, 60);

TEST(PolicyRule, AllowsACueThatLiesWhollyInAWindow) {
  EXPECT_FALSE(forbidden_by(policy_of(7 * 60, 7 * 60 + 1), at_seven, {}).has_value());
}

TEST(PolicyRule, RefusesACueThatReachesOutOfItsWindow) {
  EXPECT_EQ(forbidden_by(policy_of(7 * 60 + 1, 8 * 60), at_seven, {}), Reason::policy_hours);
  const auto long_cue = cue_of("sang/2026-11-21/070000", 0, 61);
  EXPECT_EQ(forbidden_by(policy_of(7 * 60, 7 * 60 + 1), long_cue, {}), Reason::policy_hours);
}

TEST(PolicyRule, ReckonsTheWeekdayInLocalTime) {
  // 05:00 on Monday in Hanoi is 22:00 UTC of Sunday.
  const auto monday_five = cue_of("sang/2026-11-23/050000", 46 * 3600, 60);
  EXPECT_FALSE(forbidden_by(policy_of(300, 360, 0b0000001), monday_five, {}).has_value());
  EXPECT_EQ(forbidden_by(policy_of(300, 360, 0b1000000), monday_five, {}), Reason::policy_hours);
}

// 23:59:30 on Saturday to 00:00:30 on Sunday in Hanoi; in UTC it is one day.
const v1::Cue over_midnight = cue_of("dem/2026-11-21/235930", 17 * 3600 - 30, 60);

TEST(PolicyRule, WindowsThatAdjoinCountAsOneAlsoOverMidnight) {
  auto policy = policy_of(22 * 60, 24 * 60, 0b0100000);  // Saturday's evening
  EXPECT_EQ(forbidden_by(policy, over_midnight, {}), Reason::policy_hours)
      << "nothing permits the half minute of Sunday";
  auto* sunday = policy.add_windows();
  sunday->set_weekdays(0b1000000);
  sunday->set_to_minute(120);
  EXPECT_FALSE(forbidden_by(policy, over_midnight, {}).has_value());
  sunday->set_weekdays(0b0000001);
  EXPECT_EQ(forbidden_by(policy, over_midnight, {}), Reason::policy_hours) << "Monday's night is not Sunday's";
  sunday->set_weekdays(0b1000000);
  sunday->set_from_minute(1);
  EXPECT_EQ(forbidden_by(policy, over_midnight, {}), Reason::policy_hours) << "a minute is missing between them";
}

TEST(PolicyRule, TakesTheLowestCapOfTheWindowsACueLiesIn) {
  auto policy = policy_of(0, 1440, 0b0100000);
  policy.mutable_windows(0)->set_level_cap_cb(-300);
  auto* sunday = policy.add_windows();
  sunday->set_weekdays(0b1000000);
  sunday->set_to_minute(300);
  sunday->set_level_cap_cb(-900);
  EXPECT_EQ(capped_gain_cb(policy, over_midnight), -900);
  EXPECT_EQ(capped_gain_cb(policy, cue_of("dem/2026-11-21/235800", 17 * 3600 - 120, 60)), -300);
}

TEST(PolicyRule, ASessionOverMidnightCountsForTheDayItBeganOn) {
  auto policy = policy_of(0, 1440);
  policy.set_sessions_per_day(1);
  policy.set_days_per_week(1);
  Sessions sessions;
  sessions[over_midnight.occurrence()] = {start_of(over_midnight), true};
  EXPECT_FALSE(forbidden_by(policy, over_midnight, sessions).has_value()) << "its own second half";
  const auto sunday_one = cue_of("sang/2026-11-22/010000", 18 * 3600, 60);
  EXPECT_EQ(forbidden_by(policy, sunday_one, sessions), Reason::policy_days) << "Saturday was this week's day";
  const auto monday = cue_of("sang/2026-11-23/000000", 41 * 3600, 60);
  EXPECT_FALSE(forbidden_by(policy, monday, sessions).has_value()) << "a new week begins at local midnight";
}

TEST(PolicyRule, ASegmentAfterMidnightBelongsToTheDayOnWhichItsSessionBegan) {
  auto policy = policy_of(0, 1440);
  policy.set_sessions_per_day(1);
  policy.set_days_per_week(1);
  Sessions sessions;
  sessions[over_midnight.occurrence()] = {start_of(over_midnight), true};
  const auto after_midnight = cue_of(over_midnight.occurrence(), 17 * 3600 + 30, 60);
  EXPECT_FALSE(forbidden_by(policy, after_midnight, sessions).has_value()) << "it is no second day";
  sessions["sang/2026-11-21/070000"] = {start_of(at_seven), true};
  EXPECT_EQ(forbidden_by(policy, after_midnight, sessions), Reason::policy_sessions) << "the second one of Saturday";
}

TEST(PolicyRule, NothingMaySoundWithoutAWindow) {
  auto policy = policy_of(0, 1440);
  policy.clear_windows();
  EXPECT_EQ(forbidden_by(policy, at_seven, {}), Reason::policy_hours);
}

TEST(PolicyRule, CountsTheSessionsOfTheLocalDay) {
  auto policy = policy_of(0, 1440);
  policy.set_sessions_per_day(2);
  Sessions sessions;
  sessions["a/2026-11-21/000100"] = {start_of(at_seven) - 6h, true};
  EXPECT_FALSE(forbidden_by(policy, at_seven, sessions).has_value());
  sessions["b/2026-11-21/060000"] = {start_of(at_seven) - 1h, true};
  EXPECT_EQ(forbidden_by(policy, at_seven, sessions), Reason::policy_sessions);
  sessions["a/2026-11-21/000100"].first_start -= 2h;  // that was yesterday, 23:00
  EXPECT_FALSE(forbidden_by(policy, at_seven, sessions).has_value());
}

TEST(PolicyRule, ASessionIsNotCountedAgainstItself) {
  auto policy = policy_of(0, 1440);
  policy.set_sessions_per_day(1);
  Sessions sessions;
  sessions[at_seven.occurrence()] = {start_of(at_seven), true};
  EXPECT_FALSE(forbidden_by(policy, at_seven, sessions).has_value());
}

TEST(PolicyRule, LimitsMinutesOfASessionFromItsBeginning) {
  auto policy = policy_of(0, 1440);
  policy.set_minutes_per_session(15);
  Sessions sessions;
  sessions[at_seven.occurrence()] = {start_of(at_seven) - 14min, true};
  EXPECT_FALSE(forbidden_by(policy, at_seven, sessions).has_value());
  sessions[at_seven.occurrence()].first_start -= 1s;
  EXPECT_EQ(forbidden_by(policy, at_seven, sessions), Reason::policy_minutes);
}

TEST(PolicyRule, LimitsTheDaysOfAWeek) {
  auto policy = policy_of(0, 1440);
  policy.set_days_per_week(5);
  Sessions sessions;
  for (int day = 1; day <= 5; ++day) {  // Monday to Friday before this Saturday
    sessions["d" + std::to_string(day)] = {start_of(at_seven) - day * 24h, true};
  }
  EXPECT_EQ(forbidden_by(policy, at_seven, sessions), Reason::policy_days);
  const auto monday = cue_of("sang/2026-11-23/070000", 2 * 86'400, 60);
  EXPECT_FALSE(forbidden_by(policy, monday, sessions).has_value()) << "a new week";
}

TEST(PolicyRule, AnExpiredPolicyPermitsNothing) {
  auto policy = policy_of(0, 1440);
  policy.set_valid_until_us(at_seven.start_us());
  EXPECT_EQ(forbidden_by(policy, at_seven, {}), Reason::policy_not_valid);
}

TEST(PolicyRule, LeavesSignsAlone) {
  auto slogan = at_seven;
  slogan.set_medium(v1::MEDIUM_SIGN);
  EXPECT_FALSE(forbidden_by(policy_of(600, 601), slogan, {}).has_value());
}

}  // namespace
}  // namespace loa::protocol::policy
