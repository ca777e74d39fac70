#pragma once
#include <filesystem>
#include <map>
#include <vector>

#include "content/store/object_store.hpp"
#include "protocol/message/loa.pb.h"
#include "station/sync/eviction.hpp"

namespace loa::station::intake {

/// Room on the card: content gives way to proofs and state, which nobody else has, and content that is needed sooner
/// takes the place of what is needed later. What is removed is fetched again when there is room.
class CardRoom {
 public:
  using Needs = std::map<content::store::Sha256, WallTime>;  ///< StationCore::objects_needed()

  /// @param folder   whose file system is looked at
  /// @param reserve  bytes that content leaves free (FetchSettings::reserve_bytes)
  CardRoom(std::filesystem::path folder, std::uint64_t reserve) : folder_(std::move(folder)), reserve_(reserve) {}

  /// What is needed so soon is not given up: it might not be here again in time over a slow line. A proof that finds no
  /// space for it waits in memory, and is tried again every second.
  static constexpr std::chrono::minutes spared{15};

  /// To be called when a write failed for lack of space. Frees a sixteenth of the reserve: some 10 000 proofs of the
  /// 64 MB. What is needed within `spared` stays.
  /// @return what was removed; nothing if the disk is not what is full
  [[nodiscard]] sync::Eviction for_state(content::store::ObjectStore& store, const Needs& needs, WallTime now) const;

  /// To be called when an object cannot be fetched for lack of room.
  /// @param bytes  of the object
  /// @return what was removed, all of it needed later than the object; nothing if that would not be enough
  [[nodiscard]] sync::Eviction for_object(content::store::ObjectStore& store, const Needs& needs,
                                          const content::store::Sha256& object, std::uint64_t bytes) const;

  /// StationCore::objects_needed() before there is a core: of the plans on disk.
  /// @param at  what ended before is over
  [[nodiscard]] static Needs needs_of(const std::vector<v1::Plan>& plans, WallTime at);

 private:
  [[nodiscard]] std::uint64_t missing(std::uint64_t wanted) const;

  std::filesystem::path folder_;
  std::uint64_t reserve_;
};

}  // namespace loa::station::intake
