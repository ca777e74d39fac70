#include "headend/planner/extras.hpp"

#include <algorithm>
#include <map>

#include "headend/timetable/timetable.hpp"
#include "protocol/message/check.hpp"

namespace loa::headend::planner {
namespace {

using namespace std::chrono;
using model::PlannedCue;

bool is_filler(const v1::Cue& cue) { return cue.cue_class() == v1::CUE_CLASS_FILLER; }

PlannedCue filler_under(const PlannedCue& above, const model::Content& filler, const std::string& occurrence) {
  PlannedCue made = above;
  auto& cue = made.cue;
  cue.set_occurrence(occurrence);
  cue.set_cue_class(v1::CUE_CLASS_FILLER);
  cue.set_category(std::string{protocol::message::filler_programme});
  cue.set_duration_us(std::min(cue.duration_us(), timetable::position_of(filler.frames).count()));
  cue.set_object(std::string{filler.object.view()});
  cue.set_late_policy(v1::LATE_POLICY_JOIN);
  cue.set_late_limit_us(0);
  cue.set_preempt_policy(v1::PREEMPT_POLICY_RESUME);
  cue.set_title(short_title(filler.title));
  made.occurrence_start = wall_from_us(cue.start_us());
  return made;
}

}  // namespace

int gain_at(const model::Station& station, const timetable::Zone& zone, WallTime instant) {
  const auto minute = static_cast<std::uint32_t>(zone.time_of_day(instant) / minutes{1});
  const auto window = std::find_if(station.volumes.begin(), station.volumes.end(), [&](const model::Volume& one) {
    return one.from_minute <= minute && minute < one.to_minute;
  });
  return window == station.volumes.end() ? station.gain_cb : window->gain_cb;
}

std::vector<PlannedCue> fillers_for(const std::vector<PlannedCue>& cues, const model::Content& filler, WallTime now,
                                    const timetable::Zone& zone, const std::set<std::string>& begun) {
  std::vector<const PlannedCue*> sounds;
  std::int64_t busy_until = 0;
  for (const auto& planned : cues) {
    if (planned.cue.medium() != v1::MEDIUM_AUDIO) continue;
    const auto end = planned.cue.start_us() + planned.cue.duration_us();
    if (is_filler(planned.cue)) busy_until = std::max(busy_until, end);
    if (!is_filler(planned.cue) && planned.cue.start_us() >= to_us(now)) sounds.push_back(&planned);
  }
  std::sort(sounds.begin(), sounds.end(), [](const PlannedCue* one, const PlannedCue* other) {
    return std::pair{one->cue.start_us(), one->cue.segment()} < std::pair{other->cue.start_us(), other->cue.segment()};
  });
  std::vector<PlannedCue> fillers;
  for (const auto* above : sounds) {
    const auto start = wall_from_us(above->cue.start_us());
    const auto id = timetable::occurrence_id(protocol::message::filler_programme, zone.date_of(start),
                                             floor<seconds>(zone.time_of_day(start)));
    const bool full = cues.size() + fillers.size() >= protocol::message::max_cues;
    if (to_us(start) < busy_until || begun.contains(id) || full) continue;
    fillers.push_back(filler_under(*above, filler, id));
    busy_until = fillers.back().cue.start_us() + fillers.back().cue.duration_us();
  }
  return fillers;
}

}  // namespace loa::headend::planner
