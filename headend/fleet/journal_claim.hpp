#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "headend/model/proof.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/message/loa.pb.h"

/// What a station says of its journal, and how far that can be believed (PROTOCOL.md §8.12). Pure.
namespace loa::headend::fleet {

/// What a station says in its signed status of the journal that it writes.
struct JournalClaim {
  std::string station;
  model::Epoch epoch{};
  std::uint64_t first = 0;      ///< number of the first proof that it still holds
  std::uint64_t receipted = 0;  ///< through which it says that the office had its proofs
  std::string receipt;          ///< sealed; empty: not told
};

/// Reads the claim out of a status; absent when the station's build makes none.
std::optional<JournalClaim> claim_of(const std::string& station, const v1::Status& status);

/// A claim that the head-end's own receipt vouches for: no station can make one.
struct Vouched {
  std::uint64_t first = 0;    ///< number of the first proof that the station still holds
  std::uint64_t through = 0;  ///< of the receipt
  model::Sha256 head;         ///< of the receipt: digest of proof `through`
  WallTime signed_at;         ///< of the receipt: what it covers was here then
};

/// Opens the receipt that a claim carries.
/// @param own  the key that the head-end signs receipts with
/// @error refused, elsewhere: not a receipt of this head-end for that station · invalid: it is of another epoch, or
///        does not cover what the station says it holds no more
Result<Vouched> vouch(const JournalClaim& claim, const std::string& ward, const protocol::crypto::PublicKey& own);

/// Says to a person what a gap is.
std::string describe(const model::LostProofs& lost);

}  // namespace loa::headend::fleet
