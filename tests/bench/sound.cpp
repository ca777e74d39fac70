#include <chrono>
#include <cmath>
#include <numbers>
#include <random>

#include "tests/bench/bench.hpp"

namespace loa::bench {

std::vector<std::int16_t> bench_sound(double seconds, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, 1);
  std::vector<std::int16_t> pcm(static_cast<std::size_t>(seconds * 48'000));
  double low = 0;
  for (std::size_t n = 0; n < pcm.size(); ++n) {
    const double t = static_cast<double>(n) / 48'000;
    low = 0.9 * low + 0.1 * noise(random);
    const double syllable = 0.6 + 0.4 * std::cos(2 * std::numbers::pi * 4 * t);
    // The bend keeps the peaks near the loudness, as in a voice that was recorded well.
    pcm[n] = static_cast<std::int16_t>(std::lround(9'000 * syllable * std::tanh(4 * low)));
  }
  return pcm;
}

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Figures sample(int runs, const std::function<Result<double>()>& measure) {
  Figures figures;
  for (int run = 0; run < runs; ++run) {
    auto value = measure();
    if (!value) return Figures::not_measured(value.error().text);
    figures.samples.push_back(*value);
  }
  return figures;
}

}  // namespace loa::bench
