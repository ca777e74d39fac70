#include "tests/rehearsal/air_time.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace loa::tests {
namespace {

constexpr auto zone = std::chrono::hours{7};

}  // namespace

WallTime wall_now() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

std::string local_date(WallTime time) { return format_utc(time + zone).substr(0, 10); }
std::string local_time(WallTime time) { return format_utc(time + zone).substr(11, 8); }

std::vector<std::int16_t> noise(std::chrono::milliseconds length, unsigned seed) {
  constexpr std::size_t taps = 24;  // two moving averages: a low-pass with its first zero at 2 kHz
  std::mt19937 random{seed};
  std::uniform_real_distribution<double> sample{-1, 1};
  std::vector<double> wave(static_cast<std::size_t>(length.count()) * 48 + 2 * taps);
  for (auto& value : wave) value = sample(random);
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t i = 0; i + taps <= wave.size(); ++i) {
      wave[i] = std::accumulate(wave.begin() + static_cast<std::ptrdiff_t>(i),
                                wave.begin() + static_cast<std::ptrdiff_t>(i + taps), 0.0) /
                taps;
    }
  }
  std::vector<std::int16_t> frames(wave.size() - 2 * taps);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i] = static_cast<std::int16_t>(std::clamp(wave[i] * 60'000, -32'000.0, 32'000.0));
  }
  return frames;
}

}  // namespace loa::tests
