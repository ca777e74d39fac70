#include "content/media/audio_file.hpp"

#include <algorithm>
#include <cmath>

#include "content/media/input.hpp"
#include "protocol/base/time.hpp"

namespace loa::content::media {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_frames = rate_hz / 4;
constexpr int lowest_rate_hz = 4'000, highest_rate_hz = 768'000;

std::int64_t claimed_microseconds(const AVFormatContext* format, const AVStream* stream) {
  if (stream->duration > 0) return av_rescale_q(stream->duration, stream->time_base, AV_TIME_BASE_Q);
  return std::max<std::int64_t>(format->duration, 0);
}

std::string length_text(std::chrono::milliseconds length) { return format_duration(length); }

tl::unexpected<Error> too_long(const fs::path& path, const Limits& limits) {
  return fail(ErrorCode::invalid, "cannot use {}: it is longer than {}; cut it into shorter pieces", path.string(),
              length_text(limits.longest));
}

}  // namespace

// wide: one libav decoding in progress, of its handles and counters; damage and claims could be a class of their own
struct AudioFile::State {
  fs::path path;
  Limits limits;
  Input input;
  Codec codec;
  Converter converter;
  Packet packet{av_packet_alloc()};
  Frame frame{av_frame_alloc()};
  int stream = -1;
  int converter_rate_hz = 0, converter_format = -1;
  AVChannelLayout converter_layout{};
  std::vector<float> piece;
  std::int64_t frames = 0, claimed_frames = 0;
  std::int64_t packets = 0, broken_packets = 0;
  bool file_ended = false, codec_ended = false;

  ~State() { av_channel_layout_uninit(&converter_layout); }

  [[nodiscard]] std::int64_t longest_frames() const { return limits.longest.count() * rate_hz / 1000; }

  Result<void> check_claim();
  Result<void> feed();
  Result<void> take_frame();
  Result<void> fit_converter();
  Result<void> convert(const std::uint8_t** samples, int count);
  Result<void> check_damage() const;
};

AudioFile::AudioFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
AudioFile::AudioFile(AudioFile&&) noexcept = default;
AudioFile& AudioFile::operator=(AudioFile&&) noexcept = default;
AudioFile::~AudioFile() = default;

std::int64_t AudioFile::claimed_frames() const { return state_->claimed_frames; }

Result<AudioFile> AudioFile::open(const fs::path& path, const Limits& limits) {
  silence_libav();
  auto state = std::make_unique<State>();
  state->path = path;
  state->limits = limits;
  LOA_TRY(open_input(state->input, path, limits.largest_bytes, as_sound));
  LOA_TRY_LET(state->stream, find_stream(state->input, AVMEDIA_TYPE_AUDIO, path, as_sound));
  LOA_TRY_LET(state->codec, open_decoder(state->input, state->stream, path, as_sound, 0));
  LOA_TRY(state->check_claim());
  return AudioFile{std::move(state)};
}

/// A file that says it is too long is refused before any of it is decoded. A guess from the bit rate may be far off:
/// then only a gross excess counts, and the rest is found while decoding.
Result<void> AudioFile::State::check_claim() {
  const auto us = claimed_microseconds(input.format, input.format->streams[stream]);
  const bool guess = input.format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE;
  const auto claimed = std::chrono::duration_cast<std::chrono::milliseconds>(Micros{us});
  claimed_frames = std::min(av_rescale(us, rate_hz, AV_TIME_BASE), longest_frames());
  if (claimed <= limits.longest * (guess ? 4 : 1)) return {};
  return fail(ErrorCode::invalid, "cannot use {}: it lasts {}, at most {} are allowed; cut it into shorter pieces",
              path.string(), length_text(claimed), length_text(limits.longest));
}

Result<std::span<const float>> AudioFile::read() {
  auto& s = *state_;
  s.piece.clear();
  while (s.piece.size() < piece_frames && !s.codec_ended) {
    const int number = avcodec_receive_frame(s.codec.get(), s.frame.get());
    if (number == AVERROR(EAGAIN)) {
      LOA_TRY(s.feed());
    } else if (number == AVERROR_EOF) {
      s.codec_ended = true;
      if (s.converter) LOA_TRY(s.convert(nullptr, 0));
      LOA_TRY(s.check_damage());
    } else if (number < 0) {
      ++s.broken_packets;
    } else {
      LOA_TRY(s.take_frame());
    }
    if (s.frames + static_cast<std::int64_t>(s.piece.size()) > s.longest_frames()) return too_long(s.path, s.limits);
  }
  s.frames += static_cast<std::int64_t>(s.piece.size());
  return std::span<const float>{s.piece};
}

