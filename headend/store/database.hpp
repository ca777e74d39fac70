#pragma once
#include <algorithm>

#include "headend/store/sqlite.hpp"
#include "headend/store/store.hpp"

namespace loa::headend::store {

/// The SQLite behind a Store.
class Store::Database {
 public:
  explicit Database(std::unique_ptr<Connection> connection) : sql(std::move(connection)) {}
  std::unique_ptr<Connection> sql;
};

/// Keeps what a plan or an emergency promises of the cues that have not begun, and cancels what it leaves out.
Result<void> record_cues(Connection& sql, const IssuedPlan& issued, const std::vector<PlannedCue>& cues,
                         bool emergency);

/// An epoch as it stands in the file.
inline Blob bytes_of(const Epoch& epoch) { return {{reinterpret_cast<const char*>(epoch.data()), epoch.size()}}; }
inline Epoch epoch_of(const Row& row, int column) {
  Epoch epoch{};
  const auto bytes = row.view(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), epoch.size()), epoch.begin());
  return epoch;
}

/// Days since 1970-01-01, as a date stands in the file.
inline std::int64_t days_of(LocalDate date) { return date.time_since_epoch().count(); }
inline std::optional<std::int64_t> days_of(const std::optional<LocalDate>& date) {
  return date ? std::optional{days_of(*date)} : std::nullopt;
}
inline std::optional<LocalDate> date_of(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return LocalDate{std::chrono::days{row.integer(column)}};
}

}  // namespace loa::headend::store
