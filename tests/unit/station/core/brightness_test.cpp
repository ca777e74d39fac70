#include "station/core/brightness.hpp"

#include <gtest/gtest.h>

#include "protocol/base/time.hpp"

namespace loa::station::core {
namespace {

constexpr std::int64_t minute = 60'000'000;

std::int64_t at(const char* utc) { return to_us(parse_utc(utc).value()); }

/// 20 % from 22:00 to 05:00, 60 % from 05:00 to 06:30, in Vietnam.
v1::Plan plan() {
  v1::Plan made;
  made.mutable_policy()->set_utc_offset_s(25'200);
  const auto add = [&](std::uint32_t from, std::uint32_t to, std::uint32_t percent) {
    auto* stretch = made.add_brightness();
    stretch->set_from_minute(from);
    stretch->set_to_minute(to);
    stretch->set_percent(percent);
  };
  add(0, 300, 20);
  add(300, 390, 60);
  add(1'320, 1'440, 20);
  return made;
}

TEST(Brightness, ChangesAtItsLocalMinute) {
  EXPECT_EQ(brightness_at(plan(), at("2026-11-21T14:59:59.999999Z")), 100);
  EXPECT_EQ(brightness_at(plan(), at("2026-11-21T15:00:00Z")), 20) << "22:00 in Vietnam";
  EXPECT_EQ(brightness_at(plan(), at("2026-11-21T22:00:00Z")), 60) << "05:00";
  EXPECT_EQ(brightness_at(plan(), at("2026-11-21T23:29:59.999999Z")), 60);
  EXPECT_EQ(brightness_at(plan(), at("2026-11-21T23:30:00Z")), 100);
}

TEST(Brightness, GoesOnThroughMidnight) {
  EXPECT_EQ(brightness_at(plan(), at("2026-11-21T16:59:59.999999Z")), 20);
  EXPECT_EQ(brightness_at(plan(), at("2026-11-21T17:00:00Z")), 20);
  EXPECT_EQ(next_brightness_us(plan(), at("2026-11-21T16:59:00Z")), at("2026-11-21T17:00:00Z"));
  EXPECT_EQ(next_brightness_us(plan(), at("2026-11-21T17:00:00Z")), at("2026-11-21T22:00:00Z"));
}

TEST(Brightness, TheNextChangeIsNeverMissed) {
  std::int64_t now = at("2026-11-21T00:00:00Z");
  const std::int64_t end = now + 3 * 1'440 * minute;
  while (now < end) {
    const auto next = next_brightness_us(plan(), now);
    ASSERT_TRUE(next);
    ASSERT_GT(*next, now);
    for (std::int64_t probe = now; probe < *next; probe += minute) {
      ASSERT_EQ(brightness_at(plan(), probe), brightness_at(plan(), now));
    }
    now = *next;
  }
}

TEST(Brightness, WithoutStretchesItIsFullForEver) {
  const v1::Plan none;
  EXPECT_EQ(brightness_at(none, at("2026-11-21T15:00:00Z")), 100);
  EXPECT_FALSE(next_brightness_us(none, 0));
}

TEST(Brightness, KnowsZonesWestOfGreenwich) {
  auto west = plan();
  west.mutable_policy()->set_utc_offset_s(-18'000);
  EXPECT_EQ(brightness_at(west, at("2026-11-21T03:00:00Z")), 20) << "22:00 the day before";
  EXPECT_EQ(brightness_at(west, at("2026-11-21T12:00:00Z")), 100);
}

}  // namespace
}  // namespace loa::station::core
