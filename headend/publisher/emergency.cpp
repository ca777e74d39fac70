#include "headend/publisher/emergency.hpp"

#include "headend/publisher/record.hpp"

namespace loa::headend::publisher {
namespace {

WallTime until_of(const v1::Plan& plan, WallTime now) {
  if (plan.cues().empty()) return now;
  const auto& last = plan.cues(plan.cues_size() - 1);
  return wall_from_us(last.start_us() + last.duration_us());
}

}  // namespace

EmergencyDesk::EmergencyDesk(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings,
                             store::Store& store)
    : seals_(std::move(ward), std::move(key), store), settings_(std::move(settings)), store_(store) {}

Result<void> EmergencyDesk::order(const model::Station& station, const planner::Planned& planned,
                                  const std::string& title, const std::string& reason, WallTime now) {
  LOA_TRY_LET(auto sealed, seals_.emergency(planned.plan, now));
  model::IssuedEmergency issued;
  issued.plan = {station.id, sealed.sequence, now, sealed.not_after, std::move(sealed.bytes)};
  issued.until = until_of(planned.plan, now);
  issued.title = title;
  issued.reason = reason;
  return record_emergency(store_, issued, planned.cues);
}

Result<std::vector<std::string>> EmergencyDesk::start(const planner::EmergencyWish& wish,
                                                      const std::vector<std::string>& groups, const std::string& reason,
                                                      WallTime now) {
  std::vector<std::string> ordered;
  auto done = store_.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY_LET(const auto catalogue, unit.catalogue());
    for (const auto& station : catalogue.stations) {
      if (!station.has_speaker || !model::reaches(groups, station)) continue;
      LOA_TRY_LET(const auto planned, planner::compile_emergency(catalogue, station, now, settings_, wish));
      LOA_TRY(order(station, planned, catalogue.content(wish.object)->title, reason, now));
      ordered.push_back(station.id);
    }
    return {};
  });
  if (!done) return pass(std::move(done).error());
  if (ordered.empty()) return fail(ErrorCode::missing, "no station with a loudspeaker is in these groups");
  return ordered;
}

Result<std::vector<std::string>> EmergencyDesk::stop(const std::vector<std::string>& groups, const std::string& reason,
                                                     WallTime now) {
  return stop_where([&](const auto& station) { return model::reaches(groups, station); }, reason, now);
}

Result<bool> EmergencyDesk::stop_at(const std::string& station, const std::string& reason, WallTime now) {
  LOA_TRY_LET(const auto stopped, stop_where([&](const auto& one) { return one.id == station; }, reason, now));
  return !stopped.empty();
}

Result<std::vector<std::string>> EmergencyDesk::stop_where(const Which& which, const std::string& reason,
                                                           WallTime now) {
  std::vector<std::string> stopped;
  auto done = store_.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY_LET(const auto catalogue, unit.catalogue());
    LOA_TRY_LET(const auto newest, unit.plans().newest_emergencies());
    for (const auto& emergency : newest) {
      const auto* station = catalogue.station(emergency.plan.station);
      // Its last repetition may still be heard after its time, up to the horizon.
      const bool over = emergency.until == emergency.plan.made || now >= emergency.plan.horizon;
      if (station == nullptr || over || !which(*station)) continue;
      LOA_TRY_LET(const auto planned, planner::compile_all_clear(catalogue, *station, now, settings_,
                                                                 emergency.plan.horizon + dispatch::clock_slack));
      LOA_TRY(order(*station, planned, emergency.title, reason, now));
      stopped.push_back(station->id);
    }
    return {};
  });
  if (!done) return pass(std::move(done).error());
  return stopped;
}

}  // namespace loa::headend::publisher
