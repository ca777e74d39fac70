#include "station/node/full_card.hpp"

#include <fmt/format.h>

#include <utility>

namespace loa::station::node {

/// @return whether it is worth trying again what failed
bool FullCard::make_room(const Error& error) {
  if (error.code != ErrorCode::full) return false;
  const auto eviction = shelf_.free_for_state(feed_.core().objects_needed(), feed_.now().wall);
  tell_evicted(eviction);
  return !eviction.objects.empty();
}

void FullCard::make_room_for(const protocol::crypto::Sha256& object, std::uint64_t bytes) {
  const auto eviction = shelf_.free_for_object(feed_.core().objects_needed(), object, bytes);
  tell_evicted(eviction);
  if (!eviction.objects.empty()) fetcher_.retry_now();
}

/// The core learns of it once its orders are carried out.
void FullCard::tell_evicted(const sync::Eviction& eviction) {
  if (eviction.objects.empty()) return;
  for (const auto& one : eviction.objects) feed_.later(core::ObjectLost{one.object});
  feed_.see_once(core::fault_code::storage, "evicted",
                 fmt::format("the disk is full: {} sounds or pages of {} bytes were removed to make room; they are "
                             "fetched again when there is some",
                             eviction.objects.size(), eviction.bytes));
}

void FullCard::see_content(const Error* error) {
  if (std::exchange(content_without_room_, error != nullptr) == (error != nullptr)) return;
  feed_.later(core::Condition{std::string{core::fault_code::storage}, "content", error != nullptr,
                              error != nullptr ? error->text : std::string{}});
}

void FullCard::see_free(std::optional<std::uint64_t> bytes) {
  const auto before = std::exchange(free_bytes_, bytes);
  if (content_without_room_ && before < reserve_ && bytes >= reserve_) fetcher_.retry_now();
}

}  // namespace loa::station::node
