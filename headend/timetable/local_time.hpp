#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "headend/model/terms.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/policy/local_time.hpp"

/// From what an operator writes to occurrences in local time.
namespace loa::headend::timetable {

using model::LocalDate;
using model::TimeOfDay;
using model::Weekdays;

using protocol::policy::falls_on;
using protocol::policy::week_of;
using protocol::policy::Zone;

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

/// Local date and time of an instant for people: "2026-11-21 05:00:30".
std::string format_local(WallTime instant, Zone zone);
/// With fraction, for a list of differences: "05:00:30.250".
std::string format_local_time(WallTime instant, Zone zone);

}  // namespace loa::headend::timetable
