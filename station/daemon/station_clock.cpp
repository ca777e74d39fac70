// What the shell knows of the time.
#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {

core::ClockMemory clock_memory(const intake::Vault& vault) {
  const auto loaded = vault.load_clock();
  if (loaded) return *loaded;
  log::warn("clock.forgotten", {{"error", loaded.error().text}});
  return {};
}

void Station::hear_office(const std::optional<WallTime>& signed_at, bool news) {
  if (signed_at) feed(core::OfficeSpoke{*signed_at, news});
}

// An instant that is lost costs some knowledge after a power cut; the next one comes within the hour.
void Station::perform(const core::Remember& action) {
  const auto saved = with_room([&] { return vault_.save_clock(action.memory); });
  if (!saved) log::warn("clock.unremembered", {{"error", saved.error().text}});
}

// Where the disk refuses it, the journal tries again before it takes the next proof.
void Station::perform(const core::JournalBegan& action) {
  log::info("journal.began", {{"at", format_utc(action.instant)}});
  journal_.begin(action.instant);
  status_due_ = true;
  const auto saved = with_room([&] { return journal_.save_began(); });
  if (!saved) log::warn("journal.birth_unwritten", {{"error", saved.error().text}});
}

}  // namespace loa::station::daemon
