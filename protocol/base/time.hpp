#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"

namespace loa {

/// Microseconds, the resolution of every instant on the wire.
using Micros = std::chrono::microseconds;

/// An instant of civil time, UTC, microseconds since 1970-01-01. For plans and proofs. May step; never used for
/// timeouts.
using WallTime = std::chrono::sys_time<Micros>;

/// An instant of CLOCK_MONOTONIC in nanoseconds. For time-outs and audio. Means nothing after a reboot.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// How far the wall clock can be believed (PROTOCOL.md §7). Ordered: a greater grade is a better one.
enum class ClockGrade : int {
  none = 0,         ///< never set since power-on
  last_known = 1,   ///< at least this late: from disk at boot, or carried on since the clock was last believed
  network = 2,      ///< synchronised, error bound of seconds
  disciplined = 3,  ///< synchronised, error bound within 100 ms; the usual error is milliseconds
};

/// "none", "last-known", "network" or "disciplined".
const char* name_of(ClockGrade grade);

/// The moment as a caller sees it. Pure code takes one and never asks a clock.
struct Now {
  WallTime wall;
  MonoTime mono;
  ClockGrade grade = ClockGrade::none;
};

/// From and to microseconds since the epoch, as on the wire.
constexpr WallTime wall_from_us(std::int64_t us) { return WallTime{Micros{us}}; }
constexpr std::int64_t to_us(WallTime time) { return time.time_since_epoch().count(); }

/// @return UTC as "2026-11-21T22:00:00.000000Z" (RFC 3339, always six digits of fraction); what lies outside of the
/// years
///         0…9999 is given as the first or last instant of them
std::string format_utc(WallTime time);

/// @param text  RFC 3339 in UTC: "2026-11-21T22:00:00Z", fraction of 1…6 digits allowed
/// @error       invalid: not such an instant
Result<WallTime> parse_utc(std::string_view text);

/// @return a length for people, cut to what is shown: "1 h 02 min 03.4 s", "3.4 s", "120 ms"
std::string format_duration(Micros duration);

}  // namespace loa