/// Gives the decoder one packet, or the end.
Result<void> AudioFile::State::feed() {
  const int number = file_ended ? AVERROR_EOF : av_read_frame(input.format, packet.get());
  if (number < 0) {
    if (number != AVERROR_EOF && input.io->error != 0) {
      return fail(ErrorCode::io, "cannot read {}: {}", path.string(), libav_text(input.io->error));
    }
    file_ended = true;
    avcodec_send_packet(codec.get(), nullptr);
    return {};
  }
  if (packet->stream_index == stream) {
    ++packets;
    if (avcodec_send_packet(codec.get(), packet.get()) < 0) ++broken_packets;
  }
  av_packet_unref(packet.get());
  return {};
}

Result<void> AudioFile::State::take_frame() {
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    const int channels = frame->ch_layout.nb_channels;
    av_channel_layout_uninit(&frame->ch_layout);
    av_channel_layout_default(&frame->ch_layout, channels);
  }
  LOA_TRY(fit_converter());
  LOA_TRY(convert(const_cast<const std::uint8_t**>(frame->extended_data), frame->nb_samples));
  av_frame_unref(frame.get());
  return {};
}

/// Makes a converter for the frame at hand; a stream may change its form at any frame.
Result<void> AudioFile::State::fit_converter() {
  if (converter && frame->sample_rate == converter_rate_hz && frame->format == converter_format &&
      av_channel_layout_compare(&frame->ch_layout, &converter_layout) == 0) {
    return {};
  }
  if (frame->sample_rate < lowest_rate_hz || frame->sample_rate > highest_rate_hz) {
    return fail(ErrorCode::invalid, "cannot use {}: its sample rate is {} Hz", path.string(), frame->sample_rate);
  }
  if (converter) LOA_TRY(convert(nullptr, 0));
  auto mono = mono_layout();
  SwrContext* made = nullptr;
  int number = swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_FLT, rate_hz, &frame->ch_layout,
                                   static_cast<AVSampleFormat>(frame->format), frame->sample_rate, 0, nullptr);
  converter.reset(made);
  if (number >= 0) number = swr_init(made);
  if (number >= 0) number = av_channel_layout_copy(&converter_layout, &frame->ch_layout);
  if (number < 0) {
    return fail(ErrorCode::invalid, "cannot use {}: its {} channels cannot be mixed to one ({})", path.string(),
                frame->ch_layout.nb_channels, libav_text(number));
  }
  converter_rate_hz = frame->sample_rate;
  converter_format = frame->format;
  return {};
}

/// Appends samples to the piece; none at all flushes the converter.
Result<void> AudioFile::State::convert(const std::uint8_t** samples, int count) {
  const int room = swr_get_out_samples(converter.get(), count);
  const auto before = piece.size();
  piece.resize(before + static_cast<std::size_t>(std::max(room, 0)));
  auto* out = reinterpret_cast<std::uint8_t*>(piece.data() + before);
  const int got = swr_convert(converter.get(), &out, room, samples, count);
  if (got < 0) return fail(ErrorCode::invalid, "cannot convert {}: {}", path.string(), libav_text(got));
  piece.resize(before + static_cast<std::size_t>(got));
  const auto begin = piece.begin() + static_cast<std::ptrdiff_t>(before);
  std::replace_if(
      begin, piece.end(), [](float x) { return !std::isfinite(x); }, 0.0F);
  return {};
}

Result<void> AudioFile::State::check_damage() const {
  if (frames == 0 && piece.empty()) {
    return fail(ErrorCode::invalid, "cannot use {}: there is no sound in it, its length is zero", path.string());
  }
  if (broken_packets > 3 && broken_packets * 100 > packets) {
    return fail(ErrorCode::invalid, "cannot use {}: {} of its {} packets are damaged; make the file again",
                path.string(), broken_packets, packets);
  }
  return {};
}

Result<Pcm> decode(const fs::path& path, const Limits& limits) {
  LOA_TRY_LET(auto file, AudioFile::open(path, limits));
  Pcm pcm;
  pcm.frames.reserve(static_cast<std::size_t>(file.claimed_frames()));
  while (true) {
    LOA_TRY_LET(const auto piece, file.read());
    if (piece.empty()) break;
    pcm.frames.insert(pcm.frames.end(), piece.begin(), piece.end());
  }
  if (static_cast<std::int64_t>(pcm.frames.size()) < limits.shortest.count() * rate_hz / 1000) {
    return fail(ErrorCode::invalid, "cannot use {}: it is shorter than {}", path.string(),
                length_text(limits.shortest));
  }
  return pcm;
}

}  // namespace loa::content::media
