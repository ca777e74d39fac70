#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"
#include "station/sync/eviction.hpp"

namespace loa::station::intake {

/// The content of a station as its node sees it: which objects are here, and what may go. CardShelf keeps them on the
/// card; the simulator keeps their names.
class Shelf {
 public:
  using Sha256 = protocol::crypto::Sha256;
  using Needs = std::map<Sha256, WallTime>;  ///< StationCore::objects_needed()

  virtual ~Shelf() = default;
  [[nodiscard]] virtual bool has(const Sha256& object) const = 0;
  /// Where the object is or would be.
  [[nodiscard]] virtual std::filesystem::path path_of(const Sha256& object) const = 0;
  /// Reads an object again and removes it if it is damaged.
  /// @return whether it is here and whole
  virtual bool verify(const Sha256& object) = 0;
  /// Removes every object that is not named.
  virtual void keep_only(const std::set<Sha256>& named) = 0;
  /// Frees some space for state and proofs (CardRoom::for_state).
  virtual sync::Eviction free_for_state(const Needs& needs, WallTime now) = 0;
  /// Frees space for an object that is needed sooner (CardRoom::for_object).
  virtual sync::Eviction free_for_object(const Needs& needs, const Sha256& object, std::uint64_t bytes) = 0;
};

}  // namespace loa::station::intake
