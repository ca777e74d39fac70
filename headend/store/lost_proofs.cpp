#include "headend/store/database.hpp"

namespace loa::headend::store {
namespace {

LostProofs lost_of(const Row& row) {
  LostProofs lost;
  lost.station = row.text(0);
  lost.epoch = epoch_of(row, 1);
  lost.from_number = row.number<std::uint64_t>(2);
  lost.to_number = row.number<std::uint64_t>(3);
  lost.since = row.instant(4);
  lost.until = row.instant(5);
  lost.receipted = row.number<std::uint64_t>(6);
  lost.receipted_head = row.digest(7);
  lost.found = row.instant(8);
  return lost;
}

}  // namespace

Result<void> Store::put_lost_proofs(const LostProofs& lost, const Sha256& head) {
  auto& sql = *database_->sql;
  return sql.transaction([&]() -> Result<void> {
    LOA_TRY(sql.run("INSERT INTO lost_proofs VALUES (?,?,?,?,?,?,?,?,?)", lost.station, bytes_of(lost.epoch),
                    lost.from_number, lost.to_number, lost.since, lost.until, lost.receipted, lost.receipted_head,
                    lost.found));
    return append_proofs({}, {{lost.station, lost.epoch, lost.to_number, head, lost.found}});
  });
}

Result<std::vector<LostProofs>> Store::lost_proofs(const std::string& station) {
  std::vector<LostProofs> all;
  LOA_TRY(database_->sql->each(
      "SELECT station, epoch, from_number, to_number, since_us, until_us, receipted, receipted_head, found_us "
      "FROM lost_proofs WHERE station = ? ORDER BY epoch, from_number",
      [&](const Row& row) { all.push_back(lost_of(row)); }, station));
  return all;
}

Result<std::optional<ProofTime>> Store::proof_time(const std::string& station, const Epoch& epoch,
                                                   std::uint64_t number) {
  std::optional<ProofTime> time;
  LOA_TRY(database_->sql->each(
      "SELECT to_us + late_us, received_us FROM proofs WHERE station = ? AND epoch = ? AND number = ?",
      [&](const Row& row) {
        time = ProofTime{row.instant(0), row.instant(1)};
      },
      station, bytes_of(epoch), number));
  return time;
}

}  // namespace loa::headend::store
