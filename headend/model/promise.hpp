#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headend/model/terms.hpp"
#include "protocol/base/result.hpp"
#include "protocol/message/loa.pb.h"

/// What was promised: plans as they went out, and their cues with what these count for.
namespace loa::headend::model {

/// A plan as it went out.
struct IssuedPlan {
  std::string station;
  std::uint64_t sequence = 0;
  WallTime made;
  WallTime horizon;
  std::string sealed;  ///< the envelope that is published
};

/// Which plan a station was given last.
struct PlanHead {
  std::uint64_t sequence = 0;
  WallTime made;
};

/// An emergency as it went out to one station, or what called it off.
struct IssuedEmergency {
  IssuedPlan plan;     ///< its audience, sequence and life
  WallTime until;      ///< end of its last cue; plan.made: it calls off
  std::string title;   ///< of its sound
  std::string reason;  ///< as the operator gave it
  [[nodiscard]] bool in_force(WallTime now) const { return now < until; }
};

/// What one page of a sign's cue counts for.
struct PageFacts {
  Named column;
  std::string slogan;  ///< id; empty: not known (as of migration)
  std::string text;    ///< of the slogan
  bool operator==(const PageFacts&) const = default;
};

/// What a cue counts for in the report: the catalogue as it was when the cue was promised. No later edit changes it.
struct PromiseFacts {
  std::string station;        ///< its name
  std::vector<Named> groups;  ///< of the station, without `everyone`; by id
  Named column;
  std::string title;             ///< whole: that of the message may be cut
  std::vector<PageFacts> pages;  ///< one for each page of the cue, in its order; none for a sound
  bool as_of_migration = false;  ///< promised by a build that kept no facts: the catalogue of the day of the migration
  bool operator==(const PromiseFacts&) const = default;
};

/// Writes facts as JSON, without what is empty: a dimension that is added later needs no migration.
std::string format_facts(const PromiseFacts& facts);
/// @error invalid: not written by format_facts()
Result<PromiseFacts> parse_facts(std::string_view text);

/// What the last plan issued before a cue's start promised about it.
struct PlannedCue {
  std::string station;
  v1::Cue cue;
  WallTime occurrence_start;          ///< of the occurrence's first segment on this station
  std::uint64_t plan_sequence = 0;    ///< of the plan that decided it
  std::optional<WallTime> cancelled;  ///< a later plan, made at this instant and before the start, left it out
  std::shared_ptr<const PromiseFacts> facts{};  ///< shared by the cues that count for the same; null: not told
};

}  // namespace loa::headend::model
