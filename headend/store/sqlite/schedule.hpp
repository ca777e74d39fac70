#pragma once
#include "headend/store/schedule.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteSchedule final : public Schedule {
 public:
  explicit SqliteSchedule(Connection& sql) : sql_(sql) {}
  Result<void> put_programme(const model::Programme& programme) override;
  Result<void> remove_programme(const std::string& id) override;
  Result<void> put_slogan(const model::Slogan& slogan) override;
  Result<void> remove_slogan(const std::string& id) override;
  Result<void> put_brightness(const std::vector<model::Brightness>& stretches) override;
  Result<void> put_policy(const model::Policy& policy) override;
  Result<void> remove_policy(const std::string& id) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
