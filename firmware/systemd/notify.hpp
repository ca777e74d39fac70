#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace loa::firmware {

/// Tells the service manager its state, such as "READY=1": one datagram to $NOTIFY_SOCKET (sd_notify(3), which
/// documents this protocol as stable; libsystemd would map 1 MB for it). Without that variable nothing is sent.
void notify_manager(std::string_view state);

/// What sd_watchdog_enabled(3) says: $WATCHDOG_USEC, if $WATCHDOG_PID is this process or absent.
/// @return  absent: nobody watches
std::optional<std::chrono::microseconds> watchdog_timeout();

}  // namespace loa::firmware
