#include "station/display/scene.hpp"

#include <algorithm>
#include <cstring>

namespace loa::station::display {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

/// floor((at − origin) × rate). Whole seconds apart: a strip may run for years without an overflow.
std::int64_t steps(const Span& span, std::int64_t rate, MonoTime at) {
  const std::int64_t ns = std::max<std::int64_t>(0, (at - span.origin).count());
  return ns / ns_per_s * rate + ns % ns_per_s * rate / ns_per_s;
}

}  // namespace

Span span_of(const Assignment& assignment) {
  const v1::Cue& cue = assignment.cue;
  const auto into_cue = assignment.from - wall_from_us(cue.start_us());
  Span span;
  span.begin = assignment.from_mono;
  span.origin = assignment.from_mono - into_cue;
  span.end = span.origin + Micros{cue.duration_us()};
  return span;
}

std::int64_t planned_us(const Assignment& assignment, MonoTime at) {
  return to_us(assignment.from) + std::chrono::floor<Micros>(at - assignment.from_mono).count();
}

int frame_rate(int refresh_hz, int most) {
  const int refreshes = (std::max(refresh_hz, 1) + most - 1) / most;  // for one frame
  return std::max(refresh_hz / refreshes, 1);
}

std::int64_t frame_number(const Span& span, int frames_s, MonoTime at) { return steps(span, frames_s, at); }

MonoTime frame_time(const Span& span, int frames_s, std::int64_t number) {
  const std::int64_t part = number % frames_s;
  const std::int64_t part_ns = (part * ns_per_s + frames_s - 1) / frames_s;  // rounded up: the frame has begun there
  return span.origin + std::chrono::nanoseconds{number / frames_s * ns_per_s + part_ns};
}

std::int64_t scroll_px(const Span& span, std::uint32_t px_s, MonoTime at) { return steps(span, px_s, at); }

void draw(const Picture& picture, bool scrolls, std::int64_t offset_px, int width_px, std::span<std::uint8_t> frame) {
  if (!scrolls) {
    std::copy_n(picture.rgb.begin(), std::min(picture.rgb.size(), frame.size()), frame.begin());
    return;
  }
  std::fill(frame.begin(), frame.end(), std::uint8_t{0});
  const std::int64_t round_px = std::int64_t{picture.width_px} + width_px;
  const std::int64_t left =
      offset_px % round_px - width_px;  // the strip's column at the sign's left edge, may be before it
  const std::int64_t first = std::max<std::int64_t>(left, 0);
  const std::int64_t last = std::min<std::int64_t>(left + width_px, picture.width_px);
  if (first >= last) return;
  for (std::int64_t row = 0; row < picture.height_px; ++row) {
    const auto* from = picture.rgb.data() + (row * picture.width_px + first) * 3;
    std::memcpy(frame.data() + (row * width_px + first - left) * 3, from, static_cast<std::size_t>(last - first) * 3);
  }
}

}  // namespace loa::station::display
