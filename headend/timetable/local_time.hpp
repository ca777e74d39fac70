#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "headend/model/terms.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

/// From what an operator writes to occurrences in local time.
namespace loa::headend::timetable {

using model::LocalDate;
using model::TimeOfDay;
using model::Weekdays;

/// The ward's local time: a fixed offset from UTC (Asia/Ho_Chi_Minh: 7 h, no daylight saving).
struct Zone {
  std::chrono::seconds utc_offset{25200};

  /// The instant of a local date and time; `time` may pass midnight.
  [[nodiscard]] WallTime to_utc(LocalDate date, Micros time) const;
  [[nodiscard]] LocalDate date_of(WallTime instant) const;
  /// Since local midnight.
  [[nodiscard]] Micros time_of_day(WallTime instant) const;
};

/// "2026-11-21", or as people write it: "21/11/2026".
/// @error invalid
Result<LocalDate> parse_date(std::string_view text);
/// "2026-11-21"
std::string format_date(LocalDate date);
/// "21/11/2026"
std::string format_date_vi(LocalDate date);

/// "05:00", "5:00", "05:00:30", "5h", "5h30"; "24:00" only where an end is meant.
/// @error invalid
Result<TimeOfDay> parse_time(std::string_view text, bool may_be_24 = false);
/// "05:00", or "05:00:30" when there are seconds.
std::string format_time(TimeOfDay time);

/// A list of days and ranges, Vietnamese or English: "T2-T6", "T2,T4,CN", "mon-fri,sun", "daily", "hằng ngày".
/// @error invalid
Result<Weekdays> parse_weekdays(std::string_view text);
/// "T2–T6", "T2, T4, CN", "hằng ngày"
std::string format_weekdays(Weekdays days);

/// Whether a local date's weekday is in the set.
bool falls_on(Weekdays days, LocalDate date);
/// The Monday of a date's week.
LocalDate week_of(LocalDate date);

/// Local date and time of an instant for people: "2026-11-21 05:00:30".
std::string format_local(WallTime instant, Zone zone);
/// With fraction, for a list of differences: "05:00:30.250".
std::string format_local_time(WallTime instant, Zone zone);

}  // namespace loa::headend::timetable
