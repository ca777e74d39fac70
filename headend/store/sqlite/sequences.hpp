#pragma once
#include "headend/store/sequences.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteSequences final : public Sequences {
 public:
  explicit SqliteSequences(Connection& sql) : sql_(sql) {}
  Result<std::uint64_t> next(const std::string& counter, std::uint64_t floor = 1) override;
  Result<std::uint64_t> last(const std::string& counter) override;
  Result<bool> raise(const std::string& counter, std::uint64_t seen) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
