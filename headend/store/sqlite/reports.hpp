#pragma once
#include "headend/store/reports.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteReports final : public Reports {
 public:
  explicit SqliteReports(Connection& sql) : sql_(sql) {}
  Result<std::vector<model::ReportRevision>> revisions(model::LocalDate from, model::LocalDate to,
                                                       const std::string& station) override;
  Result<void> put(const model::ReportRevision& revision) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
