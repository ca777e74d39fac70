#include "headend/store/database.hpp"

namespace loa::headend::store {

Result<std::vector<ReportRevision>> Store::revisions(LocalDate from, LocalDate to, const std::string& station) {
  std::vector<ReportRevision> revisions;
  LOA_TRY(database_->sql->each(
      "SELECT number, made_us, figures FROM report_revisions WHERE from_day = ? AND to_day = ? AND station = ? "
      "ORDER BY number",
      [&](const Row& row) {
        revisions.push_back({from, to, station, row.number<std::uint32_t>(0), row.instant(1), row.text(2)});
      },
      days_of(from), days_of(to), station));
  return revisions;
}

Result<void> Store::put_revision(const ReportRevision& revision) {
  return database_->sql->run("INSERT INTO report_revisions VALUES (?,?,?,?,?,?)", days_of(revision.from),
                             days_of(revision.to), revision.station, revision.number, revision.made, revision.figures);
}

}  // namespace loa::headend::store
