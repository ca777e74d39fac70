#include "headend/store/sqlite/plans.hpp"

#include "headend/store/sqlite/columns.hpp"
#include "headend/store/sqlite/distinct.hpp"

namespace loa::headend::store::sqlite {
namespace {

/// Sealed plans are large; this many of a station are kept whole, of older ones the line.
constexpr int plans_kept_whole = 3;
constexpr int emergencies_kept_whole = 1;

constexpr auto plans_table =
    table("plans", field<&model::IssuedPlan::station>("station", Role::key),
          field<&model::IssuedPlan::sequence>("sequence", Role::key), field<&model::IssuedPlan::made>("made_us"),
          field<&model::IssuedPlan::horizon>("horizon_us"), bytes<&model::IssuedPlan::sealed>("sealed"));

using Emergency = model::IssuedEmergency;
constexpr auto emergencies_table =
    table("emergencies", part<&Emergency::plan, &model::IssuedPlan::station>("station", Role::key),
          part<&Emergency::plan, &model::IssuedPlan::sequence>("sequence", Role::key),
          part<&Emergency::plan, &model::IssuedPlan::made>("made_us"),
          part<&Emergency::plan, &model::IssuedPlan::horizon>("horizon_us"), field<&Emergency::until>("until_us"),
          field<&Emergency::title>("title"), field<&Emergency::reason>("reason"),
          Column<Emergency>{"sealed", [](Binder& binder, const Emergency& from) { binder.add(Blob{from.plan.sealed}); },
                            [](const Row& row, int column, Emergency& into) { into.plan.sealed = row.text(column); }});

/// Empties the one row that is no more among the newest: the others were emptied when they left.
Result<void> drop_bytes(Connection& sql, const std::string& table, const std::string& station, int kept_whole) {
  return sql.run("UPDATE " + table + " SET sealed = ? WHERE station = ? AND sequence = (SELECT sequence FROM " + table +
                     " WHERE station = ? ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
                 Blob{}, station, station, kept_whole);
}

/// Makes the query of the newest row of each station. CROSS JOIN looks each one up, in the order that is written.
std::string newest_of(const std::string& columns, const std::string& table) {
  const auto newest = "SELECT station AS known, (SELECT max(sequence) FROM " + table +
                      " one WHERE one.station = each_station.station) AS newest FROM (" + distinct(table, "station") +
                      ") each_station";
  return "SELECT " + columns + " FROM (" + newest + ") heads CROSS JOIN " + table +
         " WHERE station = known AND sequence = newest ORDER BY station";
}

}  // namespace

Result<void> SqlitePlans::put(const model::IssuedPlan& issued) {
  return sql_.transaction([&]() -> Result<void> {
    LOA_TRY(insert(sql_, plans_table, issued));
    return drop_bytes(sql_, "plans", issued.station, plans_kept_whole);
  });
}

Result<std::optional<model::IssuedPlan>> SqlitePlans::newest(const std::string& station) {
  return select_one(sql_, plans_table, "WHERE station = ? ORDER BY sequence DESC LIMIT 1", station);
}

Result<std::map<std::string, model::PlanHead>> SqlitePlans::heads() {
  std::map<std::string, model::PlanHead> heads;
  LOA_TRY(sql_.each(newest_of("station, sequence, made_us", "plans"), [&](const Row& row) {
    heads[row.text(0)] = {row.as<std::uint64_t>(1), row.instant(2)};
  }));
  return heads;
}

Result<std::optional<WallTime>> SqlitePlans::first(const std::optional<std::string>& station) {
  std::optional<WallTime> first;
  const auto keep = [&](const Row& row) { first = row.as<std::optional<WallTime>>(0); };
  if (station) {
    LOA_TRY(sql_.each("SELECT min(made_us) FROM plans WHERE station = ?", keep, *station));
  } else {
    const auto of_each = "SELECT (SELECT min(made_us) FROM plans one WHERE one.station = known.station) AS made_us";
    LOA_TRY(sql_.each("SELECT min(made_us) FROM (" + std::string{of_each} + " FROM (" + distinct("plans", "station") +
                          ") known) firsts",
                      keep));
  }
  return first;
}

Result<void> SqlitePlans::put_emergency(const model::IssuedEmergency& issued) {
  return sql_.transaction([&]() -> Result<void> {
    LOA_TRY(insert(sql_, emergencies_table, issued));
    return drop_bytes(sql_, "emergencies", issued.plan.station, emergencies_kept_whole);
  });
}

Result<std::vector<model::IssuedEmergency>> SqlitePlans::newest_emergencies() {
  std::vector<model::IssuedEmergency> newest;
  LOA_TRY(sql_.each(newest_of(names_of(emergencies_table), "emergencies"),
                    [&](const Row& row) { newest.push_back(value_of(emergencies_table, row)); }));
  return newest;
}

}  // namespace loa::headend::store::sqlite
