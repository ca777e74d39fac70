#include "headend/planner/emergency.hpp"

#include "headend/planner/facts.hpp"
#include "headend/planner/policy_message.hpp"
#include "headend/timetable/timetable.hpp"
#include "protocol/message/check.hpp"

namespace loa::headend::planner {
namespace {

using protocol::message::emergency_programme;

/// A plan that says everything but its cues.
v1::Plan frame_of(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                  const Settings& settings) {
  v1::Plan plan;
  plan.set_station(station.id);
  plan.set_made_us(to_us(now));
  plan.set_content_url(settings.content_url);
  *plan.mutable_policy() = policy_message(catalogue, settings.zone.date_of(now), settings);
  return plan;
}

v1::Cue cue_of(const model::Content& content, const model::Station& station, const Settings& settings,
               const std::string& occurrence, WallTime start) {
  v1::Cue cue;
  cue.set_occurrence(occurrence);
  cue.set_cue_class(v1::CUE_CLASS_EMERGENCY);
  cue.set_medium(v1::MEDIUM_AUDIO);
  cue.set_category(std::string{emergency_programme});
  cue.set_start_us(to_us(start + station.stagger));
  cue.set_duration_us(timetable::position_of(content.frames).count());
  cue.set_object(std::string{content.object.view()});
  cue.set_gain_cb(station.gain_cb);
  cue.set_required_grade(settings.required_grade);
  cue.set_stagger_us(station.stagger.count());
  cue.set_title(short_title(content.title));
  return cue;
}

Result<Planned> checked(Planned planned, const std::string& station) {
  auto sound = protocol::message::check(planned.plan);
  if (sound) sound = protocol::message::check_slot(planned.plan, v1::KIND_EMERGENCY);
  if (sound) return planned;
  return pass(std::move(sound).error(), fmt::format("cannot order the emergency for station '{}'", station));
}

}  // namespace

Result<Planned> compile_emergency(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                                  const Settings& settings, const EmergencyWish& wish) {
  const auto* content = catalogue.content(wish.object);
  if (content == nullptr || content->medium != v1::MEDIUM_AUDIO || content->frames <= 0)
    return fail(ErrorCode::missing, "content {} is no sound of this ward", wish.object.hex().substr(0, 12));
  Planned planned;
  auto& plan = planned.plan = frame_of(catalogue, station, now, settings);
  const auto time = std::chrono::floor<std::chrono::seconds>(settings.zone.time_of_day(wish.start));
  const auto occurrence = timetable::occurrence_id(emergency_programme, settings.zone.date_of(wish.start), time);
  const auto facts = Facts{catalogue, station}.of_sound(std::string{emergency_programme}, content->title);
  for (unsigned i = 0; i < wish.repeat; ++i) {
    const auto from = timetable::position_of(content->frames * i);
    auto cue = cue_of(*content, station, settings, occurrence, wish.start + from);
    cue.set_segment(i);
    cue.set_duration_us((timetable::position_of(content->frames * (i + 1)) - from).count());
    // Everybody hears it whole at least once: earlier ones are joined in place, with the neighbours.
    if (i + 1 == wish.repeat) {
      cue.set_late_policy(v1::LATE_POLICY_WHOLE);
      cue.set_late_limit_us(emergency_late_limit.count());
    }
    planned.cues.push_back({station.id, cue, wish.start + station.stagger, 0, std::nullopt, facts});
    *plan.add_cues() = std::move(cue);
  }
  const auto& last = plan.cues(plan.cues_size() - 1);
  plan.set_horizon_us(last.start_us() + 2 * last.duration_us() + emergency_late_limit.count());
  auto* object = plan.add_objects();
  object->set_sha256(std::string{content->object.view()});
  object->set_bytes(content->bytes);
  object->set_medium(content->medium);
  return checked(std::move(planned), station.id);
}

Result<Planned> compile_all_clear(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                                  const Settings& settings, WallTime horizon) {
  Planned planned;
  planned.plan = frame_of(catalogue, station, now, settings);
  planned.plan.set_horizon_us(to_us(std::max(horizon, now + std::chrono::hours{24})));
  return checked(std::move(planned), station.id);
}

}  // namespace loa::headend::planner
