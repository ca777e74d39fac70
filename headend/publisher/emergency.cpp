#include "headend/publisher/emergency.hpp"

#include "protocol/seal/seal.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono;

constexpr hours clock_slack{1};  // a station's clock may be a little behind ours

WallTime until_of(const v1::Plan& plan, WallTime now) {
  if (plan.cues().empty()) return now;
  const auto& last = plan.cues(plan.cues_size() - 1);
  return wall_from_us(last.start_us() + last.duration_us());
}

}  // namespace

EmergencyDesk::EmergencyDesk(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings,
                             store::Store& store)
    : ward_(std::move(ward)), key_(std::move(key)), settings_(std::move(settings)), store_(store) {}

Result<void> EmergencyDesk::order(const store::Station& station, const planner::Planned& planned,
                                  const std::string& title, const std::string& reason, WallTime now) {
  protocol::seal::Address address;
  address.ward = ward_;
  address.sender = "headend";
  address.audience = "station/" + station.id;
  address.kind = v1::KIND_EMERGENCY;
  address.not_before = now - clock_slack;
  address.not_after = wall_from_us(planned.plan.horizon_us());
  address.signed_at = now;
  const auto floor = static_cast<std::uint64_t>(std::chrono::floor<seconds>(now).time_since_epoch().count());
  LOA_TRY_LET(address.sequence, store_.next_sequence("emergency/" + station.id, floor));
  store::IssuedEmergency issued;
  issued.plan = {station.id, address.sequence, now, address.not_after,
                 protocol::seal::seal(address, planned.plan.SerializeAsString(), key_)};
  issued.until = until_of(planned.plan, now);
  issued.title = title;
  issued.reason = reason;
  return store_.record_emergency(issued, planned.cues);
}

Result<std::vector<std::string>> EmergencyDesk::start(const planner::EmergencyWish& wish,
                                                      const std::vector<std::string>& groups, const std::string& reason,
                                                      WallTime now) {
  std::vector<std::string> ordered;
  auto done = store_.transaction([&]() -> Result<void> {
    LOA_TRY_LET(const auto catalogue, store_.catalogue());
    for (const auto& station : catalogue.stations) {
      if (!station.has_speaker || !store::reaches(groups, station)) continue;
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
  std::vector<std::string> stopped;
  auto done = store_.transaction([&]() -> Result<void> {
    LOA_TRY_LET(const auto catalogue, store_.catalogue());
    LOA_TRY_LET(const auto newest, store_.newest_emergencies());
    for (const auto& emergency : newest) {
      const auto* station = catalogue.station(emergency.plan.station);
      // Its last repetition may still be heard after its time, up to the horizon.
      const bool over = emergency.until == emergency.plan.made || now >= emergency.plan.horizon;
      if (station == nullptr || over || !store::reaches(groups, *station)) continue;
      LOA_TRY_LET(const auto planned, planner::compile_all_clear(catalogue, *station, now, settings_,
                                                                 emergency.plan.horizon + clock_slack));
      LOA_TRY(order(*station, planned, emergency.title, reason, now));
      stopped.push_back(station->id);
    }
    return {};
  });
  if (!done) return pass(std::move(done).error());
  return stopped;
}

}  // namespace loa::headend::publisher
