#include "headend/daemon/clock_watch.hpp"

#include <fmt/format.h>

namespace loa::headend::daemon {
namespace {

using std::chrono::abs;
using std::chrono::seconds;

constexpr seconds jitter{5};  // of the way here, from one status to the next

}  // namespace

std::optional<ClockWatch::Finding> ClockWatch::hear(const std::string& station, const v1::Status& status,
                                                    WallTime now) {
  auto& clock = clocks_[station];
  if (status.clock_grade() < v1::CLOCK_GRADE_NETWORK) {
    clock.behind.reset();
    return std::nullopt;
  }
  const Micros ahead = wall_from_us(status.at_us()) - now;
  Finding found{abs(ahead) > store::clock_tolerance + Micros{status.clock_error_us()}, ahead, now};
  if (!found.off) clock.agreed = now;
  if (!found.off || ahead > Micros{0}) {
    clock.behind.reset();
  } else if (!confirmed(clock, ahead, now)) {
    return std::nullopt;
  }
  const auto& told = clock.told;
  const bool known =
      told && told->off == found.off && (!found.off || abs(told->ahead - ahead) <= store::clock_tolerance);
  if (known) return std::nullopt;
  if (found.off) found.since = off_since(clock, now);
  clock.told = found;
  return found;
}

/// Messages that waited for the network come together, each as late as it is old: they do not say the same.
bool ClockWatch::confirmed(Clock& clock, Micros ahead, WallTime now) {
  if (!clock.behind || abs(*clock.behind - ahead) > jitter) {
    clock.behind = ahead;
    clock.heard = now;
  }
  return now - clock.heard >= apart;
}

WallTime ClockWatch::off_since(const Clock& clock, WallTime now) {
  if (!clock.told) return clock.behind ? clock.heard : now;
  return clock.told->off ? now : clock.agreed;
}

std::string describe(const ClockWatch::Finding& finding) {
  const bool early = finding.ahead > Micros{0};
  return fmt::format(
      "its clock is {} {} the head-end's: one of the two is wrong, and if it is the station's, what it "
      "plays is that much too {}",
      format_duration(std::chrono::floor<seconds>(abs(finding.ahead))), early ? "ahead of" : "behind",
      early ? "early" : "late");
}

}  // namespace loa::headend::daemon
