#include "station/playback/interpolator.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace loa::station::playback {
namespace {

constexpr int phases = 256;
constexpr double kaiser_beta = 9.0;  // stop band below -90 dB
constexpr double cutoff = 0.94;      // of the Nyquist frequency: 22.5 kHz

using Row = std::array<float, Interpolator::taps>;
using Table = std::array<Row, phases + 1>;

double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 40; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

double kernel(double distance) {
  const double half = Interpolator::taps / 2.0;
  const double edge = distance / half;
  if (edge <= -1 || edge >= 1) return 0;
  const double window = bessel_i0(kaiser_beta * std::sqrt(1 - edge * edge)) / bessel_i0(kaiser_beta);
  const double angle = std::numbers::pi * distance * cutoff;
  const double sinc = std::abs(angle) < 1e-9 ? 1.0 : std::sin(angle) / angle;
  return cutoff * sinc * window;
}

Table make_table() {
  Table table{};
  for (int phase = 0; phase <= phases; ++phase) {
    double sum = 0;
    for (int tap = 0; tap < Interpolator::taps; ++tap) {
      const double value = kernel(tap - Interpolator::before - static_cast<double>(phase) / phases);
      table[static_cast<std::size_t>(phase)][static_cast<std::size_t>(tap)] = static_cast<float>(value);
      sum += value;
    }
    for (float& value : table[static_cast<std::size_t>(phase)]) value = static_cast<float>(value / sum);  // unity at DC
  }
  return table;
}

const Table& table() {
  static const Table made = make_table();
  return made;
}

}  // namespace

float Interpolator::at(const float* samples, double fraction) {
  static const Table& rows = table();
  const double exact = fraction * phases;
  const auto phase = static_cast<std::size_t>(exact);
  const auto blend = static_cast<float>(exact - static_cast<double>(phase));
  const Row& low = rows[phase];
  const Row& high = rows[phase + 1 <= phases ? phase + 1 : phase];
  float sum_low = 0, sum_high = 0;
  for (std::size_t tap = 0; tap < taps; ++tap) {
    sum_low += samples[tap] * low[tap];
    sum_high += samples[tap] * high[tap];
  }
  return sum_low + blend * (sum_high - sum_low);
}

}  // namespace loa::station::playback
