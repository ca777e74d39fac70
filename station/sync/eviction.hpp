#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"

namespace loa::station::sync {

using protocol::crypto::Sha256;

/// An object in the store.
struct Stored {
  Sha256 object;
  std::uint64_t bytes = 0;
  std::optional<WallTime> needed;  ///< begin of the first cue to come that presents it; absent: none does
};

/// Which objects have to go for more room.
struct Eviction {
  std::vector<Stored> objects;  ///< in the order in which they are missed least
  std::uint64_t bytes = 0;      ///< of them together
};

/// Picks what is missed least: first what no cue wants, the largest first, then what is needed latest. No more than it
/// takes, and nothing that is needed at or before `spare`. Content comes again by the network; a proof would not. Pure.
/// @param wanted_bytes  to be freed; 0: nothing goes
/// @return              fewer bytes than wanted if there is not so much
Eviction choose_evictions(std::vector<Stored> stored, std::uint64_t wanted_bytes, WallTime spare);

}  // namespace loa::station::sync
