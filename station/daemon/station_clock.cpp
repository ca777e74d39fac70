// What the shell knows of the time.
#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {

std::optional<WallTime> last_known(const Vault& vault) {
  const auto loaded = vault.load_last_known();
  if (loaded) return *loaded;
  log::warn("clock.forgotten", {{"error", loaded.error().text}});
  return std::nullopt;
}

/// Everything here goes by what the core makes of the clock. @return the clock's own word, for the core
Now Station::read_clock() {
  reading_ = board_.clock->read();
  const Now read = reading_.now;
  reading_.now = core_->judge(read);
  return read;
}

// An instant that is lost costs some knowledge after a power cut; the next one comes within the hour.
void Station::perform(const core::Remember& action) {
  const auto saved = vault_.save_last_known(action.instant);
  if (!saved) log::warn("clock.unremembered", {{"error", saved.error().text}});
}

}  // namespace loa::station::daemon
