#pragma once
#include <cstdint>
#include <span>

#include "protocol/base/result.hpp"

namespace loa::station::playback {

/// The sound of an ordered test, made here and read as an object is: a second of 440 Hz, a second of 1 000 Hz, 18 dB
/// below full scale (some 5 LU below what an office ingests), with fades of 20 ms. Whoever stands below hears that the
/// horn works, and that it is neither distorted nor played too fast.
class TestTone {
 public:
  static constexpr std::int64_t length = 96'000;  ///< frames at 48 000 Hz

  [[nodiscard]] static std::int64_t frames() { return length; }
  /// The next read begins at this frame, 0…frames().
  Result<void> seek(std::int64_t frame);
  /// Fills pcm; fewer frames only at the end. @return frames read, 0 at the end
  Result<std::size_t> read(std::span<std::int16_t> pcm);
  /// Value of a frame, 0…frames() - 1.
  [[nodiscard]] static std::int16_t at(std::int64_t frame);

 private:
  std::int64_t next_ = 0;
};

}  // namespace loa::station::playback
