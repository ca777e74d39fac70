#include "headend/planner/sounds.hpp"

#include <algorithm>
#include <tuple>

#include "headend/planner/extras.hpp"

namespace loa::headend::planner {

std::vector<const model::Programme*> programmes_of(const model::Catalogue& catalogue, const model::Station& station) {
  std::vector<const model::Programme*> programmes;
  if (!station.has_speaker) return programmes;
  for (const auto& programme : catalogue.programmes) {
    if (model::reaches(programme.groups, station)) programmes.push_back(&programme);
  }
  return programmes;
}

std::vector<Run> runs_of(const std::vector<const model::Programme*>& programmes, const model::Catalogue& catalogue,
                         const model::Station& station, model::LocalDate from, model::LocalDate to,
                         timetable::Zone zone) {
  std::vector<Run> runs;
  for (const auto* programme : programmes) {
    const auto duration = timetable::duration_of(*programme, catalogue);
    for (auto& occurrence : timetable::expand(*programme, duration, from, to, zone)) {
      occurrence.start += station.stagger;
      runs.push_back({programme, std::move(occurrence)});
    }
  }
  std::sort(runs.begin(), runs.end(), [](const Run& one, const Run& other) {
    return std::tie(one.occurrence.start, one.occurrence.id) < std::tie(other.occurrence.start, other.occurrence.id);
  });
  return runs;
}

std::vector<v1::Cue> cues_of(const Run& run, const model::Catalogue& catalogue, const model::Station& station,
                             const Settings& settings) {
  const auto& [programme, occurrence] = run;
  std::vector<v1::Cue> cues;
  std::int64_t frames = 0;
  for (std::size_t i = 0; i < programme->segments.size(); ++i) {
    const auto& segment = programme->segments[i];
    const auto* content = catalogue.content(segment.object);
    if (!content || content->frames <= 0) continue;
    const auto from = timetable::position_of(frames), to = timetable::position_of(frames + content->frames);
    frames += content->frames;
    auto& cue = cues.emplace_back();
    cue.set_occurrence(occurrence.id);
    cue.set_segment(static_cast<std::uint32_t>(i));
    cue.set_cue_class(programme->cue_class);
    cue.set_medium(v1::MEDIUM_AUDIO);
    cue.set_category(segment.category);
    cue.set_start_us(to_us(occurrence.start + from));
    cue.set_duration_us((to - from).count());
    cue.set_object(std::string{segment.object.view()});
    cue.set_gain_cb(gain_at(station, settings.zone, occurrence.start + from));
    cue.set_late_policy(programme->late_policy);
    cue.set_late_limit_us(programme->late_limit.count());
    cue.set_preempt_policy(programme->preempt_policy);
    cue.set_required_grade(settings.required_grade);
    cue.set_stagger_us(station.stagger.count());
    cue.set_title(short_title(content->title));
  }
  return cues;
}

bool Tracks::claim(Track track, WallTime start, WallTime end) {
  if (start < free_from(track)) return false;
  busy_until_[track] = end;
  return true;
}

void Tracks::keep(Track track, WallTime until) {
  auto& busy = busy_until_[track];
  busy = std::max(busy, until);
}

WallTime Tracks::free_from(Track track) const {
  const auto busy = busy_until_.find(track);
  return busy == busy_until_.end() ? WallTime::min() : busy->second;
}

}  // namespace loa::headend::planner
