#include "content/media/leveller.hpp"

#include <algorithm>
#include <cmath>

#include "content/media/libav.hpp"
#include "content/media/pcm.hpp"
extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
}

namespace loa::content::media {
namespace {

tl::unexpected<Error> filter_failure(int number) {
  return fail(ErrorCode::io, "cannot level the sound: libavfilter says \"{}\"", libav_text(number));
}

double amplitude(double db) { return std::pow(10.0, db / 20); }

/// Rounded so that the same figures give the same samples wherever they were computed.
std::string description(double gain_db, std::optional<double> ceiling_db) {
  auto text = fmt::format("volume=volume={:.4f}dB:precision=float", gain_db);
  if (ceiling_db) {
    text += fmt::format(",alimiter=limit={:.6f}:attack=5:release=50:level=0:latency=1",
                        std::clamp(amplitude(*ceiling_db), 0.0625, 1.0));
  }
  return text + ",aformat=sample_fmts=flt";
}

struct FreePads {
  void operator()(AVFilterInOut* pads) const { avfilter_inout_free(&pads); }
};
using Pads = std::unique_ptr<AVFilterInOut, FreePads>;

AVFilterInOut* pad(const char* name, AVFilterContext* filter) {
  auto* made = avfilter_inout_alloc();
  if (made != nullptr) *made = AVFilterInOut{av_strdup(name), filter, 0, nullptr};
  return made;
}

}  // namespace

struct Leveller::State {
  FilterGraph graph{avfilter_graph_alloc()};
  AVFilterContext* source = nullptr;
  AVFilterContext* drain = nullptr;
  Frame frame{av_frame_alloc()};
  Sink sink;
  std::int64_t taken = 0, given = 0;

  int build(const std::string& filters);
  Result<void> pull();
  Result<void> give(std::span<const float> frames);
};

int Leveller::State::build(const std::string& filters) {
  const auto form = fmt::format("time_base=1/{0}:sample_rate={0}:sample_fmt=flt:channel_layout=mono", rate_hz);
  graph->nb_threads = 1;
  int number =
      avfilter_graph_create_filter(&source, avfilter_get_by_name("abuffer"), "in", form.c_str(), nullptr, graph.get());
  if (number < 0) return number;
  number =
      avfilter_graph_create_filter(&drain, avfilter_get_by_name("abuffersink"), "out", nullptr, nullptr, graph.get());
  if (number < 0) return number;
  auto* outputs = pad("in", source);
  auto* inputs = pad("out", drain);
  number = avfilter_graph_parse_ptr(graph.get(), filters.c_str(), &inputs, &outputs, nullptr);
  const Pads left_outputs{outputs}, left_inputs{inputs};
  return number < 0 ? number : avfilter_graph_config(graph.get(), nullptr);
}

Leveller::Leveller(std::unique_ptr<State> state) : state_(std::move(state)) {}
Leveller::Leveller(Leveller&&) noexcept = default;
Leveller& Leveller::operator=(Leveller&&) noexcept = default;
Leveller::~Leveller() = default;

Result<Leveller> Leveller::open(double gain_db, std::optional<double> ceiling_db, Sink sink) {
  silence_libav();
  auto state = std::make_unique<State>();
  state->sink = std::move(sink);
  const int number = state->build(description(gain_db, ceiling_db));
  if (number < 0) return filter_failure(number);
  return Leveller{std::move(state)};
}

Result<void> Leveller::add(std::span<const float> frames) {
  auto& frame = *state_->frame;
  frame.format = AV_SAMPLE_FMT_FLT;
  frame.sample_rate = rate_hz;
  frame.nb_samples = static_cast<int>(frames.size());
  frame.ch_layout = mono_layout();
  frame.pts = state_->taken;
  int number = av_frame_get_buffer(&frame, 0);
  if (number < 0) return filter_failure(number);
  std::copy(frames.begin(), frames.end(), reinterpret_cast<float*>(frame.data[0]));
  state_->taken += frame.nb_samples;
  number = av_buffersrc_add_frame(state_->source, &frame);
  if (number < 0) return filter_failure(number);
  return state_->pull();
}

Result<void> Leveller::finish() {
  const int number = av_buffersrc_add_frame(state_->source, nullptr);
  if (number < 0) return filter_failure(number);
  LOA_TRY(state_->pull());
  const std::vector<float> silence(static_cast<std::size_t>(state_->taken - state_->given));
  return state_->give(silence);
}

Result<void> Leveller::State::pull() {
  while (true) {
    const int number = av_buffersink_get_frame(drain, frame.get());
    if (number == AVERROR(EAGAIN) || number == AVERROR_EOF) return {};
    if (number < 0) return filter_failure(number);
    auto given_on = give({reinterpret_cast<const float*>(frame->data[0]), static_cast<std::size_t>(frame->nb_samples)});
    av_frame_unref(frame.get());
    LOA_TRY(std::move(given_on));
  }
}

/// Never more frames come out than went in.
Result<void> Leveller::State::give(std::span<const float> frames) {
  const auto count = std::min<std::int64_t>(static_cast<std::int64_t>(frames.size()), taken - given);
  if (count <= 0) return {};
  given += count;
  return sink(frames.first(static_cast<std::size_t>(count)));
}

}  // namespace loa::content::media
