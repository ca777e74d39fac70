#include "headend/store/database.hpp"

namespace loa::headend::store {

Result<void> Store::put_removed_station(const RemovedStation& removed) {
  return database_->sql->run(
      "INSERT INTO removed_stations VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (station, removed_us) DO UPDATE SET "
      "silent_us = excluded.silent_us, closed_us = excluded.closed_us",
      removed.id, removed.removed, Blob{removed.key.view()}, removed.mqtt_password_hash, removed.plan_sequence,
      removed.until, removed.silent, removed.closed);
}

Result<std::vector<RemovedStation>> Store::removed_stations() {
  std::vector<RemovedStation> removed;
  LOA_TRY(database_->sql->each(
      "SELECT station, removed_us, key, mqtt_password_hash, plan_sequence, until_us, silent_us, closed_us "
      "FROM removed_stations ORDER BY removed_us, station",
      [&](const Row& row) {
        RemovedStation one;
        one.id = row.text(0);
        one.removed = row.instant(1);
        one.key = PublicKey::from_bytes(row.view(2)).value_or(PublicKey{});
        one.mqtt_password_hash = row.text(3);
        one.plan_sequence = row.number<std::uint64_t>(4);
        one.until = row.instant(5);
        if (!row.is_null(6)) one.silent = row.instant(6);
        if (!row.is_null(7)) one.closed = row.instant(7);
        removed.push_back(std::move(one));
      }));
  return removed;
}

}  // namespace loa::headend::store
