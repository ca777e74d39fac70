#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headend/store/sqlite.hpp"
#include "headend/store/store.hpp"

/// Facts of promises as rows: each distinct set stands once, whoever counts for it. Only bodies in this room include
/// it.
namespace loa::headend::store {

/// Finds, or makes, the rows of facts while a plan is written.
class FactsWriter {
 public:
  explicit FactsWriter(Connection& sql) : sql_(sql) {}
  /// @return the row; absent for null
  Result<std::optional<std::int64_t>> row_of(const std::shared_ptr<const PromiseFacts>& facts);
  Result<std::int64_t> row_of(const PromiseFacts& facts);

 private:
  Connection& sql_;
  std::map<std::shared_ptr<const PromiseFacts>, std::int64_t> known_;
};

/// Reads the facts of cues, each row once.
class FactsReader {
 public:
  explicit FactsReader(Connection& sql) : sql_(sql) {}
  /// @param row  absent: null
  /// @error invalid: the row is no facts
  Result<std::shared_ptr<const PromiseFacts>> facts_of(std::optional<std::int64_t> row);

 private:
  Connection& sql_;
  std::map<std::int64_t, std::shared_ptr<const PromiseFacts>> known_;
};

}  // namespace loa::headend::store
