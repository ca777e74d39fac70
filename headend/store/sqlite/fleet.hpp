#pragma once
#include "headend/store/fleet.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteFleet final : public Fleet {
 public:
  explicit SqliteFleet(Connection& sql) : sql_(sql) {}
  Result<void> put(const model::StationStatus& status) override;
  Result<std::optional<model::StationStatus>> status(const std::string& station) override;
  Result<std::vector<model::StationStatus>> statuses() override;
  Result<void> put_fault(const model::FaultRecord& fault) override;
  Result<std::optional<model::FaultRecord>> fault(const std::string& station, std::string_view code) override;
  Result<std::vector<model::FaultRecord>> faults() override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
