#include "station/intake/card_room.hpp"

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/message/playlist.hpp"
#include "station/core/playlists.hpp"

namespace loa::station::intake {
namespace {

using content::store::ObjectStore;

std::vector<sync::Stored> stored_in(const ObjectStore& store, const CardRoom::Needs& needs) {
  std::vector<sync::Stored> stored;
  for (const auto& object : store.list()) {
    const auto need = needs.find(object);
    stored.push_back(
        {object, store.size_of(object).value_or(0), need == needs.end() ? std::nullopt : std::optional{need->second}});
  }
  return stored;
}

sync::Eviction remove(ObjectStore& store, sync::Eviction eviction) {
  std::erase_if(eviction.objects, [&](const sync::Stored& one) {
    const auto removed = store.remove(one.object);
    if (removed) {
      log::warn("object.evicted", {{"object", one.object.hex()},
                                   {"bytes", one.bytes},
                                   {"needed", one.needed ? format_utc(*one.needed) : "never"}});
      return false;
    }
    log::warn("object.kept", {{"error", removed.error().text}});
    eviction.bytes -= one.bytes;
    return true;
  });
  return eviction;
}

}  // namespace

CardRoom::Needs CardRoom::needs_of(const std::vector<v1::Plan>& plans, WallTime at) {
  Needs needs;
  for (const auto& plan : plans) {
    const core::Playlists playlists{plan};
    for (const auto& cue : plan.cues()) {
      if (cue.start_us() + cue.duration_us() <= to_us(at)) continue;
      const bool at_once = cue.cue_class() == v1::CUE_CLASS_EMERGENCY;
      const WallTime from = at_once ? WallTime{} : wall_from_us(cue.start_us());
      for (const auto& object : playlists.objects_of(cue)) {
        auto& first = needs.try_emplace(object, from).first->second;
        first = std::min(first, from);
      }
    }
  }
  return needs;
}

std::uint64_t CardRoom::missing(std::uint64_t wanted) const {
  const auto disk = disk_space(folder_);
  return disk && disk->free_bytes < wanted ? wanted - disk->free_bytes : 0;
}

sync::Eviction CardRoom::for_state(ObjectStore& store, const Needs& needs, WallTime now) const {
  return remove(store, sync::choose_evictions(stored_in(store, needs), missing(reserve_ / 16), now + spared));
}

sync::Eviction CardRoom::for_object(ObjectStore& store, const Needs& needs, const content::store::Sha256& object,
                                    std::uint64_t bytes) const {
  const auto need = needs.find(object);
  if (need == needs.end()) return {};
  const std::uint64_t wanted = missing(reserve_ + bytes);
  auto eviction = sync::choose_evictions(stored_in(store, needs), wanted, need->second);
  return eviction.bytes < wanted ? sync::Eviction{} : remove(store, std::move(eviction));
}

}  // namespace loa::station::intake
