#pragma once
#include <cstdint>
#include <span>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

namespace loa::firmware {

/// One whole frame for a sign: rows from the top, 8-bit R, G, B for each pixel, no padding.
struct SignFrame {
  int width_px = 0;
  int height_px = 0;
  std::span<const std::uint8_t> rgb;  ///< [height × width × 3]
};

/// An LED panel or screen that shows whole frames. One thread uses it at a time, the one that opened it.
class SignOut {
 public:
  virtual ~SignOut() = default;

  /// @return how often the panel shows a new frame, a second; 1 or more
  /// @error  missing: no such display · unsupported: not this geometry · io
  virtual Result<int> open(int width_px, int height_px) = 0;

  /// Shows a frame from the panel's next refresh on, and returns when it was handed over (waits for the refresh where
  /// the panel has one).
  /// @return when the frame became visible
  /// @error  io: the panel is gone; close(), later open() again
  virtual Result<MonoTime> present(const SignFrame& frame) = 0;

  /// @param percent 0…100
  virtual Result<void> set_brightness(int percent) = 0;

  /// Black, then closed. Harmless when closed.
  virtual void close() = 0;
};

}  // namespace loa::firmware
