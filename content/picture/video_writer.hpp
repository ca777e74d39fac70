#pragma once
#include <memory>

#include "content/picture/sign_object.hpp"

namespace loa::content::picture {

/// Makes a video for a sign: animated WebP, lossless. The same frames give the same bytes.
class VideoWriter {
 public:
  /// @error invalid: a side is out of range
  static Result<VideoWriter> open(int width_px, int height_px);

  /// @param begin  of the frame, from the video's begin; the first is 0, each later than the one before
  /// @error invalid: other pixels than the video's · io: no memory
  Result<void> add(const Picture& picture, std::chrono::milliseconds begin);
  /// @return the object's bytes; call once
  Result<std::string> finish(std::chrono::milliseconds length);

  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;
  ~VideoWriter();

 private:
  struct State;
  explicit VideoWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace loa::content::picture
