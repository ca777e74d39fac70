#pragma once
#include "headend/store/sqlite/connection.hpp"
#include "headend/store/waiting_proofs.hpp"

namespace loa::headend::store::sqlite {

class SqliteWaitingProofs final : public WaitingProofs {
 public:
  explicit SqliteWaitingProofs(Connection& sql) : sql_(sql) {}
  Result<void> put(const std::vector<model::ProofRecord>& proofs) override;
  Result<std::vector<model::ProofRecord>> from(const std::string& station, const model::Epoch& epoch,
                                               std::uint64_t number, std::size_t limit) override;
  Result<std::uint64_t> count(const std::string& station) override;
  Result<void> drop(const std::string& station, const model::Epoch& epoch, std::uint64_t through) override;
  Result<bool> put_fork(const model::ProofRecord& proof) override;
  Result<std::uint64_t> count_forks(const std::string& station) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
