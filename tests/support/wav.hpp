#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
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
  /// One straight line: frames [from, to) left from realtime_ns on at the pace of this error.
  struct Line {
    std::int64_t from = 0, to = 0;
    std::int64_t realtime_ns = 0;
    double ppm = 0;
  };
  /// The lines that its anchors cut the take into, in order.
  [[nodiscard]] std::vector<Line> lines() const;
};

/// A take that stays on disk and is read piece by piece: for recordings of hours.
class Take {
 public:
  /// @error as Recording::load()
  static Result<Take> open(const std::filesystem::path& wav);
  /// As Recording::load_folder().
  static Result<std::vector<Take>> open_folder(const std::filesystem::path& folder);

  /// What it says of [from_ns, to_ns), CLOCK_REALTIME; no frames when it says nothing.
  [[nodiscard]] Result<Recording> piece(std::int64_t from_ns, std::int64_t to_ns) const;
  [[nodiscard]] std::int64_t start_ns() const { return shape_.start_realtime_ns; }
  [[nodiscard]] std::int64_t end_ns() const;
  /// Why it ended: "stopped", "dry", "gone"; "open": it was killed, or plays.
  [[nodiscard]] const std::string& end() const { return end_; }

 private:
  std::filesystem::path wav_;
  Recording shape_;  ///< without its frames
  std::string end_;
  int channels_ = 1;
  std::uint64_t data_at_ = 0;  ///< bytes before the first frame
  std::int64_t frames_ = 0;
};

}  // namespace loa::tests
