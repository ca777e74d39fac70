#pragma once
#include "headend/store/findings.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteFindings final : public Findings {
 public:
  explicit SqliteFindings(Connection& sql) : sql_(sql) {}
  Result<void> put_clock(const model::ClockFinding& finding) override;
  Result<std::vector<model::ClockFinding>> clocks(const std::string& station) override;
  Result<void> put_journal(const model::JournalLife& journal) override;
  Result<std::vector<model::JournalLife>> journals(const std::string& station) override;
  Result<void> put_conflict(const model::IdentityConflict& conflict) override;
  Result<std::vector<model::IdentityConflict>> conflicts(
      const std::optional<std::string>& station = std::nullopt) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
