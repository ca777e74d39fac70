#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "headend/model/proof.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// Proofs that are well signed and not committed: they came before their predecessors, or contradict the chain.
class WaitingProofs {
 public:
  /// Keeps proofs that came before their predecessors; of equal numbers the first that came.
  virtual Result<void> put(const std::vector<model::ProofRecord>& proofs) = 0;
  /// Lists what waits of one chain from a number on, by number.
  virtual Result<std::vector<model::ProofRecord>> from(const std::string& station, const model::Epoch& epoch,
                                                       std::uint64_t number, std::size_t limit) = 0;
  virtual Result<std::uint64_t> count(const std::string& station) = 0;
  /// Forgets what waits up to and including a number.
  virtual Result<void> drop(const std::string& station, const model::Epoch& epoch, std::uint64_t through) = 0;

  /// Keeps a proof that contradicts the chain, as evidence. The same one again is success.
  /// @return whether it was new
  virtual Result<bool> put_fork(const model::ProofRecord& proof) = 0;
  virtual Result<std::uint64_t> count_forks(const std::string& station) = 0;

 protected:
  ~WaitingProofs() = default;
};

}  // namespace loa::headend::store
