#include "firmware/recorder/png_file.hpp"

#include <png.h>

#include <cerrno>

#include "protocol/base/file.hpp"

namespace loa::firmware {

Result<void> save_png(const std::filesystem::path& path, int width_px, int height_px,
                      std::span<const std::uint8_t> rgb) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width_px);
  image.height = static_cast<png_uint_32>(height_px);
  image.format = PNG_FORMAT_RGB;
  image.flags = PNG_IMAGE_FLAG_FAST;
  auto fresh = path;
  fresh += ".new";
  errno = 0;
  const bool written = png_image_write_to_file(&image, fresh.c_str(), 0, rgb.data(), 0, nullptr) != 0;
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) {
    const int number = errno;
    std::error_code ignored;
    std::filesystem::remove(fresh, ignored);
    return fail(number == ENOSPC ? ErrorCode::full : ErrorCode::io, "cannot write picture {}: {}", path.string(),
                number != 0 ? errno_text(number) : image.message);
  }
  return {};
}

}  // namespace loa::firmware
