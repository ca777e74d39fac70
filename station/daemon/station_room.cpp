// A full card: content makes room for what must not be lost, and is fetched again when there is room.
#include <algorithm>

#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {

Result<journal::ProofJournal> Station::open_journal(const StationSettings& settings,
                                                    const protocol::crypto::SecretKey& key) {
  const auto open = [&] {
    return journal::ProofJournal::open(settings.state_folder / "journal", {settings.ward, settings.station}, key);
  };
  auto journal = open();
  if (journal || journal.error().code != ErrorCode::full) return journal;
  // Nobody knows yet what is needed when.
  auto store = content::store::ObjectStore::open(settings.state_folder / "content");
  if (!store) return journal;
  const CardRoom room{settings.state_folder, settings.faults.disk_free_bytes};
  if (room.for_state(*store, {}, WallTime{}).objects.empty()) return journal;
  return open();
}

/// @return whether it is worth trying again what failed
bool Station::make_room(const Error& error) {
  if (error.code != ErrorCode::full) return false;
  const auto eviction = room_.for_state(store_, core_->objects_needed(), reading_.now.wall);
  tell_evicted(eviction);
  return !eviction.objects.empty();
}

/// An object that cannot be fetched beside the reserve.
void Station::make_room_for(const protocol::crypto::Sha256& object) {
  for (const auto* plan : {&plan_, &emergency_}) {
    if (!*plan) continue;
    const auto& objects = (*plan)->objects();
    const auto entry =
        std::find_if(objects.begin(), objects.end(), [&](const auto& one) { return one.sha256() == object.view(); });
    if (entry == objects.end()) continue;
    const auto eviction = room_.for_object(store_, core_->objects_needed(), object, entry->bytes());
    tell_evicted(eviction);
    if (!eviction.objects.empty()) fetcher_->retry_now();
    return;
  }
}

/// The core learns of it once its orders are carried out.
void Station::tell_evicted(const sync::Eviction& eviction) {
  if (eviction.objects.empty()) return;
  for (const auto& one : eviction.objects) {
    post()([this, object = one.object] { feed(core::ObjectLost{object}); });
  }
  see_once(core::fault_code::storage, "evicted",
           fmt::format("the disk is full: {} sounds or pages of {} bytes were removed to make room; they are fetched "
                       "again when there is some",
                       eviction.objects.size(), eviction.bytes));
}

/// @param error  why there is no room for an object; null: there is
void Station::see_content_room(const Error* error) {
  if (std::exchange(content_without_room_, error != nullptr) == (error != nullptr)) return;
  see_soon({std::string{core::fault_code::storage}, "content", error != nullptr,
            error != nullptr ? error->text : std::string{}});
}

}  // namespace loa::station::daemon
