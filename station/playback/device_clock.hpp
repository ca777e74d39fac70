#pragma once
#include <chrono>
#include <cstdint>

#include "firmware/port/audio_out.hpp"
#include "protocol/base/time.hpp"

namespace loa::station::playback {

/// Learns from position readings when each frame of a sound device leaves it: its offset and its true rate against the
/// monotonic clock. A least-squares line through the readings, the older ones fading away.
///
/// Pure: times come with the readings. No allocation.
class DeviceClock {
 public:
  /// @param rate_hz  nominal
  explicit DeviceClock(int rate_hz = 48'000) : rate_hz_(rate_hz) {}

  /// Takes one reading. A reading that took long to get (its `uncertainty`) is left out unless there is nothing better;
  /// one that contradicts the line is left out until ten in a row agree that the device has stalled or jumped: then the
  /// line begins anew.
  void observe(const firmware::AudioPosition& reading);

  /// Forgets everything: after an underrun or a new open().
  void reset();

  /// Whether the device was seen moving, so that time_of() means something.
  [[nodiscard]] bool running() const { return running_; }

  /// When frame number `frame` (counted since open) leaves the device. Only when running().
  [[nodiscard]] MonoTime time_of(double frame) const;

  /// Nanoseconds a device frame lasts.
  [[nodiscard]] double frame_ns() const { return nominal_ns() * (1.0 + slope_); }

  /// Error of the device's rate, parts per 10^9; positive: it is fast.
  [[nodiscard]] int rate_error_ppb() const { return static_cast<int>(-slope_ * 1e9); }

 private:
  [[nodiscard]] double nominal_ns() const { return 1e9 / rate_hz_; }
  void begin(const firmware::AudioPosition& reading);
  void add(double frames_since, double residual_ns);
  void solve();

  int rate_hz_;
  bool seen_ = false;     // there is a first reading
  bool running_ = false;  // and the device has moved since
  std::int64_t first_frame_ = 0;
  MonoTime first_at_;
  std::int64_t last_frame_ = 0;  // the origin of the sums below
  MonoTime last_at_;
  int contradictions_ = 0;
  // Weighted sums over readings: x = frames before last_frame_, y = lateness in ns against the nominal line from
  // first_*.
  double sw_ = 0, sx_ = 0, sy_ = 0, sxx_ = 0, sxy_ = 0;
  double offset_ns_ = 0;  // lateness at last_frame_
  double slope_ = 0;      // lateness gained in each nominal frame, relative
};

}  // namespace loa::station::playback
