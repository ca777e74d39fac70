#include "content/media/picture_file.hpp"

#include <algorithm>
#include <cmath>

#include "content/media/input.hpp"
#include "protocol/base/time.hpp"

namespace loa::content::media {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr int scaling = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INP;
constexpr milliseconds shortest_frame{33};

struct Place {
  int x, y, width_px, height_px;
};

/// The largest place of the frame's shape in the middle of the sign. Pixels that are not square are made so.
Place fit(const AVFrame& frame, int width_px, int height_px) {
  const auto aspect = frame.sample_aspect_ratio;
  const double stretch = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1.0;
  const double wide = frame.width * stretch, high = frame.height;
  const double scale = std::min(width_px / wide, height_px / high);
  const int fitted_width = std::clamp(static_cast<int>(std::lround(wide * scale)), 1, width_px);
  const int fitted_height = std::clamp(static_cast<int>(std::lround(high * scale)), 1, height_px);
  return {(width_px - fitted_width) / 2, (height_px - fitted_height) / 2, fitted_width, fitted_height};
}

/// As the file says; where it does not, as its size says (ITU-R BT.601, BT.709).
const int* colours_of(const AVFrame& frame) {
  const bool told = frame.colorspace != AVCOL_SPC_UNSPECIFIED && frame.colorspace != AVCOL_SPC_RGB;
  return sws_getCoefficients(told ? frame.colorspace : frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601);
}

}  // namespace

struct PictureFile::State {
  fs::path path;
  PictureLimits limits;
  int width_px = 0, height_px = 0;
  Input input;
  Codec codec;
  Packet packet{av_packet_alloc()};
  Frame frame{av_frame_alloc()};
  int stream = -1;
  bool file_ended = false;
  std::optional<std::int64_t> first_pts;
  milliseconds last_end{0};
  std::int64_t frames = 0;

  Result<void> feed();
  Result<FittedFrame> take();
  Result<picture::Picture> fitted() const;
};

PictureFile::PictureFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
PictureFile::PictureFile(PictureFile&&) noexcept = default;
PictureFile& PictureFile::operator=(PictureFile&&) noexcept = default;
PictureFile::~PictureFile() = default;

Result<PictureFile> PictureFile::open(const fs::path& path, int width_px, int height_px, const PictureLimits& limits) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->limits = limits;
  state->width_px = width_px;
  state->height_px = height_px;
  LOA_TRY(open_input(state->input, path, limits.largest_bytes, as_picture));
  LOA_TRY_LET(state->stream, find_stream(state->input, AVMEDIA_TYPE_VIDEO, path, as_picture));
  const auto* format = state->input.format;
  const auto* parameters = format->streams[state->stream]->codecpar;
  if (std::int64_t{parameters->width} * parameters->height > limits.most_pixels) {
    return fail(ErrorCode::invalid, "cannot use {}: it has {}x{} pixels, at most {} are possible; make it smaller",
                path.string(), parameters->width, parameters->height, limits.most_pixels);
  }
  if (format->duration > Micros{limits.longest}.count() + AV_TIME_BASE &&
      format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE) {
    return fail(ErrorCode::invalid, "cannot use {}: it lasts {}, at most {} are allowed; cut it", path.string(),
                format_duration(Micros{format->duration}), format_duration(limits.longest));
  }
  LOA_TRY_LET(state->codec, open_decoder(state->input, state->stream, path, as_picture, limits.most_pixels));
  return PictureFile{std::move(state)};
}

Result<std::optional<FittedFrame>> PictureFile::next() {
  auto& s = *state_;
  while (true) {
    const int number = avcodec_receive_frame(s.codec.get(), s.frame.get());
    if (number == AVERROR(EAGAIN)) {
      LOA_TRY(s.feed());
    } else if (number == AVERROR_EOF) {
      if (s.frames > 0) return std::optional<FittedFrame>{};
      return fail(ErrorCode::invalid, "cannot use {}: there is no picture in it", s.path.string());
    } else if (number < 0) {
      return fail(ErrorCode::invalid, "cannot use {}: it is damaged ({}); make the file again", s.path.string(),
                  libav_text(number));
    } else {
      LOA_TRY_LET(auto frame, s.take());
      return std::optional{std::move(frame)};
    }
  }
}

Result<void> PictureFile::State::feed() {
  const int number = file_ended ? AVERROR_EOF : av_read_frame(input.format, packet.get());
  if (number < 0) {
    file_ended = true;
    avcodec_send_packet(codec.get(), nullptr);
    return {};
  }
  int sent = 0;
  if (packet->stream_index == stream) sent = avcodec_send_packet(codec.get(), packet.get());
  av_packet_unref(packet.get());
  if (sent >= 0) return {};
  return fail(ErrorCode::invalid, "cannot use {}: it is damaged ({}); make the file again", path.string(),
              libav_text(sent));
}

Result<FittedFrame> PictureFile::State::take() {
  const auto base = input.format->streams[stream]->time_base;
  const auto pts = frame->best_effort_timestamp;
  if (pts != AV_NOPTS_VALUE && !first_pts) first_pts = pts;
  FittedFrame made;
  if (pts != AV_NOPTS_VALUE) {
    made.begin = milliseconds{av_rescale_q(pts - *first_pts, base, {1, 1000})};
  } else if (frames > 0) {
    made.begin = last_end;
  }
  const auto length = milliseconds{av_rescale_q(std::max<std::int64_t>(frame->pkt_duration, 0), base, {1, 1000})};
  made.end = made.begin + std::clamp(length, shortest_frame, limits.longest);
  last_end = made.end;
  ++frames;
  if (made.begin > limits.longest) {
    return fail(ErrorCode::invalid, "cannot use {}: it is longer than {}; cut it", path.string(),
                format_duration(limits.longest));
  }
  LOA_TRY_LET(made.picture, fitted());
  av_frame_unref(frame.get());
  return made;
}

Result<picture::Picture> PictureFile::State::fitted() const {
  const Place place = fit(*frame, width_px, height_px);
  const Scaler scaler{sws_getContext(frame->width, frame->height, static_cast<AVPixelFormat>(frame->format),
                                     place.width_px, place.height_px, AV_PIX_FMT_RGBA, scaling, nullptr, nullptr,
                                     nullptr)};
  const Frame scaled{av_frame_alloc()};
  scaled->format = AV_PIX_FMT_RGBA;
  scaled->width = place.width_px;
  scaled->height = place.height_px;
  if (scaler == nullptr || av_frame_get_buffer(scaled.get(), 64) < 0) {
    return fail(ErrorCode::invalid, "cannot use {}: its pixels cannot be converted", path.string());
  }
  sws_setColorspaceDetails(scaler.get(), colours_of(*frame), frame->color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                           sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  sws_scale(scaler.get(), frame->data, frame->linesize, 0, frame->height, scaled->data, scaled->linesize);
  picture::Picture picture{width_px, height_px, {}};
  picture.rgb.resize(static_cast<std::size_t>(width_px) * static_cast<std::size_t>(height_px) * 3);
  for (int y = 0; y < place.height_px; ++y) {
    const auto* from = scaled->data[0] + std::ptrdiff_t{y} * scaled->linesize[0];
    auto* to = picture.rgb.data() + (std::ptrdiff_t{y + place.y} * width_px + place.x) * 3;
    for (int x = 0; x < place.width_px; ++x, from += 4, to += 3) {
      for (int channel = 0; channel < 3; ++channel)
        to[channel] = static_cast<std::uint8_t>((from[channel] * from[3] + 127) / 255);
    }
  }
  return picture;
}

}  // namespace loa::content::media
