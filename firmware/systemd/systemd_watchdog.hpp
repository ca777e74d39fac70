#pragma once
#include "firmware/port/watchdog.hpp"

namespace loa::firmware {

/// The service manager's watchdog (sd_notify(3), sd_watchdog_enabled(3)): READY=1, WATCHDOG=1. Harmless when the
/// process was not started by systemd: then nothing is sent and interval() is absent.
class SystemdWatchdog final : public Watchdog {
 public:
  SystemdWatchdog();
  void ready() override;
  void feed() override;
  /// @return half of WatchdogSec, as sd_watchdog_enabled(3) advises
  [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const override;

 private:
  std::optional<std::chrono::milliseconds> interval_;
};

}  // namespace loa::firmware
