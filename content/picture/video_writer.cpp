#include "content/picture/video_writer.hpp"

#include <webp/encode.h>
#include <webp/mux.h>

namespace loa::content::picture {
namespace {

constexpr int effort = 6;  // of 9

struct FreeEncoder {
  void operator()(WebPAnimEncoder* encoder) const { WebPAnimEncoderDelete(encoder); }
};

}  // namespace

struct VideoWriter::State {
  int width_px = 0, height_px = 0;
  WebPConfig config{};
  std::unique_ptr<WebPAnimEncoder, FreeEncoder> encoder;

  tl::unexpected<Error> broken() const {
    return fail(ErrorCode::io, "cannot encode the video: {}", WebPAnimEncoderGetError(encoder.get()));
  }
};

VideoWriter::VideoWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;
VideoWriter::~VideoWriter() = default;

Result<VideoWriter> VideoWriter::open(int width_px, int height_px) {
  if (width_px < 1 || height_px < 1 || width_px > max_video_px || height_px > max_height_px) {
    return fail(ErrorCode::invalid, "a video of {}x{} pixels is outside 1x1 to {}x{}", width_px, height_px,
                max_video_px, max_height_px);
  }
  auto state = std::make_unique<State>();
  state->width_px = width_px;
  state->height_px = height_px;
  WebPAnimEncoderOptions options;
  if (WebPAnimEncoderOptionsInit(&options) == 0 || WebPConfigInit(&state->config) == 0 ||
      WebPConfigLosslessPreset(&state->config, effort) == 0) {
    return fail(ErrorCode::unsupported, "cannot encode a video: libwebp is of another version");
  }
  state->encoder.reset(WebPAnimEncoderNew(width_px, height_px, &options));
  if (state->encoder == nullptr) return fail(ErrorCode::io, "cannot encode the video: out of memory");
  return VideoWriter{std::move(state)};
}

Result<void> VideoWriter::add(const Picture& picture, std::chrono::milliseconds begin) {
  const auto pixels = static_cast<std::size_t>(state_->width_px) * static_cast<std::size_t>(state_->height_px);
  if (picture.width_px != state_->width_px || picture.height_px != state_->height_px ||
      picture.rgb.size() != pixels * 3) {
    return fail(ErrorCode::invalid, "a frame of {}x{} pixels is none of a video of {}x{}", picture.width_px,
                picture.height_px, state_->width_px, state_->height_px);
  }
  WebPPicture frame;
  if (WebPPictureInit(&frame) == 0)
    return fail(ErrorCode::unsupported, "cannot encode a video: libwebp is of another version");
  frame.use_argb = 1;
  frame.width = picture.width_px;
  frame.height = picture.height_px;
  const bool taken =
      WebPPictureImportRGB(&frame, picture.rgb.data(), picture.width_px * 3) != 0 &&
      WebPAnimEncoderAdd(state_->encoder.get(), &frame, static_cast<int>(begin.count()), &state_->config) != 0;
  WebPPictureFree(&frame);
  if (!taken) return state_->broken();
  return {};
}

Result<std::string> VideoWriter::finish(std::chrono::milliseconds length) {
  WebPData data;
  WebPDataInit(&data);
  auto* encoder = state_->encoder.get();
  if (WebPAnimEncoderAdd(encoder, nullptr, static_cast<int>(length.count()), nullptr) == 0 ||
      WebPAnimEncoderAssemble(encoder, &data) == 0) {
    return state_->broken();
  }
  std::string bytes{reinterpret_cast<const char*>(data.bytes), data.size};
  WebPDataClear(&data);
  return bytes;
}

}  // namespace loa::content::picture
