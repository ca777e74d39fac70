// What the core itself knows of faults; other sources tell theirs by a Condition.
#include "station/core/part_rule.hpp"
#include "station/core/station_core.hpp"

namespace loa::station::core {

/// Whether it is a fault that something of a cue is not here: a page in whose place others stand may have been ordered
/// a moment ago.
bool StationCore::lacks_content(const Track& track) {
  if (!holds(track)) return true;
  bool lacks = false;
  for (const Sha256& object : track.objects()) {
    if (held(object)) continue;
    const MonoTime since = awaited_.try_emplace(object, now_.mono).first->second;
    lacks = lacks || now_.mono >= since + settings_.page_patience;
  }
  return lacks;
}

void StationCore::watch_content() {
  std::erase_if(awaited_, [this](const auto& one) { return held(one.first) || !object_of_plans(one.first); });
  std::string missing;
  for (const Track* track : open_until(now_us() + settings_.content_alarm.count())) {
    const bool begun = track->assigned && !track->has_pages();
    if (!track->closed() && !begun && lacks_content(*track)) missing = track->cue.title();
  }
  set_fault(fault_code::content_missing, !missing.empty(), "content is not here yet for: " + missing);
  std::erase_if(damaged_, [this](const Sha256& object) { return object_of_plans(object) == nullptr; });
  set_fault(fault_code::content_damaged, !damaged_.empty(),
            damaged_.empty() ? "" : "an object is damaged and fetched again: " + damaged_.begin()->hex());
}

/// What a part that is over says of the device it was meant for.
void StationCore::watch_part(const Track& track, const v1::Proof& part) {
  if (part.bucket() != v1::BUCKET_PLAYED) return;
  if (track.cue.medium() == v1::MEDIUM_AUDIO) {
    const auto dry = runs_dry(part, settings_.underruns);
    if (dry) set_fault(fault_code::underruns, *dry, fmt::format("the sound broke off {} times", part.underruns()));
  } else {
    const auto starved = is_starved(part, track.cue.scroll_px_s() > 0 && !track.has_pages());
    if (starved)
      faults_.see({std::string{fault_code::panel}, "frames", *starved,
                   fmt::format("the sign showed {} frames in {}", part.frames(),
                               format_duration(Micros{part.to_us() - part.from_us()}))},
                  now_);
  }
}

void StationCore::set_fault(std::string_view code, bool present, std::string text) {
  faults_.see({std::string{code}, {}, present, std::move(text)}, now_);
}

void StationCore::tell_faults() {
  faults_.tick(now_);
  for (auto& fault : faults_.take_changes()) {
    actions_.emplace_back(Raise{std::move(fault)});
    actions_.emplace_back(Report{});
  }
}

void StationCore::take(const FaultRestored& event) { faults_.restore(event.fault, now_); }

void StationCore::take(const Condition& event) { faults_.see(event, now_); }

/// @param trouble  what a trial said; empty: it failed in use, or it works
void StationCore::note_device(v1::Medium medium, bool works, std::string trouble) {
  if (trouble.empty()) {
    trials_.used(medium, works, now_.mono);
    if (!works) trouble = "the output device failed or is missing; it is tried again and again";
  }
  set_fault(medium == v1::MEDIUM_SIGN ? fault_code::panel : fault_code::device_gone, !works, std::move(trouble));
}

}  // namespace loa::station::core
