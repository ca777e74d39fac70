#include "content/media/opus_encoder.hpp"

#include <algorithm>
#include <vector>

#include "content/media/libav.hpp"
#include "content/media/pcm.hpp"
extern "C" {
#include <libavutil/opt.h>
}

namespace loa::content::media {
namespace {

tl::unexpected<Error> encoder_failure(const char* what, int number) {
  return fail(ErrorCode::unsupported, "cannot {} Opus: libav says \"{}\"; is its libopus encoder installed?", what,
              libav_text(number));
}

}  // namespace

struct OpusEncoder::State {
  Codec codec;
  AVFormatContext* format = nullptr;
  Frame frame{av_frame_alloc()};
  Packet packet{av_packet_alloc()};
  std::vector<float> waiting;
  std::int64_t position = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { discard_output(); }

  int open_codec(Kind kind, int bits_per_second);
  int open_output();
  Result<void> send(std::span<const float> frames);
  Result<void> receive();
  void discard_output();
};

int OpusEncoder::State::open_codec(Kind kind, int bits_per_second) {
  const auto* encoder = avcodec_find_encoder_by_name("libopus");
  if (encoder == nullptr) return AVERROR_ENCODER_NOT_FOUND;
  codec.reset(avcodec_alloc_context3(encoder));
  if (!codec) return AVERROR(ENOMEM);
  codec->sample_fmt = AV_SAMPLE_FMT_FLT;
  codec->sample_rate = rate_hz;
  codec->time_base = {1, rate_hz};
  codec->ch_layout = mono_layout();
  codec->bit_rate = bits_per_second;
  codec->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(codec->priv_data, "application", kind == Kind::speech ? "voip" : "audio", 0);
  av_opt_set(codec->priv_data, "vbr", "constrained", 0);  // free VBR doubles the rate of tonal sound
  return avcodec_open2(codec.get(), encoder, nullptr);
}

int OpusEncoder::State::open_output() {
  int number = avformat_alloc_output_context2(&format, nullptr, "opus", nullptr);
  if (number < 0) return number;
  format->flags |= AVFMT_FLAG_BITEXACT;
  auto* stream = avformat_new_stream(format, nullptr);
  if (stream == nullptr) return AVERROR(ENOMEM);
  stream->time_base = codec->time_base;
  number = avcodec_parameters_from_context(stream->codecpar, codec.get());
  if (number >= 0) number = avio_open_dyn_buf(&format->pb);
  return number < 0 ? number : avformat_write_header(format, nullptr);
}

void OpusEncoder::State::discard_output() {
  if (format == nullptr) return;
  if (format->pb != nullptr) {
    std::uint8_t* bytes = nullptr;
    avio_close_dyn_buf(format->pb, &bytes);
    av_free(bytes);
  }
  avformat_free_context(format);
  format = nullptr;
}

OpusEncoder::OpusEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
OpusEncoder::OpusEncoder(OpusEncoder&&) noexcept = default;
OpusEncoder& OpusEncoder::operator=(OpusEncoder&&) noexcept = default;
OpusEncoder::~OpusEncoder() = default;

Result<OpusEncoder> OpusEncoder::open(Kind kind, int bits_per_second) {
  silence_libav();
  auto state = std::make_unique<State>();
  int number = state->open_codec(kind, bits_per_second);
  if (number >= 0) number = state->open_output();
  if (number < 0) return encoder_failure("make", number);
  return OpusEncoder{std::move(state)};
}

Result<void> OpusEncoder::add(std::span<const float> frames) {
  auto& s = *state_;
  s.waiting.insert(s.waiting.end(), frames.begin(), frames.end());
  const auto block = static_cast<std::size_t>(s.codec->frame_size);
  std::size_t done = 0;
  for (; s.waiting.size() - done >= block; done += block) LOA_TRY(s.send(std::span{s.waiting}.subspan(done, block)));
  s.waiting.erase(s.waiting.begin(), s.waiting.begin() + static_cast<std::ptrdiff_t>(done));
  return {};
}

Result<std::string> OpusEncoder::finish() {
  auto& s = *state_;
  if (!s.waiting.empty()) LOA_TRY(s.send(s.waiting));
  avcodec_send_frame(s.codec.get(), nullptr);
  LOA_TRY(s.receive());
  const int number = av_write_trailer(s.format);
  if (number < 0) return encoder_failure("write", number);
  std::uint8_t* bytes = nullptr;
  const int size = avio_close_dyn_buf(s.format->pb, &bytes);
  s.format->pb = nullptr;
  std::string file(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  av_free(bytes);
  return file;
}

Result<void> OpusEncoder::State::send(std::span<const float> frames) {
  frame->format = AV_SAMPLE_FMT_FLT;
  frame->sample_rate = rate_hz;
  frame->nb_samples = static_cast<int>(frames.size());
  frame->ch_layout = mono_layout();
  frame->pts = position;
  int number = av_frame_get_buffer(frame.get(), 0);
  if (number < 0) return encoder_failure("encode", number);
  std::copy(frames.begin(), frames.end(), reinterpret_cast<float*>(frame->data[0]));
  position += frame->nb_samples;
  number = avcodec_send_frame(codec.get(), frame.get());
  av_frame_unref(frame.get());
  if (number < 0) return encoder_failure("encode", number);
  return receive();
}

Result<void> OpusEncoder::State::receive() {
  while (true) {
    int number = avcodec_receive_packet(codec.get(), packet.get());
    if (number == AVERROR(EAGAIN) || number == AVERROR_EOF) return {};
    if (number >= 0) {
      packet->stream_index = 0;
      av_packet_rescale_ts(packet.get(), codec->time_base, format->streams[0]->time_base);
      number = av_write_frame(format, packet.get());
      av_packet_unref(packet.get());
    }
    if (number < 0) return encoder_failure("write", number);
  }
}

}  // namespace loa::content::media
