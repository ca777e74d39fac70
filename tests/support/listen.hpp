#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "tests/support/wav.hpp"

/// Hears what a recording says: where, how late, and how much of a content was played. Every figure comes from
/// comparing samples with samples; nothing is taken from a log.
namespace loa::tests::listen {

/// What was compared, and how far to look.
struct Question {
  std::span<const std::int16_t> content;  ///< mono, 48 000 Hz
  std::int64_t planned_start_us = 0;      ///< UTC of content frame 0
  double search_ms = 25;                  ///< windows are looked for this far on both sides of their planned instant
};

/// A quarter of a second of content.
struct Window {
  double at_s = 0;       ///< where it begins in the content
  double peak = 0;       ///< best normalised cross-correlation, −1…1; 0 when `quiet`
  double offset_us = 0;  ///< heard minus planned instant; meaningless unless `heard`
  bool quiet = false;    ///< the content pauses here: nothing to compare
  bool heard = false;    ///< peak ≥ 0.8 (a window that a fault cuts in two may miss it; `Part` is exact)
};

/// A stretch of content, in seconds from its beginning; edges are true to about a millisecond.
struct Part {
  double from_s = 0;
  double to_s = 0;
  [[nodiscard]] double length_s() const { return to_s - from_s; }
};

/// Sound where silence or other sound was planned: a window of the recording that is not what the plan had there.
struct Stray {
  double at_s = 0;  ///< recorded instant minus planned start
  double length_s = 0;
  std::optional<double>
      content_at_s;  ///< the place in the content it really is, when it is from there: a repeat or a jump
};

/// The answer.
struct Match {
  std::vector<Window> windows;
  std::vector<Part> heard;    ///< in order; adjoining parts with less than 2 ms between them are one
  std::vector<Part> gaps;     ///< what `heard` leaves out, the beginning and the end included
  std::vector<Stray> strays;  ///< inside the planned time of the content only
  double heard_s = 0;         ///< sum of `heard`
  double doubtful_s = 0;      ///< of heard_s: pauses of the content beside a gap, where silence looks like silence
  double lost_s = 0;          ///< sum of `gaps`
  std::optional<double> start_error_us;  ///< of the beginning, absent when the first half second was not heard
  double median_offset_us = 0;
  double max_offset_us = 0;  ///< greatest absolute offset of any heard window
  double drift_ppm = 0;      ///< slope of offset over time, least squares over the heard windows
  double worst_peak = 0;     ///< lowest peak among heard windows that touch no gap
};

/// Compares a recording with a content along its whole length. 75 s take about half a second at -O2.
Match align(const Recording& recording, const Question& question);

/// The same over several recordings of one card (it was closed or killed in between): laid on one axis, silence
/// between.
Match align(std::span<const Recording> recordings, const Question& question);

/// Decodes an Ogg Opus object whole.
/// @error as content::opus::OpusReader
Result<std::vector<std::int16_t>> decode(const std::filesystem::path& object);

}  // namespace loa::tests::listen
