#pragma once
#include <chrono>
#include <cstdint>

#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"

/// The ward's civil time: what the law counts in. Days and weeks of it are computed here and nowhere else.
namespace loa::protocol::policy {

/// A date in the ward's local time. Weekdays are computed from this and never from a UTC instant.
using LocalDate = std::chrono::local_days;

/// A set of weekdays: bit 0 = Monday … bit 6 = Sunday, as in v1::Policy::Window.
using Weekdays = std::uint32_t;

/// The ward's local time: a fixed offset from UTC (Asia/Ho_Chi_Minh: 7 h, no daylight saving).
struct Zone {
  std::chrono::seconds utc_offset{25200};

  /// Gives the instant of a local date and time; `time` may pass midnight.
  [[nodiscard]] WallTime to_utc(LocalDate date, Micros time) const;
  /// Gives the instant at which a local date begins.
  [[nodiscard]] WallTime midnight(LocalDate date) const { return to_utc(date, Micros{0}); }
  [[nodiscard]] LocalDate date_of(WallTime instant) const;
  /// Counts from local midnight.
  [[nodiscard]] Micros time_of_day(WallTime instant) const;
};

/// Reads the zone in which a policy counts.
Zone zone_of(const v1::Policy& policy);

/// Numbers the day of the week: 0 = Monday … 6 = Sunday.
unsigned weekday_of(LocalDate date);
/// Says whether a local date's weekday is in the set.
bool falls_on(Weekdays days, LocalDate date);
/// Gives the Monday of a date's week.
LocalDate week_of(LocalDate date);

}  // namespace loa::protocol::policy
