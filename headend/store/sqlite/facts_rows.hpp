#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/store/sqlite/connection.hpp"

/// Facts of promises as rows: each distinct set stands once, whoever counts for it.
namespace loa::headend::store::sqlite {

/// Finds, or makes, the rows of facts while a plan is written.
class FactsWriter {
 public:
  explicit FactsWriter(Connection& sql) : sql_(sql) {}
  /// @return the row; absent for null
  Result<std::optional<std::int64_t>> row_of(const std::shared_ptr<const model::PromiseFacts>& facts);
  Result<std::int64_t> row_of(const model::PromiseFacts& facts);

 private:
  Connection& sql_;
  std::map<std::shared_ptr<const model::PromiseFacts>, std::int64_t> known_;
};

/// Reads the facts of cues, each row once.
class FactsReader {
 public:
  explicit FactsReader(Connection& sql) : sql_(sql) {}
  /// @param row  absent: null
  /// @error invalid: the row is no facts
  Result<std::shared_ptr<const model::PromiseFacts>> facts_of(std::optional<std::int64_t> row);

 private:
  Connection& sql_;
  std::map<std::int64_t, std::shared_ptr<const model::PromiseFacts>> known_;
};

}  // namespace loa::headend::store::sqlite
