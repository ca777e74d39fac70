#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "station/core/presenter.hpp"

namespace loa::tools::simfleet {

/// A stretch of a cue's planned time, microseconds UTC.
struct Stretch {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
};

/// What came out of one cue.
struct Emission {
  std::vector<Stretch> stretches;
  std::int64_t begun = 0;   ///< true instant of the first of it
  std::int64_t ended = 0;   ///< and of the last
  std::int64_t cut_us = 0;  ///< length of the parts that had no proof yet when their process ended
};

/// The ground truth: which planned time really came out of a station's horn (or stood on its sign). Written down by the
/// simulated device, never asked by the station.
class Horn {
 public:
  /// @param now  true instant of the end of the stretch
  void emitted(const station::CueKey& cue, std::int64_t from_us, std::int64_t to_us, std::int64_t now) {
    if (to_us <= from_us) return;
    auto& emission = cues_[cue];
    if (emission.stretches.empty()) emission.begun = now - (to_us - from_us);
    emission.stretches.push_back({from_us, to_us});
    emission.ended = now;
  }
  void cut_short(const station::CueKey& cue, std::int64_t part_us) {
    if (const auto entry = cues_.find(cue); entry != cues_.end()) entry->second.cut_us += part_us;
  }
  [[nodiscard]] const std::map<station::CueKey, Emission>& all() const { return cues_; }

 private:
  std::map<station::CueKey, Emission> cues_;
};

/// What of some stretches lies in [from_us, to_us).
inline std::vector<Stretch> within(const std::vector<Stretch>& stretches, std::int64_t from_us, std::int64_t to_us) {
  std::vector<Stretch> cut;
  for (const auto& one : stretches) {
    const Stretch part{std::max(one.from_us, from_us), std::min(one.to_us, to_us)};
    if (part.from_us < part.to_us) cut.push_back(part);
  }
  return cut;
}

/// Length of the union, and what of it came out more than once.
struct Heard {
  std::int64_t once_us = 0;
  std::int64_t again_us = 0;
};

inline Heard measure(std::vector<Stretch> stretches) {
  std::sort(stretches.begin(), stretches.end(), [](const auto& a, const auto& b) { return a.from_us < b.from_us; });
  Heard heard;
  std::int64_t until = INT64_MIN;
  for (const auto& stretch : stretches) {
    const auto fresh_from = std::max(stretch.from_us, until);
    heard.again_us +=
        std::min(stretch.to_us, until) > stretch.from_us ? std::min(stretch.to_us, until) - stretch.from_us : 0;
    if (stretch.to_us > fresh_from) heard.once_us += stretch.to_us - fresh_from;
    until = std::max(until, stretch.to_us);
  }
  return heard;
}

}  // namespace loa::tools::simfleet
