#include <algorithm>

#include "headend/store/database.hpp"

namespace loa::headend::store {
namespace {

StationStatus status_of(const Row& row) {
  StationStatus status;
  status.station = row.text(0);
  status.online = row.integer(1) != 0;
  status.online_since = row.instant(2);
  status.boot = row.text(3);
  if (row.is_null(4)) return status;
  const auto bytes = row.view(4);
  status.status.emplace().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  status.status_received = row.instant(5);
  return status;
}

FaultRecord fault_of(const Row& row) {
  return {row.text(0),    row.text(1),    row.number<v1::FaultState>(2),
          row.instant(3), row.instant(4), row.number<std::uint32_t>(5),
          row.text(6)};
}

}  // namespace

bool is_of_headend(std::string_view code) {
  return code == "unreachable" || code == clock_off || code == identity_twice || code == removed_unheard ||
         code == plan_behind || code == proofs_lost || code.starts_with("proof-");
}

Result<void> Store::put_online(const std::string& station, bool online, const std::string& boot, WallTime now) {
  return database_->sql->run(
      "INSERT INTO station_status (station, online, online_since_us, boot) VALUES (?,?,?,?) "
      "ON CONFLICT (station) DO UPDATE SET "
      "online_since_us = CASE WHEN online = excluded.online AND NOT (excluded.online = 0 AND "
      "coalesce(status_received_us, 0) > online_since_us) THEN online_since_us ELSE excluded.online_since_us END, "
      "online = excluded.online, boot = excluded.boot",
      station, online, now, boot);
}

Result<void> Store::put_status(const std::string& station, const v1::Status& status, WallTime now) {
  const auto bytes = status.SerializeAsString();
  return database_->sql->run(
      "INSERT INTO station_status VALUES (?,1,?,'',?,?) ON CONFLICT (station) DO UPDATE SET status = excluded.status, "
      "status_received_us = excluded.status_received_us",
      station, now, Blob{bytes}, now);
}

Result<std::vector<StationStatus>> Store::statuses() {
  std::vector<StationStatus> statuses;
  LOA_TRY(database_->sql->each(
      "SELECT station, online, online_since_us, boot, status, status_received_us FROM station_status ORDER BY station",
      [&](const Row& row) { statuses.push_back(status_of(row)); }));
  return statuses;
}

Result<void> Store::put_fault(const FaultRecord& fault) {
  return database_->sql->run(
      "INSERT INTO faults VALUES (?,?,?,?,?,?,?) ON CONFLICT (station, code) DO UPDATE SET state = excluded.state, "
      "since_us = excluded.since_us, changed_us = excluded.changed_us, count = excluded.count, text = excluded.text",
      fault.station, fault.code, fault.state, fault.since, fault.changed, fault.count, fault.text);
}

Result<void> Store::raise_fault(const std::string& station, std::string_view code, const std::string& text,
                                WallTime now) {
  FaultRecord fault{station, std::string{code}, v1::FAULT_STATE_NEW, now, now, 1, text};
  LOA_TRY_LET(const auto known, standing(station, code));
  if (known) {
    fault.since = known->state == v1::FAULT_STATE_RESOLVED ? now : known->since;
    fault.state = known->state == v1::FAULT_STATE_ACKNOWLEDGED ? known->state : fault.state;
    fault.count = known->count + 1;
  }
  return put_fault(fault);
}

Result<void> Store::resolve_fault(const std::string& station, std::string_view code, WallTime now) {
  LOA_TRY_LET(auto known, standing(station, code));
  if (!known || known->state == v1::FAULT_STATE_RESOLVED) return {};
  known->state = v1::FAULT_STATE_RESOLVED;
  known->since = known->changed = now;
  return put_fault(*known);
}

Result<std::optional<FaultRecord>> Store::standing(const std::string& station, std::string_view code) {
  LOA_TRY_LET(auto all, faults());
  for (auto& fault : all) {
    if (fault.station == station && fault.code == code) return std::move(fault);
  }
  return std::nullopt;
}

Result<std::vector<FaultRecord>> Store::faults() {
  std::vector<FaultRecord> faults;
  LOA_TRY(database_->sql->each(
      "SELECT station, code, state, since_us, changed_us, count, text FROM faults WHERE state <> ? ORDER BY station, "
      "code",
      [&](const Row& row) { faults.push_back(fault_of(row)); }, v1::FAULT_STATE_RESET));
  return faults;
}

/// The head-end's own clock may have been put back since the last one: findings of a station stay in the order in which
/// they were found. One of the head-end's own clock takes the place of those that begin later, because it shows their
/// time once more; what came then is read as having come later, never sooner (report/evidence).
Result<void> Store::put_clock_finding(const ClockFinding& finding) {
  return transaction([&]() -> Result<void> {
    LOA_TRY_LET(const auto known, clock_findings(finding.station));
    const ClockFinding last = known.empty() ? ClockFinding{finding.station, finding.since, Micros{0}} : known.back();
    if (std::chrono::abs(finding.ahead - last.ahead) <= clock_tolerance) return {};
    const bool own = finding.station.empty();
    if (own)
      LOA_TRY(database_->sql->run("DELETE FROM clock_findings WHERE station = '' AND since_us > ?", finding.since));
    return database_->sql->run("INSERT OR REPLACE INTO clock_findings VALUES (?,?,?)", finding.station,
                               own ? finding.since : std::max(finding.since, last.since), finding.ahead.count());
  });
}

Result<std::vector<ClockFinding>> Store::clock_findings(const std::string& station) {
  std::vector<ClockFinding> findings;
  LOA_TRY(database_->sql->each(
      "SELECT since_us, ahead_us FROM clock_findings WHERE station = ? ORDER BY since_us",
      [&](const Row& row) {
        findings.push_back({station, row.instant(0), Micros{row.integer(1)}});
      },
      station));
  return findings;
}

}  // namespace loa::headend::store
