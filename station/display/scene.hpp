#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "content/picture/picture.hpp"
#include "station/core/presenter.hpp"

/// What a sign shows at an instant: pure functions of the cue and the time. A player that comes back after a fault is
/// in place at once, and two signs with the same cue agree to the pixel.
namespace loa::station::display {

using content::picture::Picture;

/// An assignment on the monotonic clock.
struct Span {
  MonoTime
      origin;  ///< where the cue is at its planned beginning, even when it is joined later: positions count from here
  MonoTime begin;  ///< when the assignment begins
  MonoTime end;    ///< first instant at which it is no longer shown
};
Span span_of(const Assignment& assignment);

/// The planned (wall) instant that a monotonic one is for this assignment, microseconds, rounded down: so no stretch is
/// shorter than the whole microseconds of what was shown in it.
std::int64_t planned_us(const Assignment& assignment, MonoTime at);

/// How many frames of a moving picture a panel is given a second: as many as it shows, or the greatest whole part of
/// that which is not more than `most`.
int frame_rate(int refresh_hz, int most);

/// The frames of a moving picture lie on a grid that starts with the cue: number 0 at the origin, frames_s of them a
/// second. So two signs draw the same frames, whenever each of them woke up.
std::int64_t frame_number(const Span& span, int frames_s, MonoTime at);
MonoTime frame_time(const Span& span, int frames_s, std::int64_t number);

/// How far a strip has moved to the left: floor((at − origin) × px_s), 0 before the origin and for a page.
std::int64_t scroll_px(const Span& span, std::uint32_t px_s, MonoTime at);

/// Draws one frame. A page covers it. A strip enters from the right edge, so that at offset 0 the sign is still dark
/// and at offset = sign width its first column is at the left edge; when its last column has left, it enters again.
/// @param offset_px  of scroll_px()
/// @param frame      [height × width × 3]; the height is the picture's
void draw(const Picture& picture, bool scrolls, std::int64_t offset_px, int width_px, std::span<std::uint8_t> frame);

}  // namespace loa::station::display
