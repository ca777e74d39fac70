#include "station/playback/test_tone.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loa::station::playback {
namespace {

constexpr std::int64_t half = TestTone::length / 2, fade = 960;
constexpr double first_hz = 440, second_hz = 1'000, rate_hz = 48'000;
constexpr double peak = 4'125;  // -18 dBFS

}  // namespace

std::int16_t TestTone::at(std::int64_t frame) {
  const std::int64_t into = frame % half;
  const double edge = static_cast<double>(std::min({into, half - 1 - into, fade})) / fade;
  const double turns = (frame < half ? first_hz : second_hz) * static_cast<double>(into) / rate_hz;
  return static_cast<std::int16_t>(std::lrint(peak * edge * std::sin(2 * std::numbers::pi * turns)));
}

Result<void> TestTone::seek(std::int64_t frame) {
  next_ = std::clamp<std::int64_t>(frame, 0, length);
  return {};
}

Result<std::size_t> TestTone::read(std::span<std::int16_t> pcm) {
  const auto count = std::min<std::size_t>(pcm.size(), static_cast<std::size_t>(length - next_));
  for (std::size_t i = 0; i < count; ++i) pcm[i] = at(next_++);
  return count;
}

}  // namespace loa::station::playback
