#include "headend/store/database.hpp"

// Which journal, and which of two boxes, a station's words come from.
namespace loa::headend::store {
namespace {

IdentityConflict conflict_of(const Row& row) {
  IdentityConflict conflict{row.text(0), row.instant(1), epoch_of(row, 2), std::nullopt};
  if (!row.is_null(3)) conflict.ended = row.instant(3);
  return conflict;
}

}  // namespace

Result<void> Store::put_journal(const JournalLife& journal) {
  return database_->sql->run(
      "INSERT INTO journals VALUES (?,?,?) ON CONFLICT (station, epoch) DO UPDATE SET began_us = excluded.began_us "
      "WHERE began_us <> excluded.began_us",
      journal.station, bytes_of(journal.epoch), journal.began);
}

Result<std::vector<JournalLife>> Store::journals(const std::string& station) {
  std::vector<JournalLife> journals;
  LOA_TRY(database_->sql->each(
      "SELECT station, epoch, began_us FROM journals WHERE station = ? ORDER BY began_us, epoch",
      [&](const Row& row) {
        journals.push_back({row.text(0), epoch_of(row, 1), row.instant(2)});
      },
      station));
  return journals;
}

Result<std::optional<Epoch>> Store::first_epoch(const std::string& station, const std::vector<Epoch>& epochs) {
  std::optional<Epoch> first;
  std::int64_t first_id = INT64_MAX;
  for (const auto& epoch : epochs) {
    LOA_TRY(database_->sql->each(
        "SELECT id FROM proofs WHERE station = ? AND epoch = ? AND number = 1",
        [&](const Row& row) {
          if (row.integer(0) >= first_id) return;
          first_id = row.integer(0);
          first = epoch;
        },
        station, bytes_of(epoch)));
  }
  return first;
}

Result<void> Store::put_identity_conflict(const IdentityConflict& conflict) {
  return database_->sql->run(
      "INSERT INTO identity_conflicts VALUES (?,?,?,?) ON CONFLICT (station, since_us) DO UPDATE SET "
      "ended_us = excluded.ended_us",
      conflict.station, conflict.since, bytes_of(conflict.counted), conflict.ended);
}

Result<std::vector<IdentityConflict>> Store::identity_conflicts(const std::string& station) {
  std::vector<IdentityConflict> conflicts;
  LOA_TRY(database_->sql->each(
      "SELECT station, since_us, counted, ended_us FROM identity_conflicts WHERE ?1 = '' OR station = ?1 "
      "ORDER BY station, since_us",
      [&](const Row& row) { conflicts.push_back(conflict_of(row)); }, station));
  return conflicts;
}

}  // namespace loa::headend::store
