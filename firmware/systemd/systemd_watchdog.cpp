#include "firmware/systemd/systemd_watchdog.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "firmware/systemd/notify.hpp"

namespace loa::firmware {

SystemdWatchdog::SystemdWatchdog() {
  if (const auto timeout = watchdog_timeout()) timeout_ = std::chrono::floor<std::chrono::milliseconds>(*timeout);
}

// When the manager cannot be reached it restarts us, which is the point.
void SystemdWatchdog::ready() { notify_manager("READY=1"); }
void SystemdWatchdog::feed() { notify_manager("WATCHDOG=1"); }

void SystemdWatchdog::expect_within(std::chrono::milliseconds time) {
  if (timeout_) notify_manager(fmt::format("WATCHDOG_USEC={}", std::chrono::microseconds{time}.count()));
}

void SystemdWatchdog::tell(const std::string& sentence) { notify_manager("STATUS=" + sentence); }

bool SystemdWatchdog::is_there() const { return std::getenv("NOTIFY_SOCKET") != nullptr; }

std::optional<std::chrono::milliseconds> SystemdWatchdog::timeout() const { return timeout_; }

}  // namespace loa::firmware
