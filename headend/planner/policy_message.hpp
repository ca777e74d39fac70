#pragma once
#include "headend/model/catalogue.hpp"
#include "headend/planner/planner.hpp"

namespace loa::headend::planner {

/// The policy of today as a station keeps it, up to the day on which another one takes its place.
/// Without one in force nothing is allowed.
v1::Policy policy_message(const model::Catalogue& catalogue, model::LocalDate today, const Settings& settings);

}  // namespace loa::headend::planner
