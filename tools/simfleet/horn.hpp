#pragma once
#include <map>
#include <vector>

#include "station/core/presenter.hpp"
#include "tools/simfleet/stretch.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// What came out without a break: which planned time, and when.
struct Sound {
  Stretch planned;
  Instant at = 0;             ///< true instant of the first of it
  std::int64_t ahead_us = 0;  ///< of true time was the plan time that it was armed by; negative: behind

  /// A clock that is off by this may be right as a station can know: the step that it believes at once (PROTOCOL §7).
  static constexpr std::int64_t tolerance_us = 5 * second_us;
  [[nodiscard]] bool in_its_place() const { return ahead_us >= -tolerance_us && ahead_us <= tolerance_us; }
  [[nodiscard]] Stretch true_time() const { return {at, at + planned.to_us - planned.from_us}; }
};

/// What came out of one cue.
struct Emission {
  std::vector<Sound> sounds;
  std::int64_t begun = 0;   ///< true instant of the first of it
  std::int64_t ended = 0;   ///< and of the last
  std::int64_t cut_us = 0;  ///< length of the parts that had no proof yet when their process ended
};

/// The ground truth: which planned time really came out of a station's horn (or stood on its sign). Written down by the
/// simulated device, never asked by the station.
class Horn {
 public:
  void emitted(const station::CueKey& cue, const Sound& sound) {
    if (sound.planned.to_us <= sound.planned.from_us) return;
    auto& emission = cues_[cue];
    if (emission.sounds.empty()) emission.begun = sound.at;
    emission.sounds.push_back(sound);
    emission.ended = sound.true_time().to_us;
    if (!sound.in_its_place()) out_of_place_.push_back(sound.true_time());
  }
  void cut_short(const station::CueKey& cue, std::int64_t part_us) {
    if (const auto entry = cues_.find(cue); entry != cues_.end()) entry->second.cut_us += part_us;
  }
  [[nodiscard]] const std::map<station::CueKey, Emission>& all() const { return cues_; }
  /// Returns nullptr when nothing of the cue came out.
  [[nodiscard]] const Emission* find(const station::CueKey& cue) const {
    const auto entry = cues_.find(cue);
    return entry == cues_.end() ? nullptr : &entry->second;
  }
  /// True times at which something came out by a clock that was wrong: what sounds is not moved, so nothing else could.
  [[nodiscard]] const Stretches& out_of_place() const { return out_of_place_; }

 private:
  std::map<station::CueKey, Emission> cues_;
  Stretches out_of_place_;
};

}  // namespace loa::tools::simfleet
