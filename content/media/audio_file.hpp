#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "content/media/pcm.hpp"
#include "protocol/base/result.hpp"

namespace loa::content::media {

/// What a sound may be, as data.
struct Limits {
  std::chrono::milliseconds shortest{500};  ///< below 400 ms loudness has no meaning (EBU R128)
  std::chrono::milliseconds longest{3'600'000};
  std::uint64_t largest_bytes = 2'000'000'000;  ///< of the file
  double quietest_lufs = -50;                   ///< below this it counts as silence
};

/// Any file with sound that libav reads, decoded piece by piece to mono 48 000 Hz. Channels are mixed down, other rates
/// resampled. Hostile files: the format is found from the content, never from the name; nothing but the given file is
/// opened (no playlist, no network); work and memory are bounded by the limits.
class AudioFile {
 public:
  /// Probes the file and reads its headers.
  /// @error missing · invalid: not sound, too long by its own account, unreadable · io
  static Result<AudioFile> open(const std::filesystem::path& path, const Limits& limits);

  /// The next piece, up to about a second; valid until the next call. Empty at the end.
  /// @error invalid: damaged, longer than the limit, or nothing in it could be decoded · io
  Result<std::span<const float>> read();

  /// Length by the file's own account, in frames at 48 000 Hz; 0 if it does not say. An estimate, good for progress.
  [[nodiscard]] std::int64_t claimed_frames() const;

  AudioFile(AudioFile&&) noexcept;
  AudioFile& operator=(AudioFile&&) noexcept;
  ~AudioFile();

 private:
  struct State;
  explicit AudioFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Decodes a whole file into memory: 11.5 MB a minute. ingest() does not need it.
/// @error as AudioFile; invalid too when shorter than the limit
Result<Pcm> decode(const std::filesystem::path& path, const Limits& limits = {});

}  // namespace loa::content::media
