#include "station/intake/card_shelf.hpp"

#include "protocol/base/log.hpp"

namespace loa::station::intake {

void CardShelf::keep_only(const std::set<Sha256>& named) {
  for (const auto& object : store_.list()) {
    if (named.contains(object)) continue;
    if (const auto removed = store_.remove(object); !removed)
      log::warn("object.kept", {{"error", removed.error().text}});
  }
}

sync::Eviction CardShelf::free_for_state(const Needs& needs, WallTime now) {
  return room_.for_state(store_, needs, now);
}

sync::Eviction CardShelf::free_for_object(const Needs& needs, const Sha256& object, std::uint64_t bytes) {
  return room_.for_object(store_, needs, object, bytes);
}

}  // namespace loa::station::intake
