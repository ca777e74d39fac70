#pragma once
#include "headend/rules/entry.hpp"
#include "headend/timetable/local_time.hpp"

namespace loa::headend::rules {

/// Adds a breach for each way in which stations will refuse a programme, or others because of it.
/// @param programme  sound by itself; as if it were added to the catalogue or replaced its namesake there
/// @param today      refusals are told from this day on, over 28 days of the programme's validity; its week counts
/// whole
void check_law(Problems& problems, const model::Programme& programme, const model::Catalogue& catalogue,
               model::LocalDate today, timetable::Zone zone);

}  // namespace loa::headend::rules
