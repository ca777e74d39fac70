#include "station/playback/test_tone.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "station/playback/decoder.hpp"

namespace loa::station::playback {
namespace {

using namespace std::chrono_literals;

double power_at(const std::vector<std::int16_t>& pcm, std::size_t from, std::size_t count, double hz) {
  double re = 0, im = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / 48'000;
    re += pcm[from + i] * std::cos(phase);
    im += pcm[from + i] * std::sin(phase);
  }
  return 2 * std::hypot(re, im) / static_cast<double>(count);
}

std::vector<std::int16_t> all() {
  TestTone tone;
  std::vector<std::int16_t> pcm(100'000);
  pcm.resize(tone.read(pcm).value());
  return pcm;
}

TEST(TestTone, IsTwoSecondsOfTwoNotesAtMinus18dBWithoutAClick) {
  const auto pcm = all();
  ASSERT_EQ(pcm.size(), 96'000U);
  EXPECT_NEAR(power_at(pcm, 4'800, 24'000, 440), 4'125, 45);
  EXPECT_NEAR(power_at(pcm, 52'800, 24'000, 1'000), 4'125, 45);
  int before = 0;
  for (const auto value : pcm) {
    EXPECT_LE(std::abs(value), 4'126);
    EXPECT_LE(std::abs(value - before), 545) << "steeper than the note itself";
    before = value;
  }
  EXPECT_LE(std::abs(before), 10) << "it ends in silence";
}

TEST(TestTone, BeginsWhereItIsSoughtAndEnds) {
  const auto whole = all();
  TestTone tone;
  ASSERT_TRUE(tone.seek(95'000));
  std::vector<std::int16_t> rest(4'000);
  ASSERT_EQ(tone.read(rest).value(), 1'000U);
  for (std::size_t i = 0; i < 1'000; ++i) ASSERT_EQ(rest[i], whole[95'000 + i]);
  EXPECT_EQ(tone.read(rest).value(), 0U);
}

TEST(TestTone, NeedsNoObject) {
  Assignment assignment;
  assignment.test = true;
  assignment.cue.set_duration_us(2'000'000);
  assignment.from = wall_from_us(0);
  assignment.from_mono = MonoTime{1h};
  auto decoder = Decoder::open(assignment, MonoTime{1h} - 1s, 0);
  ASSERT_TRUE(decoder) << decoder.error().text;
  EXPECT_EQ((*decoder)->voice().frames, 96'000);
  EXPECT_TRUE((*decoder)->fill(4'800));
}

}  // namespace
}  // namespace loa::station::playback
