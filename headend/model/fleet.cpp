#include "headend/model/fleet.hpp"

#include <algorithm>

#include "protocol/fault/life.hpp"

namespace loa::headend::model {

bool is_of_headend(std::string_view code) {
  return code == "unreachable" || code == clock_off || code == identity_twice || code == removed_unheard ||
         code == plan_behind || code == proofs_lost || code.starts_with("proof-");
}

StationStatus with_state(const std::optional<StationStatus>& before, const std::string& station, bool online,
                         const std::string& boot, WallTime at) {
  StationStatus now = before.value_or(StationStatus{station, online, at, boot, std::nullopt, std::nullopt});
  const bool heard_since = now.status_received && *now.status_received > now.online_since;
  if (now.online != online || (!online && heard_since)) now.online_since = at;
  now.online = online;
  now.boot = boot;
  return now;
}

StationStatus with_status(const std::optional<StationStatus>& before, const std::string& station,
                          const v1::Status& status, WallTime at) {
  StationStatus now = before.value_or(StationStatus{station, true, at, {}, std::nullopt, std::nullopt});
  now.status = status;
  now.status_received = at;
  return now;
}

std::optional<ClockFinding> news_of(const std::vector<ClockFinding>& known, const ClockFinding& finding) {
  const auto last = known.empty() ? ClockFinding{finding.station, finding.since, Micros{0}} : known.back();
  if (std::chrono::abs(finding.ahead - last.ahead) <= clock_tolerance) return std::nullopt;
  const bool own = finding.station.empty();
  return ClockFinding{finding.station, own ? finding.since : std::max(finding.since, last.since), finding.ahead};
}

FaultRecord raised(const std::optional<FaultRecord>& known, const std::string& station, std::string_view code,
                   const std::string& text, WallTime now) {
  FaultRecord fault{station, std::string{code}, v1::FAULT_STATE_NEW, now, now, 1, text};
  if (!known) return fault;
  const auto next = protocol::fault::after(known->state, protocol::fault::Event::appeared);
  fault.state = next.value_or(known->state);
  fault.since = next ? now : known->since;
  fault.count = known->count + 1;
  return fault;
}

std::optional<FaultRecord> resolved(std::optional<FaultRecord> known, WallTime now) {
  if (!known) return std::nullopt;
  const auto next = protocol::fault::after(known->state, protocol::fault::Event::passed);
  if (!next) return std::nullopt;
  known->state = *next;
  known->since = known->changed = now;
  return known;
}

}  // namespace loa::headend::model
