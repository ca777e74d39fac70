#pragma once
#include <vector>

#include "headend/planner/sounds.hpp"
#include "protocol/message/reason.hpp"

/// What a station will refuse: the law of protocol/policy, run over the cues the planner would make, with each day's
/// policy and with what will have been on air before. Pure.
namespace loa::headend::rules {

/// A cue that a station will refuse, or the rest of it from some instant on.
struct Refusal {
  v1::Cue cue;
  model::LocalDate date;             ///< on which its occurrence begins
  model::LocalDate judged;           ///< whose policy refuses it: that date, or a later one that the cue runs into
  protocol::message::Reason reason;  ///< as protocol::policy::forbidden_by gives it
};

/// What one station is planned to sound.
struct Soundings {
  std::vector<planner::Run> runs;  ///< by start; what the planner leaves out is none of them
  std::vector<v1::Cue> cues;       ///< by start, then segment
};

/// Plans the runs of some programmes on a station on the local dates from…to as the planner does at the first one's
/// midnight: what began before that is not planned.
Soundings soundings_of(const std::vector<const model::Programme*>& programmes, const model::Catalogue& catalogue,
                       const model::Station& station, model::LocalDate from, model::LocalDate to,
                       const planner::Settings& settings);

/// Lists each cue that a station will refuse for the law's sake, with the first reason, by time. It stands for a
/// station that is never off, has its content, and gets a plan at each local midnight; emergencies and orders are not
/// foreseen. A cue counts as a session only if it gets the air: one that a programme of higher class covers may not.
std::vector<Refusal> refusals_of(const std::vector<v1::Cue>& cues, const model::Catalogue& catalogue,
                                 const planner::Settings& settings);

}  // namespace loa::headend::rules
