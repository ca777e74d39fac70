#pragma once
#include "headend/store/promises.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqlitePromises final : public Promises {
 public:
  explicit SqlitePromises(Connection& sql) : sql_(sql) {}
  Result<std::vector<model::Standing>> standing(const std::string& station, WallTime from,
                                                model::PromiseKind kind) override;
  Result<std::optional<model::PlannedCue>> one(const std::string& station, const model::CueKey& key) override;
  Result<void> keep(const model::IssuedPlan& issued, model::PromiseKind kind,
                    const model::PromiseChanges& changes) override;
  Result<void> put_facts(const std::string& station, const std::vector<model::PlannedCue>& cues) override;
  Result<void> cancel_from(const std::string& station, WallTime at) override;
  Result<std::vector<model::PlannedCue>> begun(const std::string& station, WallTime since, WallTime now) override;
  Result<std::vector<model::PlannedCue>> in(model::Span span,
                                            const std::optional<std::string>& station = std::nullopt) override;
  Result<std::vector<std::string>> stations(model::Span span) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
