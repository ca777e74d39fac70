#include "content/media/audio_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "content/media/libav.hpp"
#include "protocol/base/file.hpp"
#include "protocol/base/time.hpp"

namespace loa::content::media {
namespace {

namespace fs = std::filesystem;

constexpr int io_buffer_bytes = 1 << 16;
constexpr std::size_t piece_frames = rate_hz / 4;
constexpr int lowest_rate_hz = 4'000, highest_rate_hz = 768'000;

/// The file as libav sees it: bytes, and nothing else of the machine.
struct Input {
  UniqueFd fd;
  std::int64_t bytes = 0;
  AVIOContext* io = nullptr;
  AVFormatContext* format = nullptr;

  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() {
    avformat_close_input(&format);
    if (io != nullptr) av_freep(&io->buffer);
    avio_context_free(&io);
  }

  static int read(void* self, std::uint8_t* buffer, int size) {
    const int fd = static_cast<Input*>(self)->fd.get();
    ssize_t got = 0;
    do {
      got = ::read(fd, buffer, static_cast<std::size_t>(size));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return AVERROR(errno);
    return got == 0 ? AVERROR_EOF : static_cast<int>(got);
  }
  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& input = *static_cast<Input*>(self);
    if ((whence & AVSEEK_SIZE) != 0) return input.bytes;
    const auto at = ::lseek(input.fd.get(), offset, whence & ~AVSEEK_FORCE);
    return at < 0 ? AVERROR(errno) : at;
  }
};

Result<void> open_bytes(Input& input, const fs::path& path, const Limits& limits) {
  input.fd = UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!input.fd.valid()) {
    return fail(errno == ENOENT ? ErrorCode::missing : ErrorCode::io, "cannot open {}: {}", path.string(),
                errno_text());
  }
  struct stat info {};
  if (::fstat(input.fd.get(), &info) != 0)
    return fail(ErrorCode::io, "cannot examine {}: {}", path.string(), errno_text());
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid, "cannot use {}: it is not a file", path.string());
  if (info.st_size == 0) return fail(ErrorCode::invalid, "cannot use {}: the file is empty", path.string());
  if (static_cast<std::uint64_t>(info.st_size) > limits.largest_bytes) {
    return fail(ErrorCode::invalid, "cannot use {}: it has {} bytes, at most {} are allowed", path.string(),
                info.st_size, limits.largest_bytes);
  }
  input.bytes = info.st_size;
  return {};
}

/// No name is given to libav, so that only the content decides what the file is; no protocol, so that it opens nothing
/// else.
Result<void> open_format(Input& input, const fs::path& path) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(io_buffer_bytes));
  input.io = avio_alloc_context(buffer, io_buffer_bytes, 0, &input, Input::read, nullptr, Input::seek);
  input.format = avformat_alloc_context();
  if (input.io == nullptr || input.format == nullptr)
    return fail(ErrorCode::full, "cannot open {}: no memory", path.string());
  input.format->pb = input.io;
  input.format->protocol_whitelist = av_strdup("none");
  int number = avformat_open_input(&input.format, nullptr, nullptr, nullptr);
  if (number >= 0) number = avformat_find_stream_info(input.format, nullptr);
  if (number >= 0) return {};
  return fail(ErrorCode::invalid, "cannot use {} as sound: it is not an audio file ({}), whatever its name says",
              path.string(), libav_text(number));
}

/// Picks the stream and opens its decoder; everything else in the file is skipped.
Result<int> open_stream(Input& input, Codec& codec, const fs::path& path) {
  const AVCodec* decoder = nullptr;
  const int index = av_find_best_stream(input.format, AVMEDIA_TYPE_AUDIO, -1, -1, &decoder, 0);
  if (index < 0) {
    return fail(ErrorCode::invalid, "cannot use {} as sound: there is no sound in it that can be decoded",
                path.string());
  }
  for (unsigned i = 0; i < input.format->nb_streams; ++i) {
    input.format->streams[i]->discard = static_cast<int>(i) == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  auto* stream = input.format->streams[index];
  codec.reset(avcodec_alloc_context3(decoder));
  int number = codec ? avcodec_parameters_to_context(codec.get(), stream->codecpar) : AVERROR(ENOMEM);
  if (number >= 0) {
    codec->pkt_timebase = stream->time_base;
    number = avcodec_open2(codec.get(), decoder, nullptr);
  }
  if (number >= 0) return index;
  return fail(ErrorCode::invalid, "cannot use {} as sound: its {} stream cannot be decoded ({})", path.string(),
              avcodec_get_name(stream->codecpar->codec_id), libav_text(number));
}

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
  LOA_TRY(open_bytes(state->input, path, limits));
  LOA_TRY(open_format(state->input, path));
  LOA_TRY_LET(state->stream, open_stream(state->input, state->codec, path));
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
