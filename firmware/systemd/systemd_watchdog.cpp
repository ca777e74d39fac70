#include "firmware/systemd/systemd_watchdog.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace loa::firmware {

SystemdWatchdog::SystemdWatchdog() {
  std::uint64_t usec = 0;
  if (sd_watchdog_enabled(0, &usec) <= 0) return;
  interval_ = std::chrono::floor<std::chrono::milliseconds>(std::chrono::microseconds{usec / 2});
}

// Without $NOTIFY_SOCKET sd_notify does nothing; when the manager cannot be reached it restarts us, which is the point.
void SystemdWatchdog::ready() { sd_notify(0, "READY=1"); }
void SystemdWatchdog::feed() { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::milliseconds> SystemdWatchdog::interval() const { return interval_; }

}  // namespace loa::firmware
