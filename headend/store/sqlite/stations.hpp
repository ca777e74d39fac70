#pragma once
#include "headend/store/sqlite/connection.hpp"
#include "headend/store/stations.hpp"

namespace loa::headend::store::sqlite {

class SqliteStations final : public Stations {
 public:
  explicit SqliteStations(Connection& sql) : sql_(sql) {}
  Result<void> put(const model::Station& station) override;
  Result<void> remove(const std::string& id) override;
  Result<void> put_volumes(const std::string& station, const std::vector<model::Volume>& volumes) override;
  Result<void> put_group(const model::Group& group) override;
  Result<void> remove_group(const std::string& id) override;
  Result<void> put_removed(const model::RemovedStation& removed) override;
  Result<std::vector<model::RemovedStation>> removed() override;
  Result<std::vector<std::string>> gone() override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
