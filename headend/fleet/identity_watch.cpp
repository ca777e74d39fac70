#include "headend/fleet/identity_watch.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace loa::headend::fleet {

IdentityWatch::Verdict IdentityWatch::hear(const std::string& id, const Speaker& speaker, WallTime now) {
  Station& station = stations_[id];
  Verdict verdict;
  const bool newest = speaker.sequence > station.greatest;
  const bool is_fresh = std::chrono::abs(speaker.at - now) <= fresh;
  Box* box = speaker.boot.empty() ? nullptr : find(station, speaker.boot);
  const bool goes_on = box != nullptr && station.speaking == speaker.boot;
  const bool older_than_itself = box != nullptr && speaker.sequence <= box->sequence;
  const bool may_be_late = !newest && !goes_on && (speaker.boot.empty() || !is_fresh);
  if (older_than_itself || may_be_late) {
    verdict.repeated = true;
    verdict.stranger = box == nullptr && !speaker.boot.empty();
    return verdict;
  }
  station.greatest = std::max(station.greatest, speaker.sequence);
  if (speaker.boot.empty()) return verdict;
  verdict.new_boot = box == nullptr;
  const std::string before = std::exchange(station.speaking, speaker.boot);
  if (box == nullptr) box = &add(station, speaker, now);
  box->sequence = speaker.sequence;
  box->epoch = speaker.epoch;
  box->last = now;
  const Box* other = before == speaker.boot ? nullptr : find(station, before);
  if (!verdict.new_boot && other != nullptr) note_pair(station, *box, *other, verdict);
  note_silence(station, *box, now, verdict);
  return verdict;
}

IdentityWatch::Box* IdentityWatch::find(Station& station, const std::string& boot) {
  const auto found =
      std::find_if(station.boxes.begin(), station.boxes.end(), [&](const Box& box) { return box.boot == boot; });
  return found == station.boxes.end() ? nullptr : &*found;
}

IdentityWatch::Box& IdentityWatch::add(Station& station, const Speaker& speaker, WallTime now) {
  if (station.boxes.size() >= max_boxes) {
    station.boxes.erase(std::min_element(station.boxes.begin(), station.boxes.end(),
                                         [](const Box& one, const Box& other) { return one.last < other.last; }));
  }
  const WallTime started = std::min(speaker.at, now) - speaker.uptime;  // its clock may be ahead
  station.boxes.push_back({speaker.boot, speaker.epoch, started, now, now, 0});
  return station.boxes.back();
}

/// One that had been silenced by another speaks again.
void IdentityWatch::note_pair(Station& station, const Box& one, const Box& other, Verdict& verdict) {
  const auto& [earlier, later] = one.first <= other.first ? std::tie(one, other) : std::tie(other, one);
  if (!station.twice_since) station.twice_since = later.first;
  const auto is_told = [&](const Box& box) {
    return std::find(station.told.begin(), station.told.end(), box.boot) != station.told.end();
  };
  if (is_told(one) && is_told(other)) return;
  station.told = {one.boot, other.boot};
  verdict.twice = Twice{earlier, later, *station.twice_since};
}

void IdentityWatch::note_silence(Station& station, const Box& speaking, WallTime now, Verdict& verdict) {
  if (!station.twice_since) return;
  WallTime other = station.heard_of_other;
  for (const Box& box : station.boxes) {
    if (box.boot != speaking.boot) other = std::max(other, box.last);
  }
  if (now - other < calm) return;
  verdict.alone = Alone{speaking, *station.twice_since, other};
  station.twice_since.reset();
  station.told.clear();
  std::erase_if(station.boxes, [left = speaking.boot](const Box& box) { return box.boot != left; });
}

void IdentityWatch::restore(const std::string& station, WallTime since, WallTime now) {
  stations_[station].twice_since = since;
  stations_[station].heard_of_other = now;
}

bool IdentityWatch::stands(const std::string& station) const {
  const auto found = stations_.find(station);
  return found != stations_.end() && found->second.twice_since.has_value();
}

}  // namespace loa::headend::fleet
