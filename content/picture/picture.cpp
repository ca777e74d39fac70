#include "content/picture/picture.hpp"

#include <png.h>

namespace loa::content::picture {
namespace {

/// libpng's simplified interface; frees what it holds.
struct Image {
  png_image png{};
  Image() { png.version = PNG_IMAGE_VERSION; }
  ~Image() { png_image_free(&png); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
};

Result<void> check_size(std::int64_t width_px, std::int64_t height_px) {
  if (width_px >= 1 && width_px <= max_width_px && height_px >= 1 && height_px <= max_height_px) return {};
  return fail(ErrorCode::invalid, "a picture of {}×{} pixels is outside 1×1 to {}×{}", width_px, height_px,
              max_width_px, max_height_px);
}

/// Reads the header.
Result<void> begin_reading(Image& image, std::string_view bytes) {
  if (png_image_begin_read_from_memory(&image.png, bytes.data(), bytes.size()) == 0) {
    return fail(ErrorCode::invalid, "cannot read the picture: it is not PNG ({})", image.png.message);
  }
  return check_size(image.png.width, image.png.height);
}

}  // namespace

Result<Size> png_size(std::string_view bytes) {
  Image image;
  LOA_TRY(begin_reading(image, bytes));
  return Size{static_cast<int>(image.png.width), static_cast<int>(image.png.height)};
}

Result<Picture> decode_png(std::string_view bytes) {
  Image image;
  LOA_TRY(begin_reading(image, bytes));
  if (image.png.format != PNG_FORMAT_RGB) {
    return fail(ErrorCode::invalid, "cannot show the picture: it is not PNG of 8-bit RGB without transparency");
  }
  Picture picture{static_cast<int>(image.png.width), static_cast<int>(image.png.height), {}};
  picture.rgb.resize(PNG_IMAGE_SIZE(image.png));
  if (png_image_finish_read(&image.png, nullptr, picture.rgb.data(), 0, nullptr) == 0 ||
      (image.png.warning_or_error & PNG_IMAGE_ERROR) != 0) {
    return fail(ErrorCode::invalid, "cannot read the picture: it is damaged ({})", image.png.message);
  }
  return picture;
}

Result<std::string> encode_png(const Picture& picture) {
  LOA_TRY(check_size(picture.width_px, picture.height_px));
  const auto pixels = static_cast<std::size_t>(picture.width_px) * static_cast<std::size_t>(picture.height_px);
  if (picture.rgb.size() != pixels * 3) {
    return fail(ErrorCode::invalid, "a picture of {}×{} pixels cannot have {} bytes", picture.width_px,
                picture.height_px, picture.rgb.size());
  }
  Image image;
  image.png.width = static_cast<png_uint_32>(picture.width_px);
  image.png.height = static_cast<png_uint_32>(picture.height_px);
  image.png.format = PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image.png), '\0');
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&image.png, bytes.data(), &size, 0, picture.rgb.data(), 0, nullptr) == 0) {
    return fail(ErrorCode::io, "cannot write the picture: {}", image.png.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace loa::content::picture
