#pragma once
#include <string>
#include <vector>

#include "headend/model/proof.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// Proofs that the office had and lost for good, by gaps of their chains.
class LostProofs {
 public:
  /// Notes a gap, and moves the chain's head to its last number: the next proof names `head` as its predecessor.
  /// @error exists: a gap that begins with that number is noted already
  virtual Result<void> put(const model::LostProofs& lost, const model::Sha256& head) = 0;
  /// Lists every gap of a station, by epoch and number.
  virtual Result<std::vector<model::LostProofs>> of(const std::string& station) = 0;

 protected:
  ~LostProofs() = default;
};

}  // namespace loa::headend::store
