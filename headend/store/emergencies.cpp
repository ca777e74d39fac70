#include "headend/store/database.hpp"

namespace loa::headend::store {

Result<void> Store::record_emergency(const IssuedEmergency& issued, const std::vector<PlannedCue>& cues) {
  auto& sql = *database_->sql;
  const auto& plan = issued.plan;
  return sql.transaction([&]() -> Result<void> {
    LOA_TRY(sql.run("INSERT INTO emergencies VALUES (?,?,?,?,?,?,?,?)", plan.station, plan.sequence, plan.made,
                    plan.horizon, issued.until, issued.title, issued.reason, Blob{plan.sealed}));
    LOA_TRY(sql.run("UPDATE emergencies SET sealed = x'' WHERE station = ? AND sequence < ? AND sealed <> x''",
                    plan.station, plan.sequence));
    return record_cues(sql, plan, cues, true);
  });
}

Result<std::vector<IssuedEmergency>> Store::newest_emergencies() {
  std::vector<IssuedEmergency> newest;
  LOA_TRY(database_->sql->each(
      "SELECT station, max(sequence), made_us, horizon_us, sealed, until_us, title, reason FROM emergencies "
      "GROUP BY station ORDER BY station",
      [&](const Row& row) {
        newest.push_back({{row.text(0), row.number<std::uint64_t>(1), row.instant(2), row.instant(3), row.text(4)},
                          row.instant(5),
                          row.text(6),
                          row.text(7)});
      }));
  return newest;
}

Result<std::vector<std::string>> Store::stations_gone() {
  std::vector<std::string> gone;
  LOA_TRY(
      database_->sql->each("SELECT station FROM (SELECT station FROM plans UNION SELECT station FROM emergencies) "
                           "WHERE station NOT IN (SELECT id FROM stations) ORDER BY station",
                           [&](const Row& row) { gone.push_back(row.text(0)); }));
  return gone;
}

}  // namespace loa::headend::store
