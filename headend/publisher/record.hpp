#pragma once
#include <string>
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/store/store.hpp"

/// Acts on the store that are made of several ports' calls, each one transaction.
namespace loa::headend::publisher {

/// Keeps a plan and what it promises, as model::changes_of() says.
/// @param cues  the plan's cues that start at or after issued.made, and the sign's that end earlier (Planned::cues)
Result<void> record_plan(store::Store& store, const model::IssuedPlan& issued,
                         const std::vector<model::PlannedCue>& cues);

/// Keeps an emergency and what it promises likewise. Ordinary plans do not touch what it promised.
Result<void> record_emergency(store::Store& store, const model::IssuedEmergency& issued,
                              const std::vector<model::PlannedCue>& cues);

/// Keeps other facts of cues that stand as they were promised (model::other_facts()). Touches no cue that starts before
/// `now`.
/// @return how many were changed
Result<std::size_t> record_facts(store::Store& store, const std::string& station, WallTime now,
                                 const std::vector<model::PlannedCue>& cues);

/// Removes a station from the catalogue; what it was to play from `now` on becomes cancelled. Its plans and proofs
/// stay, because they are evidence.
/// @error missing
Result<void> drop_station(store::Store& store, const std::string& id, WallTime now);

/// Keeps an object; one that is there already serves the signs that it served before, too (model::united()).
/// @error missing: its category
Result<void> keep_content(store::Store& store, const model::Content& content);

}  // namespace loa::headend::publisher
