#pragma once
#include <span>

namespace loa::station::playback {

/// Values of sampled audio between its samples, by a windowed sinc. (Smith, "Digital Audio Resampling", CCRMA:
/// polyphase table with linear interpolation between phases.) For rate changes below 0.1 %, so one filter serves all.
///
/// Why our own: a start on the very instant needs the value at an exact fractional position that we choose for each
/// sample; resampling libraries keep their position to themselves.
class Interpolator {
 public:
  static constexpr int taps = 32;
  static constexpr int before = taps / 2 - 1;  ///< samples needed before the position
  static constexpr int after = taps / 2;       ///< and after it

  /// @param samples   at least taps values; samples[before] is the one at or just before the position
  /// @param fraction  0…1 beyond samples[before]
  [[nodiscard]] static float at(const float* samples, double fraction);
};

}  // namespace loa::station::playback
