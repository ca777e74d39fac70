#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "content/picture/picture.hpp"

namespace loa::content::picture {

/// Where an object is to be shown.
struct SignShape {
  int width_px = 0;
  int height_px = 0;
  bool strip = false;  ///< it scrolls: a still picture of the height, as wide as it likes
};

/// What a video for a sign may be. The station allows no more than the office makes.
inline constexpr std::chrono::milliseconds longest_video{60'000};
inline constexpr int fastest_video_hz = 30;
inline constexpr std::size_t largest_video_bytes = 16U << 20U;
inline constexpr std::size_t largest_still_bytes = 32U << 20U;

/// One frame of a video and when it is seen, from the video's begin; of a still picture both are 0.
struct Frame {
  Picture picture;
  std::chrono::milliseconds begin{0};
  std::chrono::milliseconds end{0};
};

/// A sign's object, decoded frame by frame: memory for one frame, however long it is.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  /// 0 for a still picture.
  [[nodiscard]] virtual std::chrono::milliseconds length() const = 0;
  /// The next frame in order; after the last one the first again.
  /// @error invalid: damaged
  virtual Result<Frame> next() = 0;
};

/// Opens an object by its signature: PNG (decode_png's form) or animated WebP. Hostile bytes are refused before memory
/// is taken for their pixels; a picture of other pixels than the sign's is refused.
/// @error invalid, one sentence
Result<std::unique_ptr<FrameReader>> open_sign_object(std::string bytes, const SignShape& shape);

}  // namespace loa::content::picture
