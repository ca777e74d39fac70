#include "content/picture/sign_object.hpp"

#include "content/picture/video_reader.hpp"

namespace loa::content::picture {
namespace {

constexpr std::string_view png_signature{"\x89PNG\r\n\x1a\n"};

bool is_webp(std::string_view bytes) {
  return bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP";
}

class StillReader final : public FrameReader {
 public:
  explicit StillReader(Picture picture) : picture_(std::move(picture)) {}
  [[nodiscard]] std::chrono::milliseconds length() const override { return std::chrono::milliseconds{0}; }
  Result<Frame> next() override { return Frame{picture_, {}, {}}; }

 private:
  Picture picture_;
};

Result<void> check_fit(int width_px, int height_px, const SignShape& shape) {
  if (height_px == shape.height_px && (shape.strip || width_px == shape.width_px)) return {};
  return fail(ErrorCode::invalid, "a {} of {}x{} pixels does not fit a sign of {}x{}: render it for this sign",
              shape.strip ? "strip" : "page", width_px, height_px, shape.width_px, shape.height_px);
}

Result<std::unique_ptr<FrameReader>> open_still(const std::string& bytes, const SignShape& shape) {
  LOA_TRY_LET(const Size size, png_size(bytes));
  LOA_TRY(check_fit(size.width_px, size.height_px, shape));
  LOA_TRY_LET(auto picture, decode_png(bytes));
  return std::unique_ptr<FrameReader>{std::make_unique<StillReader>(std::move(picture))};
}

Result<std::unique_ptr<FrameReader>> open_video(std::string bytes, const SignShape& shape) {
  if (shape.strip) return fail(ErrorCode::invalid, "a video cannot scroll: show it as a page");
  LOA_TRY_LET(auto reader, VideoReader::open(std::move(bytes)));
  LOA_TRY(check_fit(reader->width_px(), reader->height_px(), shape));
  return std::unique_ptr<FrameReader>{std::move(reader)};
}

}  // namespace

Result<std::unique_ptr<FrameReader>> open_sign_object(std::string bytes, const SignShape& shape) {
  if (bytes.starts_with(png_signature)) {
    if (bytes.size() > largest_still_bytes)
      return fail(ErrorCode::invalid, "a picture of {} bytes is too large", bytes.size());
    return open_still(bytes, shape);
  }
  if (is_webp(bytes)) return open_video(std::move(bytes), shape);
  return fail(ErrorCode::invalid, "{} bytes that begin neither as PNG nor as WebP are nothing for a sign",
              bytes.size());
}

}  // namespace loa::content::picture
