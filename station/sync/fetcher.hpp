#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"

namespace loa::station::sync {

using protocol::crypto::Sha256;

/// An object that the plan names and the store has not.
struct Want {
  Sha256 object;
  std::uint64_t bytes = 0;  ///< size by the plan; a byte more is refused
  WallTime needed;          ///< start of the first cue that plays it: sooner is fetched first
};

/// What became of one attempt.
struct Fetched {
  Sha256 object;
  /// Success: the object is in the store. A failure is tried again until want() leaves it out. full: there is no room
  /// for it beside the reserve, nothing was transferred.
  Result<void> result;
};

/// Brings missing objects into the store; each attempt's end is told as a Fetched. ContentFetcher does it over HTTP(S),
/// the simulator by chance. Called on the io thread; never blocks it.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// Replaces the list of what is missing. A transfer of something no longer wanted is broken off; its part is kept.
  /// @param content_url  "https://host:port/content/"; the hexadecimal hash is put after it
  virtual void want(const std::string& content_url, std::vector<Want> wants) = 0;
  /// Tries at once what is waiting after a failure: the network is back, or there is room.
  virtual void retry_now() = 0;
};

}  // namespace loa::station::sync
