#include "firmware/systemd/systemd_watchdog.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>

namespace loa::firmware {

SystemdWatchdog::SystemdWatchdog() {
  std::uint64_t usec = 0;
  if (sd_watchdog_enabled(0, &usec) <= 0) return;
  timeout_ = std::chrono::floor<std::chrono::milliseconds>(std::chrono::microseconds{usec});
}

// Without $NOTIFY_SOCKET sd_notify does nothing; when the manager cannot be reached it restarts us, which is the point.
void SystemdWatchdog::ready() { sd_notify(0, "READY=1"); }
void SystemdWatchdog::feed() { sd_notify(0, "WATCHDOG=1"); }

void SystemdWatchdog::expect_within(std::chrono::milliseconds time) {
  if (timeout_) sd_notifyf(0, "WATCHDOG_USEC=%lld", static_cast<long long>(std::chrono::microseconds{time}.count()));
}

void SystemdWatchdog::tell(const std::string& sentence) { sd_notifyf(0, "STATUS=%s", sentence.c_str()); }

bool SystemdWatchdog::is_there() const { return std::getenv("NOTIFY_SOCKET") != nullptr; }

std::optional<std::chrono::milliseconds> SystemdWatchdog::timeout() const { return timeout_; }

}  // namespace loa::firmware
