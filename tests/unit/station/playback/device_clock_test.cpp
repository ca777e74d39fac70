#include "station/playback/device_clock.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace loa::station::playback {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

/// Readings of a card that began at 10 s and is off by `ppm`, each with an error of up to ±`noise`.
struct Readings {
  double ppm;
  nanoseconds noise{0};
  std::uint64_t state = 7;

  firmware::AudioPosition at(double seconds_since_start) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const double random = static_cast<double>(state >> 11) / 9007199254740992.0 * 2 - 1;
    const auto played = std::llround(seconds_since_start * 48'000 * (1 + ppm * 1e-6));
    const MonoTime exact = begin + nanoseconds{std::llround(seconds_since_start * 1e9)};
    return {played + 4'800, played, exact + nanoseconds{std::llround(random * static_cast<double>(noise.count()))},
            nanoseconds{1'000}, 0};
  }
  static constexpr MonoTime begin{std::chrono::seconds{10}};
};

double error_us(const DeviceClock& clock, double seconds, double ppm) {
  const auto learned = clock.time_of(seconds * 48'000 * (1 + ppm * 1e-6));
  return std::abs(static_cast<double>((learned - Readings::begin).count()) / 1e3 - seconds * 1e6);
}

TEST(DeviceClock, LearnsOffsetAndRateThroughNoise) {
  Readings readings{80, microseconds{50}};
  DeviceClock clock;
  for (int i = 0; i < 300; ++i) clock.observe(readings.at(i * 0.01));
  EXPECT_TRUE(clock.running());
  EXPECT_LT(error_us(clock, 3.1, 80), 20);
  EXPECT_NEAR(clock.rate_error_ppb(), 80'000, 12'000);
}

TEST(DeviceClock, IsNotRunningUntilTheDeviceMoves) {
  DeviceClock clock;
  firmware::AudioPosition still{4'800, 0, Readings::begin, nanoseconds{0}, 0};
  clock.observe(still);
  still.at += std::chrono::milliseconds{50};
  clock.observe(still);
  EXPECT_FALSE(clock.running());
}

TEST(DeviceClock, LeavesOutReadingsThatTookLong) {
  Readings readings{0, microseconds{5}};
  DeviceClock clock;
  for (int i = 0; i < 200; ++i) {
    auto reading = readings.at(i * 0.01);
    if (i % 10 == 9) {
      reading.at += std::chrono::milliseconds{2};
      reading.uncertainty = std::chrono::milliseconds{2};
    }
    clock.observe(reading);
  }
  EXPECT_LT(error_us(clock, 2.0, 0), 10);
}

TEST(DeviceClock, BeginsAnewAfterTheDeviceStalled) {
  Readings readings{0, microseconds{5}};
  DeviceClock clock;
  for (int i = 0; i < 200; ++i) clock.observe(readings.at(i * 0.01));
  for (int i = 200; i < 260; ++i) {  // 50 ms late from now on
    auto reading = readings.at(i * 0.01);
    reading.at += std::chrono::milliseconds{50};
    clock.observe(reading);
  }
  EXPECT_NEAR(error_us(clock, 2.6, 0), 50'000, 50);
}

}  // namespace
}  // namespace loa::station::playback
