#include "headend/store/sqlite/sequences.hpp"

namespace loa::headend::store::sqlite {

Result<std::uint64_t> SqliteSequences::next(const std::string& counter, std::uint64_t floor) {
  std::uint64_t next = 0;
  LOA_TRY(sql_.each(
      "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = CASE WHEN "
      "counters.value + 1 > excluded.value THEN counters.value + 1 ELSE excluded.value END RETURNING value",
      [&](const Row& row) { next = row.as<std::uint64_t>(0); }, counter, floor));
  return next;
}

Result<std::uint64_t> SqliteSequences::last(const std::string& counter) {
  std::uint64_t last = 0;
  LOA_TRY(sql_.each(
      "SELECT value FROM counters WHERE name = ?", [&](const Row& row) { last = row.as<std::uint64_t>(0); }, counter));
  return last;
}

Result<bool> SqliteSequences::raise(const std::string& counter, std::uint64_t seen) {
  if (seen == 0) return false;  // what last() says of a counter that is not there
  bool raised = false;
  LOA_TRY(sql_.each(
      "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE "
      "counters.value < excluded.value RETURNING value",
      [&](const Row&) { raised = true; }, counter, seen));
  return raised;
}

}  // namespace loa::headend::store::sqlite
