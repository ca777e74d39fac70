#include "headend/store/sqlite/fleet.hpp"

#include "headend/store/sqlite/columns.hpp"

namespace loa::headend::store::sqlite {
namespace {

void bind_status(Binder& binder, const model::StationStatus& from) {
  if (!from.status) return binder.add(std::optional<std::int64_t>{});
  binder.add(Blob{from.status->SerializeAsString()});
}

void read_status(const Row& row, int column, model::StationStatus& into) {
  if (row.is_null(column)) return;
  const auto bytes = row.view(column);
  into.status.emplace().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

constexpr auto status_table =
    table("station_status", field<&model::StationStatus::station>("station", Role::key),
          field<&model::StationStatus::online>("online"), field<&model::StationStatus::online_since>("online_since_us"),
          field<&model::StationStatus::boot>("boot"), Column<model::StationStatus>{"status", bind_status, read_status},
          field<&model::StationStatus::status_received>("status_received_us"));

constexpr auto faults_table =
    table("faults", field<&model::FaultRecord::station>("station", Role::key),
          field<&model::FaultRecord::code>("code", Role::key), field<&model::FaultRecord::state>("state"),
          field<&model::FaultRecord::since>("since_us"), field<&model::FaultRecord::changed>("changed_us"),
          field<&model::FaultRecord::count>("count"), field<&model::FaultRecord::text>("text"));

}  // namespace

Result<void> SqliteFleet::put(const model::StationStatus& status) { return upsert(sql_, status_table, status); }

Result<std::optional<model::StationStatus>> SqliteFleet::status(const std::string& station) {
  return select_one(sql_, status_table, "WHERE station = ?", station);
}

Result<std::vector<model::StationStatus>> SqliteFleet::statuses() {
  return select(sql_, status_table, "ORDER BY station");
}

Result<void> SqliteFleet::put_fault(const model::FaultRecord& fault) { return upsert(sql_, faults_table, fault); }

Result<std::optional<model::FaultRecord>> SqliteFleet::fault(const std::string& station, std::string_view code) {
  return select_one(sql_, faults_table, "WHERE station = ? AND code = ? AND state <> ?", station, code,
                    v1::FAULT_STATE_RESET);
}

Result<std::vector<model::FaultRecord>> SqliteFleet::faults() {
  return select(sql_, faults_table, "WHERE state <> ? ORDER BY station, code", v1::FAULT_STATE_RESET);
}

}  // namespace loa::headend::store::sqlite
