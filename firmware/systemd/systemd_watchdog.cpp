#include "firmware/systemd/systemd_watchdog.hpp"

#include "firmware/systemd/notify.hpp"

namespace loa::firmware {

SystemdWatchdog::SystemdWatchdog() {
  if (const auto timeout = watchdog_timeout()) {
    interval_ = std::chrono::floor<std::chrono::milliseconds>(*timeout / 2);
  }
}

// When the manager cannot be reached it restarts us, which is the point.
void SystemdWatchdog::ready() { notify_manager("READY=1"); }
void SystemdWatchdog::feed() { notify_manager("WATCHDOG=1"); }

std::optional<std::chrono::milliseconds> SystemdWatchdog::interval() const { return interval_; }

}  // namespace loa::firmware
