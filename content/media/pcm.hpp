#pragma once
#include <cstdint>
#include <vector>

namespace loa::content::media {

/// The one rate inside the programme; every other is converted on the way in.
inline constexpr int rate_hz = 48'000;

/// Mono sound at 48 000 Hz, ±1.0 full scale.
struct Pcm {
  std::vector<float> frames;
};

}  // namespace loa::content::media
