#include "station/daemon/open_journal.hpp"

#include <algorithm>

#include "content/store/object_store.hpp"
#include "protocol/base/file.hpp"
#include "station/intake/card_room.hpp"
#include "station/intake/gate.hpp"

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

Result<journal::ProofJournal> open_journal(const settings::StationSettings& settings,
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

}  // namespace loa::station::daemon
