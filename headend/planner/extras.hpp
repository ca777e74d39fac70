#pragma once
#include <set>
#include <string>
#include <vector>

#include "headend/model/content.hpp"
#include "headend/model/promise.hpp"
#include "headend/model/station.hpp"
#include "headend/planner/planner.hpp"

/// What a plan gets beside programmes and slogans: volume by hour, and what stands in for missing content.
namespace loa::headend::planner {

/// The gain of a station at an instant: that of its volume window, else its own.
int gain_at(const model::Station& station, const timetable::Zone& zone, WallTime instant);

/// A filler under each sound that begins at or after `now`, cut to the filler's length; none where one lies already,
/// nor where the plan would become too large.
/// @param cues   of the plan, in any order; fillers that had begun are among them
/// @param begun  occurrences that are not planned anew
std::vector<model::PlannedCue> fillers_for(const std::vector<model::PlannedCue>& cues, const model::Content& filler,
                                           WallTime now, const timetable::Zone& zone,
                                           const std::set<std::string>& begun);

}  // namespace loa::headend::planner
