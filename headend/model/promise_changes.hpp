#pragma once
#include <map>
#include <vector>

#include "headend/model/promise.hpp"

/// What a new plan changes of what was promised. Frozen at a cue's start: an edit never rewrites what was due.
namespace loa::headend::model {

/// Promises of cues that have begun, by their keys.
using Begun = std::map<CueKey, PlannedCue>;

/// Tells whether changes_of() needs to know what was promised of a cue, because a plan may bring the end of a sign's
/// cue forward that has begun.
/// @param made  when the new plan was made
bool may_end_earlier(const v1::Cue& cue, WallTime made, PromiseKind kind);

/// Compares a new plan with what stands. A cue that starts at or after `made` replaces what was promised of it; one
/// that `standing` has and the plan leaves out is cancelled. Of what had begun only a sign's cue is touched, and only
/// its end, brought forward to an instant at or after `made`. What stays the same stays promised by the plan that said
/// it first.
/// @param standing  of the cues that start at or after `made`, of the same kind
/// @param begun     promises of those of `cues` that may_end_earlier()
PromiseChanges changes_of(std::vector<Standing> standing, const Begun& begun, const std::vector<PlannedCue>& cues,
                          WallTime made, PromiseKind kind);

/// Lists the cues that stand as they were promised and count for something else now: for an edit that changes what cues
/// count for and nothing that a station does.
/// @param standing  of the cues that have not begun
std::vector<PlannedCue> other_facts(std::vector<Standing> standing, const std::vector<PlannedCue>& cues);

}  // namespace loa::headend::model
