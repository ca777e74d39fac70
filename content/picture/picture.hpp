#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"

namespace loa::content::picture {

/// Pixels of a sign: rows from the top, 8-bit R, G, B for each pixel, no padding.
struct Picture {
  int width_px = 0;
  int height_px = 0;
  std::vector<std::uint8_t> rgb;  ///< [height × width × 3]

  bool operator==(const Picture&) const = default;
};

/// Widest strip and tallest page of any sign, and so the most memory that a PNG may ask for (24 MB a strip of 512).
inline constexpr int max_width_px = 16'384;
inline constexpr int max_height_px = 2'160;
inline constexpr int max_video_px = 4'096;  ///< widest video

struct Size {
  int width_px = 0;
  int height_px = 0;
};

/// What a PNG says of its size; nothing of it is decoded.
/// @error invalid: not PNG, or too large
Result<Size> png_size(std::string_view bytes);

/// Decodes a PNG made by encode_png, or another of exactly that form. Hostile bytes are refused before memory is taken.
/// @error invalid: not PNG, damaged, not 8-bit RGB without transparency, or too large
Result<Picture> decode_png(std::string_view bytes);

/// Encodes as PNG, 8-bit RGB. The same pixels give the same bytes.
/// @error invalid: rgb has not width × height × 3 bytes, or too large
Result<std::string> encode_png(const Picture& picture);

}  // namespace loa::content::picture
