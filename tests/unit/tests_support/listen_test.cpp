#include "tests/support/listen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <random>

namespace loa::tests::listen {
namespace {

using Pcm = std::vector<std::int16_t>;
constexpr std::int64_t planned_us = 1'795'557'600'000'000;
constexpr double rate = 48'000;

/// Sound with the habits of speech: coloured noise under a syllable envelope, a pause of 0.4 s every 3 s.
Pcm speech(double seconds, unsigned seed = 7) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, 1);
  Pcm pcm;
  double low = 0;
  for (int n = 0; n < static_cast<int>(seconds * rate); ++n) {
    const double t = n / rate;
    low = 0.85 * low + 0.15 * noise(random);
    const bool pause = std::fmod(t, 3.0) > 2.6;
    const double envelope = pause ? 0 : 0.55 + 0.45 * std::sin(2 * std::numbers::pi * 4 * t);
    pcm.push_back(static_cast<std::int16_t>(std::lround(9'000 * envelope * low)));
  }
  return pcm;
}

double sinc_at(const Pcm& pcm, double position) {
  constexpr int half = 16;
  const auto centre = static_cast<long>(std::floor(position));
  double sum = 0;
  for (long n = centre - half + 1; n <= centre + half; ++n) {
    if (n < 0 || n >= static_cast<long>(pcm.size())) continue;
    const double x = std::numbers::pi * (position - static_cast<double>(n));
    const double window = 0.5 + 0.5 * std::cos(x / half);
    sum += pcm[static_cast<std::size_t>(n)] * (std::abs(x) < 1e-9 ? 1 : std::sin(x) / x) * window;
  }
  return sum;
}

/// A card that plays what `place_at` says: for each second of true time since the planned start, the place in the
/// content in seconds, or a negative one for silence.
Recording record(const Pcm& content, double ppm, double lead_s, double length_s,
                 const std::function<double(double)>& place_at) {
  Recording recording;
  recording.ppm = ppm;
  recording.start_realtime_ns = planned_us * 1000 - std::llround(lead_s * 1e9);
  const double true_rate = recording.true_rate();
  for (int n = 0; n < static_cast<int>(length_s * true_rate); ++n) {
    const double place = place_at(n / true_rate - lead_s);
    const double value = place < 0 ? 0 : 0.5 * sinc_at(content, place * rate);
    recording.frames.push_back(static_cast<std::int16_t>(std::lround(value)));
  }
  return recording;
}

Question about(const Pcm& content) { return {content, planned_us}; }

TEST(Listen, TellsStartErrorToAMicrosecondUnderAFastCard) {
  const Pcm content = speech(8);
  const auto recording = record(content, 80, 0.7, 9, [](double t) { return t - 0.00037; });
  const Match match = align(recording, about(content));
  ASSERT_TRUE(match.start_error_us);
  EXPECT_NEAR(*match.start_error_us, 370, 1);
  EXPECT_NEAR(match.max_offset_us, 370, 1);
  EXPECT_NEAR(match.drift_ppm, 0, 0.1);
  EXPECT_NEAR(match.heard_s, 8, 0.0011);
  EXPECT_TRUE(match.gaps.empty());
  EXPECT_TRUE(match.strays.empty());
  EXPECT_GT(match.worst_peak, 0.99);
}

TEST(Listen, TellsThatACardWithoutCorrectionDrifts) {
  const Pcm content = speech(8);
  // The recording's axis is true time; a station that ignores its card's +80 ppm runs ahead by 80 µs each second.
  const auto recording = record(content, 80, 0.5, 9, [](double t) { return t * (1 + 80e-6); });
  const Match match = align(recording, about(content));
  EXPECT_NEAR(match.drift_ppm, -80, 2);
  EXPECT_NEAR(match.max_offset_us, 80 * 7.9, 30);
}

/// A card whose crystal is re-tuned each second, up and down by 30 ppm, and that plays each frame on time all the same.
Recording record_wandering(const Pcm& content, double lead_s, int seconds) {
  Recording recording;
  recording.ppm = -100;
  recording.start_realtime_ns = planned_us * 1000 - std::llround(lead_s * 1e9);
  Anchor line{0, recording.start_realtime_ns, recording.ppm};
  for (int second = 0; second < seconds; ++second) {
    const double true_rate = rate * (1 + line.ppm * 1e-6);
    for (int n = 0; n < 48'000; ++n) {
      const double time_s = static_cast<double>(line.realtime_ns - planned_us * 1000) * 1e-9 + n / true_rate;
      const double value = time_s < 0 ? 0 : 0.5 * sinc_at(content, time_s * rate);
      recording.frames.push_back(static_cast<std::int16_t>(std::lround(value)));
    }
    line = {line.frame + 48'000, line.realtime_ns + std::llround(48e12 / true_rate),
            line.ppm + (second < seconds / 2 ? 30 : -30)};
    recording.anchors.push_back(line);
  }
  return recording;
}

TEST(Listen, FollowsACrystalThatWandersToAMicrosecond) {
  const Pcm content = speech(8);
  auto recording = record_wandering(content, 0.5, 9);
  const Match match = align(recording, about(content));
  EXPECT_LT(match.max_offset_us, 1);
  EXPECT_TRUE(match.gaps.empty());
  EXPECT_GT(match.worst_peak, 0.99);
  recording.anchors.clear();
  EXPECT_GT(align(recording, about(content)).max_offset_us, 200) << "without its anchors the axis is wrong";
}

TEST(Listen, FindsAGapToAMillisecond) {
  const Pcm content = speech(6);
  const auto recording = record(content, -60, 0.5, 7, [](double t) { return t > 1.9 && t < 2.2 ? -1 : t; });
  const Match match = align(recording, about(content));
  ASSERT_EQ(match.gaps.size(), 1U);
  EXPECT_NEAR(match.gaps[0].from_s, 1.9, 0.0015);
  EXPECT_NEAR(match.gaps[0].to_s, 2.2, 0.0015);
  EXPECT_NEAR(match.heard_s, 5.7, 0.003);
  EXPECT_TRUE(match.strays.empty());
}

TEST(Listen, FindsAShortDropout) {
  const Pcm content = speech(4);
  const auto recording = record(content, 0, 0.5, 5, [](double t) { return t > 1.0 && t < 1.005 ? -1 : t; });
  const Match match = align(recording, about(content));
  ASSERT_EQ(match.gaps.size(), 1U);
  EXPECT_NEAR(match.gaps[0].length_s(), 0.005, 0.0015);
}

TEST(Listen, FindsARepeatAndWhereItComesFrom) {
  const Pcm content = speech(6);
  // From 2 s on the station plays the second from 1 s again, then goes on in place.
  const auto recording = record(content, 0, 0.5, 7, [](double t) { return t > 2 && t < 2.5 ? t - 1 : t; });
  const Match match = align(recording, about(content));
  ASSERT_EQ(match.strays.size(), 1U);
  EXPECT_NEAR(match.strays[0].at_s, 2, 0.01);
  EXPECT_NEAR(match.strays[0].length_s, 0.5, 0.02);
  ASSERT_TRUE(match.strays[0].content_at_s);
  EXPECT_NEAR(*match.strays[0].content_at_s, match.strays[0].at_s - 1, 0.002);
  ASSERT_EQ(match.gaps.size(), 1U);
  EXPECT_NEAR(match.gaps[0].length_s(), 0.5, 0.02);
}

TEST(Listen, JoinsTheRecordingsOfAKilledStation) {
  const Pcm content = speech(9);
  const Recording parts[] = {
      record(content, 80, 0.5, 4.6, [](double t) { return t - 0.0001; }),
      record(content, 80, -5.3, 4.5, [](double t) { return t > 5.5 ? t + 0.0002 : -1; }),
  };
  const Match match = align(parts, about(content));
  ASSERT_EQ(match.gaps.size(), 1U);
  EXPECT_NEAR(match.gaps[0].from_s, 4.1, 0.0015);
  EXPECT_NEAR(match.gaps[0].to_s, 5.5, 0.0015);
  EXPECT_NEAR(match.heard_s, 7.6, 0.003);
  EXPECT_NEAR(match.windows[33].offset_us, -200, 2);
  EXPECT_NEAR(*match.start_error_us, 100, 2);
}

TEST(Listen, IsNotFooledByATone) {
  Pcm tone;
  for (int n = 0; n < 4 * 48'000; ++n) {
    const double t = n / rate;
    const double chord = std::sin(2 * std::numbers::pi * 440 * t) + std::sin(2 * std::numbers::pi * 660 * t);
    tone.push_back(static_cast<std::int16_t>(5'000 * chord));
  }
  const auto recording = record(tone, 40, 0.5, 5, [](double t) { return t < 4 ? t - 0.00012 : -1; });
  const Match match = align(recording, about(tone));
  EXPECT_NEAR(match.max_offset_us, 120, 2);
  EXPECT_NEAR(match.heard_s, 4, 0.002);
}

TEST(Listen, HearsNothingInSilence) {
  const Pcm content = speech(3);
  const auto recording = record(content, 0, 0.5, 4, [](double) { return -1; });
  const Match match = align(recording, about(content));
  EXPECT_EQ(match.heard_s, 0);
  EXPECT_NEAR(match.lost_s, 3, 1e-9);
  EXPECT_FALSE(match.start_error_us);
  EXPECT_TRUE(match.strays.empty());
}

TEST(Listen, ReportsOtherSoundAsStray) {
  const Pcm content = speech(3);
  const Pcm other = speech(5, 99);
  const auto recording = record(other, 0, 0.5, 4, [](double t) { return t + 0.5; });
  const Match match = align(recording, about(content));
  EXPECT_LT(match.heard_s, 0.1);
  ASSERT_FALSE(match.strays.empty());
  EXPECT_FALSE(match.strays[0].content_at_s);
}

TEST(Listen, HearsAFaintTailThatRoundingHasChanged) {
  // A voice, then a hiss around the last bit whose loudness crosses the limit of what can be judged many times.
  Pcm content = speech(2);
  std::mt19937 random(5);
  std::normal_distribution<double> noise(0, 1);
  for (int n = 0; n < 48'000; ++n) {
    const double swell = 7 * (1 + std::sin(2 * std::numbers::pi * 110 * n / rate));
    content.push_back(static_cast<std::int16_t>(std::lround(swell * noise(random))));
  }
  const Pcm ending = speech(1, 8);
  content.insert(content.end(), ending.begin(), ending.end());
  const auto recording = record(content, 80, 0.5, 5, [](double t) { return t < 4.001 ? t - 0.00001 : -1; });
  const Match match = align(recording, about(content));
  EXPECT_TRUE(match.gaps.empty());
  EXPECT_NEAR(match.heard_s, 4, 1e-9);
}

TEST(Listen, CountsAPauseBesideACutAsDoubtful) {
  const Pcm content = speech(6);
  const auto recording = record(content, 0, 0.5, 7, [](double t) { return t > 2.8 ? -1 : t; });
  const Match match = align(recording, about(content));
  ASSERT_EQ(match.gaps.size(), 1U);
  EXPECT_NEAR(match.doubtful_s, 0.4, 0.01);
  EXPECT_NEAR(match.gaps[0].from_s, 3.0, 0.002);
}

}  // namespace
}  // namespace loa::tests::listen
