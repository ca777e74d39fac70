#pragma once
#include "headend/store/plans.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqlitePlans final : public Plans {
 public:
  explicit SqlitePlans(Connection& sql) : sql_(sql) {}
  Result<void> put(const model::IssuedPlan& issued) override;
  Result<std::optional<model::IssuedPlan>> newest(const std::string& station) override;
  Result<std::map<std::string, model::PlanHead>> heads() override;
  Result<std::optional<WallTime>> first(const std::optional<std::string>& station = std::nullopt) override;
  Result<void> put_emergency(const model::IssuedEmergency& issued) override;
  Result<std::vector<model::IssuedEmergency>> newest_emergencies() override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
