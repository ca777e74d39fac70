// A full card: content makes room for what must not be lost, and is fetched again when there is room.
#include <algorithm>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {
namespace {

/// What the state folder names: for what has to be known before it is opened in earnest.
std::vector<v1::Plan> plans_on_disk(const settings::StationSettings& settings) {
  std::vector<v1::Plan> plans;
  const intake::Gate gate{settings};
  constexpr std::uint64_t longest = 4U << 20U;  // an envelope
  if (const auto sealed = read_file(settings.state_folder / "plan.sealed", longest)) {
    if (auto accepted = gate.plan(*sealed, std::nullopt, std::nullopt)) plans.push_back(std::move(accepted->plan));
  }
  for (const char* name : {"emergency.sealed", "emergency.next"}) {
    const auto sealed = read_file(settings.state_folder / name, longest);
    if (!sealed) continue;
    if (auto accepted = gate.emergency_on_disk(*sealed)) plans.push_back(std::move(accepted->plan));
  }
  return plans;
}

}  // namespace

/// @param wall  what the machine's clock says: before it was set, the making of the plan on disk is later
Result<journal::ProofJournal> Station::open_journal(const settings::StationSettings& settings,
                                                    const protocol::crypto::SecretKey& key, WallTime wall) {
  const auto open = [&] {
    return journal::ProofJournal::open(settings.state_folder / "journal", {settings.ward, settings.station}, key);
  };
  auto journal = open();
  if (journal || journal.error().code != ErrorCode::full) return journal;
  auto store = content::store::ObjectStore::open(settings.state_folder / "content");
  if (!store) return journal;
  const intake::CardRoom room{settings.state_folder, settings.faults.disk_free_bytes};
  const auto plans = plans_on_disk(settings);
  WallTime at = wall;
  for (const auto& plan : plans) at = std::max(at, wall_from_us(plan.made_us()));
  if (room.for_state(*store, intake::CardRoom::needs_of(plans, at), at).objects.empty()) return journal;
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
