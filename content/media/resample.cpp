#include "content/media/resample.hpp"

#include <algorithm>

#include "content/media/libav.hpp"

namespace loa::content::media {

Result<Pcm> resample(std::span<const std::int16_t> frames, int from_hz) {
  if (from_hz < 4'000 || from_hz > 192'000) return fail(ErrorCode::invalid, "cannot convert sound of {} Hz", from_hz);
  auto mono = mono_layout();
  SwrContext* made = nullptr;
  int number =
      swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_FLT, rate_hz, &mono, AV_SAMPLE_FMT_S16, from_hz, 0, nullptr);
  const Converter converter{made};
  if (number >= 0) number = swr_init(made);
  if (number < 0) return fail(ErrorCode::io, "cannot convert sound of {} Hz: {}", from_hz, libav_text(number));
  Pcm pcm;
  const auto* in = reinterpret_cast<const std::uint8_t*>(frames.data());
  for (bool flush : {false, true}) {
    const int count = flush ? 0 : static_cast<int>(frames.size());
    const int room = swr_get_out_samples(made, count);
    const auto before = pcm.frames.size();
    pcm.frames.resize(before + static_cast<std::size_t>(std::max(room, 0)));
    auto* out = reinterpret_cast<std::uint8_t*>(pcm.frames.data() + before);
    const int got = swr_convert(made, &out, room, flush ? nullptr : &in, count);
    pcm.frames.resize(before + static_cast<std::size_t>(std::max(got, 0)));
  }
  return pcm;
}

}  // namespace loa::content::media
