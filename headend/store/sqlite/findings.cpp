#include "headend/store/sqlite/findings.hpp"

#include "headend/store/sqlite/columns.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr auto clocks_table =
    table("clock_findings", field<&model::ClockFinding::station>("station", Role::key),
          field<&model::ClockFinding::since>("since_us", Role::key), field<&model::ClockFinding::ahead>("ahead_us"));

constexpr auto journals_table =
    table("journals", field<&model::JournalLife::station>("station", Role::key),
          field<&model::JournalLife::epoch>("epoch", Role::key), field<&model::JournalLife::began>("began_us"));

constexpr auto conflicts_table =
    table("identity_conflicts", field<&model::IdentityConflict::station>("station", Role::key),
          field<&model::IdentityConflict::since>("since_us", Role::key),
          field<&model::IdentityConflict::counted>("counted", Role::once),
          field<&model::IdentityConflict::ended>("ended_us"));

}  // namespace

Result<void> SqliteFindings::put_clock(const model::ClockFinding& finding) {
  return sql_.transaction([&]() -> Result<void> {
    LOA_TRY(sql_.run("DELETE FROM clock_findings WHERE station = ? AND since_us >= ?", finding.station, finding.since));
    return upsert(sql_, clocks_table, finding);
  });
}

Result<std::vector<model::ClockFinding>> SqliteFindings::clocks(const std::string& station) {
  return select(sql_, clocks_table, "WHERE station = ? ORDER BY since_us", station);
}

/// An unchanged word is written no more, because every status repeats it.
Result<void> SqliteFindings::put_journal(const model::JournalLife& journal) {
  return sql_.bound(upsert_of(journals_table) + " WHERE journals.began_us <> excluded.began_us",
                    values_of(journals_table, journal));
}

Result<std::vector<model::JournalLife>> SqliteFindings::journals(const std::string& station) {
  return select(sql_, journals_table, "WHERE station = ? ORDER BY began_us, epoch", station);
}

Result<void> SqliteFindings::put_conflict(const model::IdentityConflict& conflict) {
  return upsert(sql_, conflicts_table, conflict);
}

Result<std::vector<model::IdentityConflict>> SqliteFindings::conflicts(const std::optional<std::string>& station) {
  if (station) return select(sql_, conflicts_table, "WHERE station = ? ORDER BY since_us", *station);
  return select(sql_, conflicts_table, "ORDER BY station, since_us");
}

}  // namespace loa::headend::store::sqlite
