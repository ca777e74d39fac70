#include "headend/store/store.hpp"

#include "headend/store/database.hpp"

namespace loa::headend::store {

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::filesystem::path& file) {
  LOA_TRY_LET(auto connection, Connection::open(file));
  if (auto migrated = migrate(*connection, newest_version()); !migrated) {
    return pass(std::move(migrated).error(), "cannot open the store " + file.string());
  }
  return Store{std::make_unique<Database>(std::move(connection))};
}

Result<void> Store::transaction(const std::function<Result<void>()>& work) { return database_->sql->transaction(work); }

Result<std::int64_t> Store::data_version() {
  std::int64_t version = 0;
  LOA_TRY(database_->sql->each("PRAGMA data_version", [&](const Row& row) { version = row.integer(0); }));
  return version;
}

Result<std::optional<std::string>> Store::setting(const std::string& name) {
  std::optional<std::string> value;
  LOA_TRY(database_->sql->each(
      "SELECT value FROM settings WHERE name = ?", [&](const Row& row) { value = row.text(0); }, name));
  return value;
}

Result<void> Store::put_setting(const std::string& name, const std::string& value) {
  return database_->sql->run(
      "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}

Result<std::uint64_t> Store::next_sequence(const std::string& counter, std::uint64_t floor) {
  std::uint64_t next = 0;
  LOA_TRY(database_->sql->each(
      "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value) "
      "RETURNING value",
      [&](const Row& row) { next = row.number<std::uint64_t>(0); }, counter, floor));
  return next;
}

Result<std::uint64_t> Store::last_sequence(const std::string& counter) {
  std::uint64_t last = 0;
  LOA_TRY(database_->sql->each(
      "SELECT value FROM counters WHERE name = ?", [&](const Row& row) { last = row.number<std::uint64_t>(0); },
      counter));
  return last;
}

Result<bool> Store::raise_sequence(const std::string& counter, std::uint64_t seen) {
  LOA_TRY_LET(const auto last, last_sequence(counter));
  if (last >= seen) return false;
  LOA_TRY(database_->sql->run(
      "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)", counter,
      seen));
  return true;
}

}  // namespace loa::headend::store
