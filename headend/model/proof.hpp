#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "headend/model/terms.hpp"
#include "protocol/message/loa.pb.h"

/// What was heard, by the signed word of the stations. Never edited, only added to.
namespace loa::headend::model {

using Epoch = std::array<std::uint8_t, 16>;

/// A proof whose signature was verified, as it will be or is committed.
struct ProofRecord {
  std::string station;
  Epoch epoch{};
  std::uint64_t number = 0;
  Sha256 digest;       ///< of its header bytes
  std::string sealed;  ///< exactly as received
  WallTime received;
  std::string flaw;  ///< well signed, but its content breaks a rule: kept, receipted, never counted
  v1::Proof proof;   ///< epoch, number and previous included
};

/// How far the chain of one station and epoch is whole and committed.
struct ChainHead {
  std::string station;
  Epoch epoch{};
  std::uint64_t through = 0;  ///< 0: none yet
  Sha256 head;                ///< digest of proof `through`; zero for none
  WallTime changed;
};

/// Since when the journal of one epoch speaks of planned time, by the station's signed word.
struct JournalLife {
  std::string station;
  Epoch epoch{};
  WallTime began;
};

/// Numbers of a chain whose proofs the office had, receipted, and lost with a store that was put back to a backup; the
/// station has them no more. Planned time between the instants of which no proof speaks is `lost-at-office`.
struct LostProofs {
  std::string station;
  Epoch epoch{};
  std::uint64_t from_number = 0;
  std::uint64_t to_number = 0;  ///< included
  WallTime since;               ///< when the last proof before them was made, at the latest
  WallTime until;               ///< when the last of them was made, at the latest
  std::uint64_t receipted = 0;  ///< through which number the head-end's own receipt says that it had them
  Sha256 receipted_head;        ///< digest of that proof: what comes again has to lead to it
  WallTime found;
};

/// When a committed proof was made, as far as that is known.
struct ProofTime {
  WallTime end;       ///< of what was heard or passed
  WallTime received;  ///< by the head-end
};

/// A time in which two boxes spoke as one station (`identity-twice`). Proofs of every other epoch than the counted one
/// wait while it lasts; what they say of planned time that begins in it is never counted.
struct IdentityConflict {
  std::string station;
  WallTime since;
  Epoch counted{};                ///< the epoch of which the ledger had proofs first
  std::optional<WallTime> ended;  ///< when the box that fell silent was last heard; absent: it lasts
};

}  // namespace loa::headend::model
