#pragma once
#include "headend/model/catalogue.hpp"
#include "headend/planner/planner.hpp"

namespace loa::headend::planner {

/// The policy of today as a station keeps it, up to the day on which another one takes its place.
/// @param note  set to a sentence when none is in force
v1::Policy policy_message(const model::Catalogue& catalogue, model::LocalDate today, const Settings& settings,
                          std::optional<std::string>& note);

}  // namespace loa::headend::planner
