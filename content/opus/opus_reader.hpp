#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "protocol/base/result.hpp"

namespace loa::content::opus {

/// Decodes one Ogg Opus object (RFC 7845) of one channel at 48 000 Hz, sample-exact: pre-skip and end trimming are
/// applied, and a seek lands on the very frame.
class OpusReader {
 public:
  /// @error missing · invalid: not a seekable Ogg Opus file with one mono stream
  static Result<OpusReader> open(const std::filesystem::path& path);

  /// Reads an object that is still in memory.
  /// @error as open()
  static Result<OpusReader> from_bytes(std::string bytes);

  /// Length in frames at 48 000 Hz.
  [[nodiscard]] std::int64_t frames() const;
  /// The next read begins at this frame, 0…frames(); a frame outside is taken as the nearest end.
  /// Costs a few milliseconds of decoding.
  /// @error io · invalid: damaged
  Result<void> seek(std::int64_t frame);
  /// Fills pcm with s16 frames; fewer only where the object ends, or is damaged; never one after frames(). After a seek
  /// the decoder has run in over the 0.64 s before, because the 80 ms of RFC 7845 §4.6 leave audible errors on tonal
  /// music; the samples then agree with an uninterrupted decode to within a few units of the last places.
  /// @return frames read, 0 at the end
  /// @error  io · invalid: damaged
  Result<std::size_t> read(std::span<std::int16_t> pcm);

  OpusReader(OpusReader&&) noexcept;
  OpusReader& operator=(OpusReader&&) noexcept;
  ~OpusReader();

 private:
  struct State;
  explicit OpusReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace loa::content::opus
