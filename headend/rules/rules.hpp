#pragma once
#include <vector>

#include "headend/model/catalogue.hpp"
#include "headend/rules/problem.hpp"
#include "headend/timetable/local_time.hpp"

/// What is wrong with an entry of the catalogue, told while it is edited. Pure.
namespace loa::headend::rules {

/// Finds everything that is wrong with a programme, as if it were added to the catalogue or replaced its namesake
/// there. Its breaches are what stations will refuse (refusals.hpp): of the programme itself, and of others because of
/// it; each kind of breach is told once, for the first station and day.
/// @param today  breaches are looked for from this day on, over 28 days of its validity
std::vector<Problem> problems_of(const model::Programme& programme, const model::Catalogue& catalogue,
                                 model::LocalDate today, timetable::Zone zone);

/// Finds everything that is wrong with a slogan. (Slogans that share a window take turns: no overlap among them is
/// wrong.)
std::vector<Problem> problems_of(const model::Slogan& slogan, const model::Catalogue& catalogue,
                                 model::LocalDate today);

/// Finds everything that is wrong with a policy.
std::vector<Problem> problems_of(const model::Policy& policy);

}  // namespace loa::headend::rules
