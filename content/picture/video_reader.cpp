#include "content/picture/video_reader.hpp"

#include <webp/demux.h>

namespace loa::content::picture {
namespace {

using std::chrono::milliseconds;

constexpr int shortest_frame_ms = 1'000 / fastest_video_hz;
constexpr int most_frames = static_cast<int>(longest_video / std::chrono::seconds{1}) * fastest_video_hz;

struct FreeDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
struct FreeDecoder {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

/// Sum of what the frames say of their time.
Result<milliseconds> length_of(WebPDemuxer* demuxer, int frames) {
  milliseconds length{0};
  WebPIterator frame{};
  for (int more = WebPDemuxGetFrame(demuxer, 1, &frame); more != 0; more = WebPDemuxNextFrame(&frame)) {
    const int duration_ms = frame.duration;
    const bool whole = frame.complete != 0;
    if (duration_ms < shortest_frame_ms || !whole) {
      const int number = frame.frame_num;
      WebPDemuxReleaseIterator(&frame);
      return whole ? fail(ErrorCode::invalid, "frame {} of the video lasts {} ms; {} frames a second are possible",
                          number, duration_ms, fastest_video_hz)
                   : fail(ErrorCode::invalid, "the video ends in the middle of frame {} of {}", number, frames);
    }
    length += milliseconds{duration_ms};
  }
  WebPDemuxReleaseIterator(&frame);
  return length;
}

}  // namespace

struct VideoReader::Decoder {
  std::unique_ptr<WebPAnimDecoder, FreeDecoder> handle;
  milliseconds begin{0};
};

VideoReader::VideoReader(std::string bytes) : bytes_(std::move(bytes)) {}
VideoReader::~VideoReader() = default;

Result<std::unique_ptr<VideoReader>> VideoReader::open(std::string bytes) {
  if (bytes.size() > largest_video_bytes) {
    return fail(ErrorCode::invalid, "a video of {} bytes is more than {}", bytes.size(), largest_video_bytes);
  }
  std::unique_ptr<VideoReader> reader{new VideoReader{std::move(bytes)}};
  LOA_TRY(reader->read_structure());
  return reader;
}

Result<void> VideoReader::read_structure() {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()};
  const std::unique_ptr<WebPDemuxer, FreeDemuxer> demuxer{WebPDemux(&data)};
  if (demuxer == nullptr) return fail(ErrorCode::invalid, "the video is no whole WebP file");
  const auto width_px = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const auto height_px = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  const auto frames = WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT);
  if (width_px < 1 || height_px < 1 || width_px > max_video_px || height_px > max_height_px) {
    return fail(ErrorCode::invalid, "a video of {}x{} pixels is outside 1x1 to {}x{}", width_px, height_px,
                max_video_px, max_height_px);
  }
  if (frames < 1 || frames > static_cast<std::uint32_t>(most_frames)) {
    return fail(ErrorCode::invalid, "a video of {} frames is outside 1 to {}", frames, most_frames);
  }
  LOA_TRY_LET(length_, length_of(demuxer.get(), static_cast<int>(frames)));
  if (length_ > longest_video) {
    return fail(ErrorCode::invalid, "a video of {} ms is longer than {} s", length_.count(),
                longest_video.count() / 1'000);
  }
  width_px_ = static_cast<int>(width_px);
  height_px_ = static_cast<int>(height_px);
  return {};
}

Result<Frame> VideoReader::next() {
  if (decoder_ == nullptr) {
    WebPAnimDecoderOptions options;
    WebPAnimDecoderOptionsInit(&options);
    options.color_mode = MODE_RGBA;
    const WebPData data{reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()};
    decoder_ = std::make_unique<Decoder>();
    decoder_->handle.reset(WebPAnimDecoderNew(&data, &options));
    if (decoder_->handle == nullptr) return fail(ErrorCode::invalid, "the video cannot be decoded");
  }
  auto* decoder = decoder_->handle.get();
  if (WebPAnimDecoderHasMoreFrames(decoder) == 0) {
    WebPAnimDecoderReset(decoder);
    decoder_->begin = milliseconds{0};
  }
  std::uint8_t* pixels = nullptr;
  int end_ms = 0;
  if (WebPAnimDecoderGetNext(decoder, &pixels, &end_ms) == 0) {
    return fail(ErrorCode::invalid, "the video is damaged after {} ms", decoder_->begin.count());
  }
  Frame frame{{width_px_, height_px_, {}}, decoder_->begin, milliseconds{end_ms}};
  const auto count = static_cast<std::size_t>(width_px_) * static_cast<std::size_t>(height_px_);
  frame.picture.rgb.resize(count * 3);
  for (std::size_t i = 0; i < count; ++i) std::copy_n(pixels + i * 4, 3, frame.picture.rgb.data() + i * 3);
  decoder_->begin = frame.end;
  return frame;
}

}  // namespace loa::content::picture
