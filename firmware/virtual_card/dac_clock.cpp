#include "firmware/virtual_card/dac_clock.hpp"

#include <algorithm>
#include <cmath>

namespace loa::firmware::virtual_card {

double Wander::at(Nanos at) const {
  if (ppm == 0) return 0;
  const double periods = static_cast<double>(at / step) / period_s + phase;
  const double place = periods - std::floor(periods);  // rises from the middle, falls, rises back
  const double triangle = place < 0.25 ? 4 * place : place < 0.75 ? 2 - 4 * place : 4 * place - 4;
  return ppm * triangle;
}

DacClock::DacClock(int rate_hz, double ppm, Nanos start) : rate_hz_(rate_hz), anchor_{start, 0, ppm} {}

double DacClock::frames_per_ns() const { return rate_hz_ * (1.0 + anchor_.ppm * 1e-6) * 1e-9; }

std::int64_t DacClock::frames_at(Nanos at) const {
  if (at <= anchor_.at) return anchor_.frame;
  return anchor_.frame + static_cast<std::int64_t>(std::floor(static_cast<double>(at - anchor_.at) * frames_per_ns()));
}

Nanos DacClock::time_of(std::int64_t frame) const {
  const auto ahead = static_cast<double>(frame - anchor_.frame);
  Nanos at = anchor_.at + static_cast<Nanos>(std::ceil(ahead / frames_per_ns()));
  while (frames_at(at) < frame) ++at;  // rounding of the division: one step at most
  return at;
}

void DacClock::set_ppm(double ppm, Nanos now) {
  const std::int64_t frame = frames_at(now);
  anchor_ = {std::max(time_of(frame), anchor_.at), frame, ppm};
}

void DacClock::stall(Nanos length, Nanos now) {
  const std::int64_t frame = frames_at(now);
  anchor_ = {std::max(now, anchor_.at) + length, frame, anchor_.ppm};
}

}  // namespace loa::firmware::virtual_card
