#include "tests/support/signal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace loa::tests::listen {

namespace {

constexpr double grid_rate = 48'000;
constexpr std::ptrdiff_t block = 48;

/// Windowed-sinc taps for a value `phase` (0…1) of a sample behind the one at tap `half_taps - 1`.
constexpr std::ptrdiff_t half_taps = 8;
constexpr std::ptrdiff_t tap_count = 2 * half_taps;
using Taps = std::array<float, tap_count>;

Taps taps_at(double phase) {
  Taps taps{};
  double sum = 0;
  for (std::ptrdiff_t i = 0; i < tap_count; ++i) {
    const double x = std::numbers::pi * (static_cast<double>(i - half_taps + 1) - phase);
    const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(x) / x;
    const double value = sinc * (0.5 + 0.5 * std::cos(x / half_taps));
    taps[static_cast<std::size_t>(i)] = static_cast<float>(value);
    sum += value;
  }
  for (auto& tap : taps) tap /= static_cast<float>(sum);
  return taps;
}

constexpr int phase_count = 2'048;

std::vector<Taps> make_phases() {
  std::vector<Taps> phases;
  for (int i = 0; i <= phase_count; ++i) phases.push_back(taps_at(static_cast<double>(i) / phase_count));
  return phases;
}

/// `samples` must have room for all taps around n.
float interpolate(const float* samples, const Taps& taps) {
  float sum = 0;
  for (std::size_t i = 0; i < taps.size(); ++i) sum += samples[i] * taps[i];
  return sum;
}

std::vector<float> pad(std::span<const std::int16_t> frames) {
  std::vector<float> padded(frames.size() + 2 * tap_count);
  std::copy(frames.begin(), frames.end(), padded.begin() + tap_count);
  return padded;
}

/// Lays one straight line. `padded` is the whole take: at its ends the filter reads what really stood beside them.
void lay_line(const Recording::Line& line, const std::vector<float>& padded, int rate_hz, std::int64_t origin_ns,
              Axis& axis) {
  static const auto phases = make_phases();
  const double rate = rate_hz * (1.0 + line.ppm * 1e-6);
  const double step = rate / grid_rate;
  const double first = static_cast<double>(origin_ns - line.realtime_ns) * 1e-9 * rate;  // in frames of the line
  const auto index_of = [&](double frame) { return static_cast<std::ptrdiff_t>(std::ceil((frame - first) / step)); };
  const auto length = static_cast<std::ptrdiff_t>(axis.samples.size());
  const auto from = std::max<std::ptrdiff_t>(0, index_of(0));
  const auto to = std::min(length, index_of(static_cast<double>(line.to - line.from)));
  for (auto i = from; i < to; ++i) {
    const double position = first + static_cast<double>(i) * step;
    const double whole = std::floor(position);
    const auto phase = static_cast<std::size_t>((position - whole) * phase_count + 0.5);
    const auto n = line.from + static_cast<std::ptrdiff_t>(whole) + tap_count - half_taps + 1;
    axis.samples[static_cast<std::size_t>(i)] = interpolate(padded.data() + n, phases[phase]);
  }
  for (auto ms = from / block; ms * block < to; ++ms) axis.covered_ms[static_cast<std::size_t>(ms)] = true;
}

std::vector<float> low_pass() {
  constexpr int half = 32;
  constexpr double cut = 2'400.0 / grid_rate;
  std::vector<float> taps;
  for (int n = -half; n <= half; ++n) {
    const double x = 2 * cut * n * std::numbers::pi;
    const double sinc = n == 0 ? 1.0 : std::sin(x) / x;
    taps.push_back(static_cast<float>(2 * cut * sinc * (0.5 + 0.5 * std::cos(std::numbers::pi * n / (half + 1)))));
  }
  return taps;
}

}  // namespace

Axis lay_out(std::span<const Recording> recordings, std::int64_t origin_ns, std::size_t length) {
  Axis axis{std::vector<float>(length), std::vector<bool>(length / block + 1)};
  for (const auto& recording : recordings) {
    const auto padded = pad(recording.frames);
    for (const auto& line : recording.lines()) lay_line(line, padded, recording.rate_hz, origin_ns, axis);
  }
  return axis;
}

std::vector<float> decimate_by_8(std::span<const float> samples) {
  const auto taps = low_pass();
  const std::size_t half = taps.size() / 2;
  std::vector<float> padded(samples.size() + 2 * half);
  std::copy(samples.begin(), samples.end(), padded.begin() + static_cast<std::ptrdiff_t>(half));
  std::vector<float> out(samples.size() / 8);
  for (std::size_t i = 0; i < out.size(); ++i) {
    float sum = 0;
    for (std::size_t k = 0; k < taps.size(); ++k) sum += padded[i * 8 + k] * taps[k];
    out[i] = sum;
  }
  return out;
}

std::vector<float> shifted(std::span<const float> samples, double position, std::size_t length) {
  const double whole = std::floor(position);
  const Taps taps = taps_at(position - whole);
  const auto first = static_cast<std::ptrdiff_t>(whole) - half_taps + 1;
  std::vector<float> out(length);
  if (first < 0 || static_cast<std::size_t>(first) + length + tap_count > samples.size()) return out;
  for (std::size_t i = 0; i < length; ++i) out[i] = interpolate(samples.data() + first + i, taps);
  return out;
}

double dot(std::span<const float> a, std::span<const float> b) {
  // Pieces of 1024 in float (vectorised), summed in double: no precision is lost over long stretches.
  double sum = 0;
  for (std::size_t from = 0; from < a.size(); from += 1024) {
    const std::size_t to = std::min(a.size(), from + 1024);
    float piece = 0;
    for (std::size_t i = from; i < to; ++i) piece += a[i] * b[i];
    sum += static_cast<double>(piece);
  }
  return sum;
}

Energy::Energy(std::span<const float> samples) : sums_(samples.size() + 1) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto value = static_cast<double>(samples[i]);
    sums_[i + 1] = sums_[i] + value * value;
  }
}

std::vector<double> correlate(std::span<const float> needle, double needle_energy, std::span<const float> hay,
                              const Energy& hay_energy, std::ptrdiff_t from, std::ptrdiff_t to) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, to - from)));
  for (auto at = from; at < to; ++at) {
    double value = 0;
    if (at >= 0 && static_cast<std::size_t>(at) + needle.size() <= hay.size()) {
      const auto position = static_cast<std::size_t>(at);
      const double scale = std::sqrt(needle_energy * hay_energy.of(position, needle.size()));
      if (scale > 1.0) value = dot(needle, hay.subspan(position, needle.size())) / scale;
    }
    values.push_back(value);
  }
  return values;
}

}  // namespace loa::tests::listen
