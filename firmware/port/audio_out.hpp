#pragma once
#include <chrono>
#include <cstdint>
#include <span>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

namespace loa::firmware {

/// What an opened device turned out to be.
struct AudioShape {
  int rate_hz = 0;  ///< nominal; 48 000
  std::int64_t period_frames = 0;
  std::int64_t buffer_frames = 0;
};

/// Where the device is, read at one instant.
struct AudioPosition {
  std::int64_t written = 0;  ///< frames accepted since open()
  std::int64_t played = 0;   ///< frames that have left the device towards the horn since open(); ≤ written
  MonoTime at;               ///< when `played` was true
  std::chrono::nanoseconds uncertainty{0};  ///< half the time it took to ask; a large one means: do not trust `at`
  std::uint32_t underruns = 0;              ///< since open(); each one stopped the device until the next write
};

/// A sound device playing mono 16-bit frames. A device with more channels plays the same on each.
/// One thread uses it at a time. After an error of code io the device is gone: close(), later open() again.
class AudioOut {
 public:
  virtual ~AudioOut() = default;

  /// Opens and configures the device; nothing sounds yet. The device starts with the first write that fills half its
  /// buffer.
  /// @error missing: no such device · busy: somebody else holds it · unsupported: not 48 kHz 16 bit · io
  virtual Result<AudioShape> open() = 0;

  /// Waits until a period can be written.
  /// @return false when the time-out came first (the device is stalled)
  /// @error  io
  virtual Result<bool> wait(std::chrono::milliseconds timeout) = 0;

  /// Writes frames; call after wait() with at most a period. An underrun is healed here and counted in position().
  /// @error io
  virtual Result<void> write(std::span<const std::int16_t> frames) = 0;

  /// @error io
  virtual Result<AudioPosition> position() = 0;

  /// Stops at once; what was written and not played is lost. Harmless when closed.
  virtual void close() = 0;
};

}  // namespace loa::firmware
