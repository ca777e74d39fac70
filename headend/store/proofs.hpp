#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "headend/model/proof.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// Proofs that are committed: the chain of each journal, and what a report counts.
class Proofs {
 public:
  /// Appends proofs that continue their chains and moves the heads there. The caller has checked the chain.
  /// @error exists: that number is there already (nothing is written)
  virtual Result<void> append(const std::vector<model::ProofRecord>& proofs,
                              const std::vector<model::ChainHead>& heads) = 0;
  /// Tells the chain of one epoch; a fresh one (through = 0) if there is none.
  virtual Result<model::ChainHead> chain(const std::string& station, const model::Epoch& epoch) = 0;
  /// Lists every chain, by station and last change.
  virtual Result<std::vector<model::ChainHead>> chains() = 0;
  /// @return absent: that number is not committed
  virtual Result<std::optional<model::Sha256>> digest(const std::string& station, const model::Epoch& epoch,
                                                      std::uint64_t number) = 0;
  /// Tells when a proof was made.
  /// @return absent: that number is not committed
  virtual Result<std::optional<model::ProofTime>> time(const std::string& station, const model::Epoch& epoch,
                                                       std::uint64_t number) = 0;
  /// Tells which of some epochs of a station has the first committed proof; absent when none has any.
  virtual Result<std::optional<model::Epoch>> first_epoch(const std::string& station,
                                                          const std::vector<model::Epoch>& epochs) = 0;

  /// Lists proofs whose part begins inside the span, without flaw, by station, epoch and number. `sealed` is left
  /// empty.
  /// @param station  absent: of every station
  virtual Result<std::vector<model::ProofRecord>> in(model::Span span,
                                                     const std::optional<std::string>& station = std::nullopt) = 0;
  /// Lists proofs of one station with their sealed bytes, in the order in which they were committed; for an auditor.
  virtual Result<std::vector<model::ProofRecord>> of(const std::string& station, std::size_t limit = 10000) = 0;
  virtual Result<std::uint64_t> count() = 0;

  /// Tells the receipt last made for a station, sealed, to be published again when the broker has lost it.
  virtual Result<std::optional<std::string>> newest_receipt(const std::string& station) = 0;
  virtual Result<void> put_receipt(const std::string& station, const std::string& sealed) = 0;

 protected:
  ~Proofs() = default;
};

}  // namespace loa::headend::store
