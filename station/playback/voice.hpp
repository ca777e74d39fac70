#pragma once
#include <array>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <string>

#include "protocol/message/reason.hpp"
#include "station/core/presenter.hpp"

namespace loa::station::playback {

inline constexpr int content_rate_hz = 48'000;

/// One assignment on its way to the horn. The decoder thread fills `pcm`, the audio thread empties it; a voice belongs
/// to the decoder until it is handed over, and again after its `ended` event.
struct Voice {
  static constexpr std::size_t ring_frames = 65'536;  // 1.4 s ahead

  Assignment assignment;
  MonoTime origin;          ///< when content frame 0 sounds, or would have
  std::int64_t frames = 0;  ///< content frames to be played, counted from frame 0
  std::int64_t first = 0;   ///< content frame of the first value in `pcm`

  std::size_t mark = 0;  ///< which progress mark is its own

  boost::lockfree::spsc_queue<std::int16_t, boost::lockfree::capacity<ring_frames>> pcm;
  std::atomic<bool> damaged{false};  ///< the decoder met damage: what is in `pcm` is the last of it

  /// What was measured at the sink. Written by the audio thread before the `ended` event, read after it.
  struct Measured {
    static constexpr std::size_t max_gaps = 32;
    struct Gap {
      double at;      ///< content frame
      double length;  ///< content frames
    };
    protocol::message::Reason reason = protocol::message::Reason::complete;
    bool heard = false;
    double from = 0, to = 0;  ///< content frames
    double frames = 0;        ///< content frames that left the device
    std::array<Gap, max_gaps> gaps{};
    std::size_t gap_count = 0;
    std::uint32_t underruns = 0;
    int start_error_us = 0;
    int device_ppb = 0;
  } measured;

  [[nodiscard]] MonoTime time_of(double frame) const {
    return origin + std::chrono::nanoseconds{static_cast<std::int64_t>(frame * (1e9 / content_rate_hz))};
  }
  [[nodiscard]] double frame_at(MonoTime time) const {
    return static_cast<double>((time - origin).count()) * (content_rate_hz / 1e9);
  }
  /// Planned instant of a content frame.
  [[nodiscard]] std::int64_t planned_us(double frame) const {
    return assignment.cue.start_us() + static_cast<std::int64_t>(frame * (1e6 / content_rate_hz) + 0.5);
  }
};

}  // namespace loa::station::playback
