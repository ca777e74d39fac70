#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "protocol/base/result.hpp"

namespace loa::tests {

/// A 16-bit PCM WAV file, its first channel.
struct Wav {
  int rate_hz = 0;
  int channels = 0;
  std::vector<std::int16_t> frames;  ///< channel 0

  /// Reads a file. The sizes in its header are not believed when the file is longer or shorter than they say: a
  /// recorder that was killed never corrected them. A torn last frame is dropped.
  /// @error missing · invalid: not 16-bit PCM RIFF WAVE · io
  static Result<Wav> load(const std::filesystem::path& path);
  /// Writes mono.
  static Result<void> save(const std::filesystem::path& path, int rate_hz, const std::vector<std::int16_t>& mono);
};

/// What a virtual sound card really played, on the true time axis: sample n left the card at
/// start_realtime_ns + n / (rate_hz · (1 + ppm · 10⁻⁶)).
struct Recording {
  std::vector<std::int16_t> frames;
  int rate_hz = 48'000;
  std::int64_t start_realtime_ns = 0;  ///< CLOCK_REALTIME of sample 0
  double ppm = 0;                      ///< how much faster than nominal the card's clock ran

  /// Reads <name>.wav and its sidecar <name>.json with "start_realtime_ns", "ppm" and "rate_hz".
  /// @error missing · invalid · io
  static Result<Recording> load(const std::filesystem::path& wav);
  /// Every recording of a folder, by start. A card that was opened several times has written several.
  static Result<std::vector<Recording>> load_folder(const std::filesystem::path& folder);

  /// Nominal frames of a second of true time.
  [[nodiscard]] double true_rate() const { return rate_hz * (1.0 + ppm * 1e-6); }
  /// When sample n sounded, in microseconds since 1970.
  [[nodiscard]] double time_us(double n) const;
};

}  // namespace loa::tests
