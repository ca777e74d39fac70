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

/// From which frame on the card followed another line: it was stalled, or its crystal was re-tuned.
struct Anchor {
  std::int64_t frame = 0;
  std::int64_t realtime_ns = 0;  ///< CLOCK_REALTIME at which that frame left
  double ppm = 0;
};

/// What a virtual sound card really played in one take, on the true time axis: sample n left the card at
/// start_realtime_ns + n / (rate_hz · (1 + ppm · 10⁻⁶)), until an anchor says otherwise.
struct Recording {
  std::vector<std::int16_t> frames;
  int rate_hz = 48'000;
  std::int64_t start_realtime_ns = 0;  ///< CLOCK_REALTIME of sample 0
  double ppm = 0;                      ///< how much faster than nominal the card's clock ran
  std::vector<Anchor> anchors = {};    ///< after the first line; by frame

  /// Reads <name>.wav and its sidecar <name>.json with "start_realtime_ns", "ppm", "rate_hz" and, where the line broke,
  /// "anchors" (firmware/virtual_card/README.md).
  /// @error missing · invalid · io
  static Result<Recording> load(const std::filesystem::path& wav);
  /// Every take in a folder, by start. A card that was opened several times, or ran dry, has several.
  static Result<std::vector<Recording>> load_folder(const std::filesystem::path& folder);

  /// Frames in a second of true time, on the first line.
  [[nodiscard]] double true_rate() const { return rate_hz * (1.0 + ppm * 1e-6); }
  /// The take cut at its anchors: each piece is one straight line and has no anchors.
  [[nodiscard]] std::vector<Recording> straight_pieces() const;
};

}  // namespace loa::tests
