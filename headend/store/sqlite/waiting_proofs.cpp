#include "headend/store/sqlite/waiting_proofs.hpp"

#include "headend/store/sqlite/sealed_proof.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr auto aside_table = sealed_proofs("proofs_aside");

constexpr auto forks_table = table(
    "proof_forks", field<&model::ProofRecord::station>("station", Role::key),
    field<&model::ProofRecord::epoch>("epoch", Role::key), field<&model::ProofRecord::number>("number", Role::key),
    field<&model::ProofRecord::digest>("digest", Role::key), bytes<&model::ProofRecord::sealed>("sealed", Role::once),
    field<&model::ProofRecord::received>("received_us", Role::once));

}  // namespace

Result<void> SqliteWaitingProofs::put(const std::vector<model::ProofRecord>& proofs) {
  return sql_.transaction([&]() -> Result<void> {
    for (const auto& proof : proofs) LOA_TRY(upsert(sql_, aside_table, proof));
    return {};
  });
}

Result<std::vector<model::ProofRecord>> SqliteWaitingProofs::from(const std::string& station, const model::Epoch& epoch,
                                                                  std::uint64_t number, std::size_t limit) {
  return select_sealed(sql_, aside_table, "WHERE station = ? AND epoch = ? AND number >= ? ORDER BY number LIMIT ?",
                       station, epoch, number, limit);
}

Result<std::uint64_t> SqliteWaitingProofs::count(const std::string& station) {
  return count_of(sql_, "proofs_aside", station);
}

Result<void> SqliteWaitingProofs::drop(const std::string& station, const model::Epoch& epoch, std::uint64_t through) {
  return sql_.run("DELETE FROM proofs_aside WHERE station = ? AND epoch = ? AND number <= ?", station, epoch, through);
}

Result<bool> SqliteWaitingProofs::put_fork(const model::ProofRecord& proof) {
  LOA_TRY(upsert(sql_, forks_table, proof));
  return sql_.changes() > 0;
}

Result<std::uint64_t> SqliteWaitingProofs::count_forks(const std::string& station) {
  return count_of(sql_, "proof_forks", station);
}

}  // namespace loa::headend::store::sqlite
