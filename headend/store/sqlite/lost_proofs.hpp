#pragma once
#include "headend/store/lost_proofs.hpp"
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

class SqliteLostProofs final : public LostProofs {
 public:
  explicit SqliteLostProofs(Connection& sql) : sql_(sql) {}
  Result<void> put(const model::LostProofs& lost, const model::Sha256& head) override;
  Result<std::vector<model::LostProofs>> of(const std::string& station) override;

 private:
  Connection& sql_;
};

}  // namespace loa::headend::store::sqlite
