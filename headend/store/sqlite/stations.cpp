#include "headend/store/sqlite/stations.hpp"

#include <optional>

#include "headend/store/sqlite/catalogue_tables.hpp"
#include "headend/store/sqlite/distinct.hpp"
#include "headend/store/sqlite/outcomes.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr auto removed_table =
    table("removed_stations", field<&model::RemovedStation::id>("station", Role::key),
          field<&model::RemovedStation::removed>("removed_us", Role::key),
          field<&model::RemovedStation::key>("key", Role::once),
          field<&model::RemovedStation::mqtt_password_hash>("mqtt_password_hash", Role::once),
          field<&model::RemovedStation::plan_sequence>("plan_sequence", Role::once),
          field<&model::RemovedStation::until>("until_us", Role::once),
          field<&model::RemovedStation::silent>("silent_us"), field<&model::RemovedStation::closed>("closed_us"));

}  // namespace

Result<void> SqliteStations::put(const model::Station& station) {
  return stored(sql_.transaction([&]() -> Result<void> {
    LOA_TRY(upsert(sql_, stations_table, station));
    LOA_TRY(sql_.run("DELETE FROM station_groups WHERE station = ?", station.id));
    return put_children(sql_, station_groups, station.id, station.groups);
  }),
                "station", station.id);
}

Result<void> SqliteStations::remove(const std::string& id) {
  return sqlite::removed(sql_, sql_.run("DELETE FROM stations WHERE id = ?", id), "station", id);
}

Result<void> SqliteStations::put_volumes(const std::string& station, const std::vector<model::Volume>& volumes) {
  return stored(sql_.transaction([&]() -> Result<void> {
    LOA_TRY(sql_.run("DELETE FROM station_volumes WHERE station = ?", station));
    return put_children(sql_, station_volumes, station, volumes);
  }),
                "volumes of station", station);
}

Result<void> SqliteStations::put_group(const model::Group& group) { return upsert(sql_, groups_table, group); }

Result<void> SqliteStations::remove_group(const std::string& id) {
  if (id == model::everyone) return fail(ErrorCode::busy, "the group '{}' is every station: it cannot be removed", id);
  return sqlite::removed(sql_, sql_.run("DELETE FROM groups WHERE id = ?", id), "group", id);
}

Result<void> SqliteStations::put_removed(const model::RemovedStation& removed) {
  return upsert(sql_, removed_table, removed);
}

Result<std::vector<model::RemovedStation>> SqliteStations::removed() {
  return select(sql_, removed_table, "ORDER BY removed_us, station");
}

Result<std::vector<std::string>> SqliteStations::gone() {
  std::vector<std::string> gone;
  const auto known = "SELECT station FROM (" + distinct("plans", "station") + ") a UNION SELECT station FROM (" +
                     distinct("emergencies", "station") + ") b";
  LOA_TRY(
      sql_.each("SELECT station FROM (" + known + ") c WHERE station NOT IN (SELECT id FROM stations) ORDER BY station",
                [&](const Row& row) { gone.push_back(row.text(0)); }));
  return gone;
}

}  // namespace loa::headend::store::sqlite
