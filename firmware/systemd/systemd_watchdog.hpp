#pragma once
#include <string>

#include "firmware/port/watchdog.hpp"

namespace loa::firmware {

/// The service manager's watchdog (sd_notify(3), sd_watchdog_enabled(3)): READY=1, WATCHDOG=1,
/// WATCHDOG_USEC=. Harmless when the process was not started by systemd: then nothing is sent, timeout() is absent.
/// Thread-safe.
class SystemdWatchdog final : public Watchdog {
 public:
  SystemdWatchdog();
  void ready() override;
  void feed() override;
  void expect_within(std::chrono::milliseconds time) override;
  /// @return WatchdogSec
  [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const override;
  /// A sentence for `systemctl status`.
  void tell(const std::string& sentence);
  /// Whether a service manager listens.
  [[nodiscard]] bool is_there() const;

 private:
  std::optional<std::chrono::milliseconds> timeout_;
};

}  // namespace loa::firmware
