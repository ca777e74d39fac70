#pragma once
#include <vector>

#include "headend/model/programme.hpp"
#include "tools/simfleet/random.hpp"

namespace loa::tools::simfleet {

/// What an operator does to a programme that is on the timetable: moves it by up to 15 minutes, changes the order of
/// its segments, leaves one out, adds one, takes a day of the week from it or gives it back.
void edit(headend::model::Programme& programme, Random& random);

/// What becomes stricter by order: an hour later, an end in the middle of a programme, three sessions a day, ten
/// minutes each.
void edit(headend::model::Policy& policy, Random& random);

/// What an operator does to a slogan that is shown: other hours by up to half an hour, longer or shorter turns, another
/// place in the order.
void edit(headend::model::Slogan& slogan, Random& random);

}  // namespace loa::tools::simfleet
