#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "content/picture/picture.hpp"
#include "protocol/base/result.hpp"

namespace loa::content::media {

/// What a picture or video may be before it is fitted to a sign, as data.
struct PictureLimits {
  std::int64_t most_pixels = 40'000'000;        ///< of one frame; a bomb says it has more
  std::uint64_t largest_bytes = 1'000'000'000;  ///< of the file
  std::chrono::milliseconds longest{60'000};    ///< of a video
};

/// A frame fitted to a sign, and when it is seen, from the first frame on.
struct FittedFrame {
  picture::Picture picture;
  std::chrono::milliseconds begin{0};
  std::chrono::milliseconds end{0};
};

/// Any picture or video that libav reads, decoded frame by frame and fitted to a sign: its shape is kept, what it does
/// not cover is black, what is transparent shows black. Hostile files: as AudioFile.
class PictureFile {
 public:
  /// @error missing · invalid: not a picture, too large, too long by its own account · io
  static Result<PictureFile> open(const std::filesystem::path& path, int width_px, int height_px,
                                  const PictureLimits& limits = {});

  /// The next frame; absent at the end. @error invalid: damaged, or longer than the limit · io
  Result<std::optional<FittedFrame>> next();

  PictureFile(PictureFile&&) noexcept;
  PictureFile& operator=(PictureFile&&) noexcept;
  ~PictureFile();

 private:
  struct State;
  explicit PictureFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace loa::content::media
