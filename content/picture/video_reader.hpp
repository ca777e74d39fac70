#pragma once
#include "content/picture/sign_object.hpp"

namespace loa::content::picture {

/// A video as animated WebP. Its own wish how often to be repeated is ignored.
class VideoReader final : public FrameReader {
 public:
  /// Reads the structure: pixels, frames, length. The canvas is not allocated before the first next().
  /// @error invalid: not animated WebP, no frame, too many or too long, too large
  static Result<std::unique_ptr<VideoReader>> open(std::string bytes);
  ~VideoReader() override;

  [[nodiscard]] int width_px() const { return width_px_; }
  [[nodiscard]] int height_px() const { return height_px_; }
  [[nodiscard]] std::chrono::milliseconds length() const override { return length_; }
  Result<Frame> next() override;

 private:
  struct Decoder;
  explicit VideoReader(std::string bytes);
  Result<void> read_structure();

  const std::string bytes_;
  int width_px_ = 0, height_px_ = 0;
  std::chrono::milliseconds length_{0};
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace loa::content::picture
