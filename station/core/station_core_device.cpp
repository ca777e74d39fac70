// When a device is open, and its amplifier on.
#include <algorithm>

#include "station/core/station_core.hpp"

namespace loa::station::core {

bool StationCore::needs_awake(v1::Medium medium) const {
  const auto last = last_end_us_.find(medium);
  if (last != last_end_us_.end() && now_us() < last->second + settings_.post_roll.count()) return true;
  return std::any_of(assigned_.begin(), assigned_.end(), [&](const Track* track) {
    return track->cue.medium() == medium && now_us() >= track->air_start_us() - settings_.pre_roll.count();
  });
}

/// What is on is not switched off for a moment only.
bool StationCore::stays_awake(v1::Medium medium) const {
  const auto since = awake_since_.find(medium);
  if (since == awake_since_.end()) return false;
  if (now_.mono < since->second + settings_.least_on) return true;
  const auto near = open_until(now_us() + settings_.bridge.count());
  return std::any_of(near.begin(), near.end(), [&](const Track* track) {
    return track->cue.medium() == medium && track->in_plan && track->air_start_us() > now_us() && holds(*track) &&
           !track->is_filler();
  });
}

void StationCore::watch_awake() {
  for (const v1::Medium medium : {v1::MEDIUM_AUDIO, v1::MEDIUM_SIGN}) {
    const bool needed = needs_awake(medium) || (awake_[medium] && stays_awake(medium));
    if (awake_[medium] == needed) continue;
    awake_[medium] = needed;
    if (needed) awake_since_[medium] = now_.mono;
    // Awake before the assignment that needs it, asleep after all else.
    const auto place = needed ? actions_.begin() : actions_.end();
    actions_.insert(place, Awake{medium, needed});
  }
}

}  // namespace loa::station::core
