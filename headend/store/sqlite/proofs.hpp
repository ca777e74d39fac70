#pragma once
#include "headend/store/proofs.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteProofs final : public Proofs {
 public:
  explicit SqliteProofs(Connection& sql) : sql_(sql) {}
  Result<void> append(const std::vector<model::ProofRecord>& proofs,
                      const std::vector<model::ChainHead>& heads) override;
  Result<model::ChainHead> chain(const std::string& station, const model::Epoch& epoch) override;
  Result<std::vector<model::ChainHead>> chains() override;
  Result<std::optional<model::Sha256>> digest(const std::string& station, const model::Epoch& epoch,
                                              std::uint64_t number) override;
  Result<std::optional<model::ProofTime>> time(const std::string& station, const model::Epoch& epoch,
                                               std::uint64_t number) override;
  Result<std::optional<model::Epoch>> first_epoch(const std::string& station,
                                                  const std::vector<model::Epoch>& epochs) override;
  Result<std::vector<model::ProofRecord>> in(model::Span span,
                                             const std::optional<std::string>& station = std::nullopt) override;
  Result<std::vector<model::ProofRecord>> of(const std::string& station, std::size_t limit = 10000) override;
  Result<std::uint64_t> count() override;
  Result<std::optional<std::string>> newest_receipt(const std::string& station) override;
  Result<void> put_receipt(const std::string& station, const std::string& sealed) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
