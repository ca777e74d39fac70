#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "headend/report/report.hpp"

namespace loa::headend::report {

/// Days on which a station had something to play or show, by station and medium.
using BusyDays = std::map<std::pair<std::string, v1::Medium>, std::set<timetable::LocalDate>>;

/// Sums differences by station, medium, bucket and reason over days on end: days without anything planned break no run.
/// @return by station and first day
std::vector<Run> runs_of(const std::vector<Difference>& differences, const BusyDays& busy, timetable::Zone zone);

}  // namespace loa::headend::report
