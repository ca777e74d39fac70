#pragma once
#include <cstdint>

/// The virtual card uses nothing else of ours: it is loaded into foreign programs.
namespace loa::firmware::virtual_card {

using Nanos = std::int64_t;  ///< CLOCK_MONOTONIC or CLOCK_REALTIME, nanoseconds; the plugin's ABI with C code

/// From here on frame `frame` leaves the card at `at`, and the next ones follow at `rate_hz × (1 + ppm·10⁻⁶)`.
struct Anchor {
  Nanos at = 0;
  std::int64_t frame = 0;
  double ppm = 0;
};

/// How a crystal's error wanders with its temperature: up and down in straight ramps, renewed each second. A function
/// of CLOCK_MONOTONIC alone: cards of the same settings agree whenever they are opened.
struct Wander {
  static constexpr Nanos step = 1'000'000'000;  ///< the error changes at whole multiples of this

  double ppm = 0;         ///< greatest distance from the card's constant error; 0: it does not wander
  double period_s = 600;  ///< from one peak to the next
  double phase = 0;       ///< how much of a period it is ahead, 0…1

  /// @return what is added to the constant error from `at` on, −ppm…ppm
  [[nodiscard]] double at(Nanos at) const;
};

/// Maps monotonic time to the number of frames that have left, for a crystal with an error and stalls on demand.
class DacClock {
 public:
  DacClock() = default;
  DacClock(int rate_hz, double ppm, Nanos start);

  /// @return frames that have left by then: floor(elapsed × rate), never less than the anchor's
  [[nodiscard]] std::int64_t frames_at(Nanos at) const;
  /// @return the first nanosecond at which frames_at() is `frame`; for frames from the anchor on
  [[nodiscard]] Nanos time_of(std::int64_t frame) const;

  /// Changes the crystal's error; the present frame keeps its instant.
  void set_ppm(double ppm, Nanos now);
  /// No frame leaves for `length` from now; a stall within a stall makes it longer.
  void stall(Nanos length, Nanos now);

  [[nodiscard]] const Anchor& anchor() const { return anchor_; }

 private:
  [[nodiscard]] double frames_per_ns() const;

  int rate_hz_ = 48'000;
  Anchor anchor_;
};

}  // namespace loa::firmware::virtual_card
