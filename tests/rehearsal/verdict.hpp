#pragma once
#include <string>
#include <vector>

#include "tests/rehearsal/morning.hpp"
#include "tests/support/listen.hpp"

namespace loa::tests {

/// What the recording of one horn says of one cue, beside what the report says.
struct HeardCue {
  AiredCue cue;
  listen::Match match;
};

/// What one sign showed of one static page.
struct ShownPage {
  AiredCue cue;
  bool exact = false;  ///< some recorded frame is the approved picture, pixel for pixel
};

/// A morning judged by its recordings alone.
struct Verdict {
  std::vector<HeardCue> heard;
  std::vector<ShownPage> pages;
  double worst_report_error_s = 0;   ///< greatest of a cue; its pauses beside a gap count as either
  double worst_start_spread_us = 0;  ///< of one segment over the stations that began it on time
  double worst_spread_us = 0;        ///< of one quarter second of a segment over the stations that played it
  std::uint64_t planned = 0, accounted = 0, unexplained = 0;
};

/// @error a recording, an object or the report cannot be read
Result<Verdict> judge(const Morning& morning);

}  // namespace loa::tests
