#pragma once
#include <string>

#include "content/media/picture_file.hpp"

namespace loa::content::media {

/// An object for a sign. Its pixels are the ones that are approved and shown: nothing is scaled after this.
struct IngestedSign {
  std::string bytes;                    ///< PNG, or animated WebP, lossless
  int frames = 0;                       ///< of a video; 1 for a picture
  std::chrono::milliseconds length{0};  ///< of a video; 0 for a picture
};

/// A still picture, fitted to the sign. @error invalid · missing · io, one sentence for the operator
Result<IngestedSign> ingest_picture(const std::filesystem::path& file, int width_px, int height_px,
                                    const PictureLimits& limits = {});

/// A video, fitted, of at most 30 frames a second; decoded again and compared pixel by pixel.
/// @error as above; invalid too when it would be larger than a station takes
Result<IngestedSign> ingest_video(const std::filesystem::path& file, int width_px, int height_px,
                                  const PictureLimits& limits = {});

}  // namespace loa::content::media
