#pragma once
#include "headend/store/library.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteLibrary final : public Library {
 public:
  explicit SqliteLibrary(Connection& sql) : sql_(sql) {}
  Result<void> put_category(const model::Category& category) override;
  Result<void> remove_category(const std::string& id) override;
  Result<void> put(const model::Content& content) override;
  Result<std::optional<model::Content>> content(const model::Sha256& object) override;
  Result<void> remove(const model::Sha256& object) override;
  Result<void> put_filler(const std::optional<model::Sha256>& object) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
