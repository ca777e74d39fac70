#include "headend/fleet/clock_watch.hpp"

#include <fmt/format.h>

namespace loa::headend::fleet {
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
  const Micros raw = wall_from_us(status.at_us()) - now;
  const Micros tolerance = model::clock_tolerance + Micros{status.clock_error_us()};
  // Beside the right time as the head-end's clock stands, or stood: what lies behind both may be a message held up.
  const bool may_be_late = raw < -tolerance || (raw > tolerance && raw + office_.ahead() < -tolerance);
  if (!may_be_late) {
    clock.behind.reset();
  } else if (!confirmed(clock, raw, now)) {
    return std::nullopt;
  }
  office_.hear(station, raw, now);
  if (office_.ahead() != Micros{0} && abs(raw) <= tolerance) return std::nullopt;  // wrong alike, or both put right
  const Micros ahead = raw + office_.ahead();
  Finding found{abs(ahead) > tolerance, ahead, now};
  if (!found.off) clock.agreed = now;
  const auto& told = clock.told;
  const bool known =
      told && told->off == found.off && (!found.off || abs(told->ahead - ahead) <= model::clock_tolerance);
  if (known) return std::nullopt;
  if (found.off) found.since = off_since(clock, now);
  clock.told = found;
  return found;
}

void ClockWatch::forget(const std::string& station) {
  clocks_.erase(station);
  office_.forget(station);
}

std::map<std::string, ClockWatch::Finding> ClockWatch::judge_office(std::size_t stations, WallTime now) {
  const auto news = office_.judge(stations, now);
  if (!news) return {};
  auto findings = news->off ? acquit_stations(now) : std::map<std::string, Finding>{};
  Finding office = *news;
  for (const auto& [station, finding] : findings) office.since = std::min(office.since, finding.since);
  findings.insert_or_assign(std::string{}, office);
  return findings;
}

/// What was found of them by the head-end's wrong clock is taken back, from its beginning.
std::map<std::string, ClockWatch::Finding> ClockWatch::acquit_stations(WallTime now) {
  std::map<std::string, Finding> acquitted;
  for (auto& [station, clock] : clocks_) {
    if (!clock.told || !clock.told->off || !office_.agrees(clock.told->ahead)) continue;
    clock.told = Finding{false, Micros{0}, clock.told->since};
    clock.agreed = now;
    acquitted.emplace(station, *clock.told);
  }
  return acquitted;
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

std::string describe_office(const ClockWatch::Finding& finding) {
  const bool fast = finding.ahead > Micros{0};
  const auto by = format_duration(std::chrono::floor<seconds>(abs(finding.ahead)));
  return fmt::format(
      "đồng hồ của máy chủ {} {} so với các trạm, mà các trạm khớp nhau: hãy chỉnh lại giờ máy chủ (NTP) · the "
      "head-end's "
      "own clock is {} {} its stations', which agree among themselves: set the clock of this machine right (NTP)",
      fast ? "nhanh" : "chậm", by, by, fast ? "ahead of" : "behind");
}

std::string describe(const ClockWatch::Finding& finding) {
  const bool early = finding.ahead > Micros{0};
  return fmt::format(
      "its clock is {} {} the head-end's: one of the two is wrong, and if it is the station's, what it "
      "plays is that much too {}",
      format_duration(std::chrono::floor<seconds>(abs(finding.ahead))), early ? "ahead of" : "behind",
      early ? "early" : "late");
}

}  // namespace loa::headend::fleet
