#include "station/playback/device_clock.hpp"

#include <algorithm>
#include <cmath>

namespace loa::station::playback {
namespace {

using std::chrono::nanoseconds;

constexpr double memory_s = 8.0;              // readings fade with this time constant
constexpr double slope_after_s = 0.8;         // the rate is taken as nominal until so much was seen
constexpr double slope_limit = 600e-6;        // no sound card is further off
constexpr nanoseconds trusted{200'000};       // a reading that took longer to get says little
constexpr nanoseconds patience{500'000'000};  // unless there was none for so long
constexpr double contradiction_ns = 3e6;      // further from the line than any honest reading
constexpr int contradictions_to_reset = 10;

}  // namespace

void DeviceClock::reset() { *this = DeviceClock{rate_hz_}; }

void DeviceClock::begin(const firmware::AudioPosition& reading) {
  reset();
  seen_ = true;
  first_frame_ = last_frame_ = reading.played;
  first_at_ = last_at_ = reading.at;
}

void DeviceClock::observe(const firmware::AudioPosition& reading) {
  if (!seen_) return begin(reading);
  if (reading.uncertainty > trusted && reading.at - last_at_ < patience) return;
  if (!running_ && reading.played == first_frame_) return begin(reading);  // not started yet

  const auto moved = static_cast<double>(reading.played - last_frame_);
  const auto elapsed = static_cast<double>((reading.at - first_at_).count());
  const double residual = elapsed - static_cast<double>(reading.played - first_frame_) * nominal_ns();
  if (running_ && std::abs(residual - (offset_ns_ + slope_ * nominal_ns() * moved)) > contradiction_ns) {
    if (++contradictions_ >= contradictions_to_reset) begin(reading);
    return;
  }
  contradictions_ = 0;
  // The sums move their origin to the new reading, and the old ones fade.
  const double keep = std::exp(-moved / (memory_s * rate_hz_));
  sxx_ = (sxx_ - 2 * moved * sx_ + moved * moved * sw_) * keep;
  sxy_ = (sxy_ - moved * sy_) * keep;
  sx_ = (sx_ - moved * sw_) * keep;
  sy_ *= keep;
  sw_ *= keep;
  last_frame_ = reading.played;
  last_at_ = reading.at;
  running_ = true;
  add(0.0, residual);
  solve();
}

void DeviceClock::add(double frames_since, double residual_ns) {
  sw_ += 1;
  sx_ += frames_since;
  sy_ += residual_ns;
  sxx_ += frames_since * frames_since;
  sxy_ += frames_since * residual_ns;
}

void DeviceClock::solve() {
  const double spread = sw_ * sxx_ - sx_ * sx_;
  const bool enough = static_cast<double>(last_frame_ - first_frame_) > slope_after_s * rate_hz_ && spread > 0;
  const double slope_ns = enough ? (sw_ * sxy_ - sx_ * sy_) / spread : 0.0;
  slope_ = std::clamp(slope_ns / nominal_ns(), -slope_limit, slope_limit);
  offset_ns_ = (sy_ - slope_ * nominal_ns() * sx_) / sw_;
}

MonoTime DeviceClock::time_of(double frame) const {
  const double since_first = (frame - static_cast<double>(first_frame_)) * nominal_ns();
  const double lateness = offset_ns_ + slope_ * nominal_ns() * (frame - static_cast<double>(last_frame_));
  return first_at_ + nanoseconds{std::llround(since_first + lateness)};
}

}  // namespace loa::station::playback
