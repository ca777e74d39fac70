#include "headend/store/sqlite/reports.hpp"

#include "headend/store/sqlite/columns.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr auto revisions_table =
    table("report_revisions", field<&model::ReportRevision::from>("from_day", Role::key),
          field<&model::ReportRevision::to>("to_day", Role::key),
          field<&model::ReportRevision::station>("station", Role::key),
          field<&model::ReportRevision::number>("number", Role::key), field<&model::ReportRevision::made>("made_us"),
          field<&model::ReportRevision::figures>("figures"));

}  // namespace

Result<std::vector<model::ReportRevision>> SqliteReports::revisions(model::LocalDate from, model::LocalDate to,
                                                                    const std::string& station) {
  return select(sql_, revisions_table, "WHERE from_day = ? AND to_day = ? AND station = ? ORDER BY number", from, to,
                station);
}

Result<void> SqliteReports::put(const model::ReportRevision& revision) {
  return insert(sql_, revisions_table, revision);
}

}  // namespace loa::headend::store::sqlite
