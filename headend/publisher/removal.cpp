#include "headend/publisher/removal.hpp"

#include <algorithm>

#include "headend/fleet/keep.hpp"
#include "headend/publisher/record.hpp"
#include "headend/timetable/timetable.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::publisher {
namespace {

namespace topic = protocol::topic;
using model::RemovedStation;

const v1::Status* status_of(const std::vector<model::StationStatus>& statuses, const RemovedStation& removed) {
  for (const auto& one : statuses) {
    const bool newer = one.status_received && *one.status_received >= removed.removed;
    if (one.station == removed.id && one.status && newer) return &*one.status;
  }
  return nullptr;
}

std::string describe(const RemovedStation& removed, const timetable::Zone& zone) {
  const auto until = timetable::format_local(removed.until, zone);
  return fmt::format(
      "trạm đã xoá nhưng chưa xác nhận đã im: có thể còn phát theo kế hoạch cũ đến {} · removed, but not heard to be "
      "silent: it may go on with its last plan until {}",
      until, until);
}

}  // namespace

RemovalDesk::RemovalDesk(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings,
                         store::Store& store, EmergencyDesk& emergencies)
    : seals_(std::move(ward), std::move(key), store),
      settings_(std::move(settings)),
      store_(store),
      emergencies_(emergencies) {}

Result<RemovedStation> RemovalDesk::remove(const std::string& id, WallTime now) {
  RemovedStation removed;
  auto done = store_.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY_LET(const auto catalogue, unit.catalogue());
    const auto* station = catalogue.station(id);
    if (station == nullptr) {
      return fail(ErrorCode::missing, "there is no station \"{}\": `loa station list` shows them", id);
    }
    LOA_TRY(emergencies_.stop_at(id, "station removed", now));
    LOA_TRY_LET(removed, silence(catalogue, *station, now));
    LOA_TRY(unit.stations().put_removed(removed));
    LOA_TRY(leave_faults(removed, now));
    return drop_station(store_, id, now);
  });
  if (!done) return pass(std::move(done).error());
  return removed;
}

/// The farewell is valid for as long as anything could still sound without it.
Result<RemovedStation> RemovalDesk::silence(const model::Catalogue& catalogue, const model::Station& station,
                                            WallTime now) {
  RemovedStation removed{station.id, now, station.key, station.mqtt_password_hash, 0, now, std::nullopt, now};
  LOA_TRY_LET(const auto plan, store_.plans().newest(station.id));
  LOA_TRY_LET(const auto statuses, store_.fleet().statuses());
  // One that obeys a plan has said so, and its status stands retained: the head-end knows of it whoever was away.
  const bool heard = std::any_of(statuses.begin(), statuses.end(),
                                 [&](const auto& one) { return one.station == station.id && one.status; });
  if (!plan || plan->horizon <= now || !heard) return removed;
  removed.until = plan->horizon;
  removed.closed.reset();
  LOA_TRY_LET(const auto planned, planner::compile_all_clear(catalogue, station, now, settings_, removed.until));
  LOA_TRY_LET(auto sealed, seals_.plan(planned.plan, now));
  removed.plan_sequence = sealed.sequence;
  LOA_TRY(
      record_plan(store_, {station.id, sealed.sequence, now, sealed.not_after, std::move(sealed.bytes)}, planned.cues));
  return removed;
}

/// What ailed it is nobody's concern any more; that it may go on is.
Result<void> RemovalDesk::leave_faults(const RemovedStation& removed, WallTime now) {
  LOA_TRY_LET(auto faults, store_.fleet().faults());
  for (auto& fault : faults) {
    if (fault.station != removed.id) continue;
    fault.state = v1::FAULT_STATE_RESET;
    fault.changed = now;
    LOA_TRY(store_.fleet().put_fault(fault));
  }
  if (removed.closed) return {};
  return fleet::raise_fault(store_, removed.id, model::removed_unheard, describe(removed, settings_.zone), now);
}

Result<bool> Farewells::step(WallTime now, const Outlet& outlet) {
  bool done = false;
  LOA_TRY_LET(auto leaving, store_.stations().removed());
  std::erase_if(leaving, [](const auto& one) { return one.closed.has_value(); });
  waiting_ = !leaving.empty();
  if (!waiting_) return done;
  LOA_TRY_LET(const auto catalogue, store_.catalogue());
  LOA_TRY_LET(const auto statuses, store_.fleet().statuses());
  for (auto& one : leaving) {
    const bool again = catalogue.station(one.id) != nullptr;  // another box has its name, login and topics now
    const auto* status = again ? nullptr : status_of(statuses, one);
    const auto before = one;
    if (!one.silent && status != nullptr && status->plan_sequence() >= one.plan_sequence) one.silent = now;
    const bool empty = one.silent && status != nullptr && status->proofs_waiting() == 0;
    if (empty || now >= one.until) one.closed = now;
    if (one.silent != before.silent || one.closed != before.closed) LOA_TRY(settle(one, now));
    if (!again && !one.silent && !one.closed) LOA_TRY(hand_out(one, outlet));
    done = done || one.closed.has_value();
  }
  return done;
}

Result<void> Farewells::hand_out(const RemovedStation& removed, const Outlet& outlet) {
  if (handed_out_[removed.id] == removed.plan_sequence) return {};
  LOA_TRY_LET(const auto plan, store_.plans().newest(removed.id));
  if (!plan || plan->sequence != removed.plan_sequence) return {};
  outlet({topic::of_station(ward_, removed.id, topic::Leaf::plan), plan->sealed, true});
  handed_out_[removed.id] = removed.plan_sequence;
  return {};
}

Result<void> Farewells::settle(const RemovedStation& removed, WallTime now) {
  return store_.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(unit.stations().put_removed(removed));
    LOA_TRY(fleet::resolve_fault(unit, removed.id, model::removed_unheard, now));
    if (!removed.silent) return {};  // it never said so: a person may want to look
    LOA_TRY_LET(auto faults, unit.fleet().faults());
    for (auto& fault : faults) {
      if (fault.station != removed.id || fault.code != model::removed_unheard) continue;
      fault.state = v1::FAULT_STATE_RESET;
      LOA_TRY(unit.fleet().put_fault(fault));
    }
    return {};
  });
}

Result<std::vector<RemovedStation>> leaving_stations(store::Store& store) {
  LOA_TRY_LET(auto removed, store.stations().removed());
  LOA_TRY_LET(const auto catalogue, store.catalogue());
  std::erase_if(removed, [&](const auto& one) { return one.closed || catalogue.station(one.id) != nullptr; });
  return removed;
}

}  // namespace loa::headend::publisher
