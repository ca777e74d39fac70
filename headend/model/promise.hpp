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

/// Who promises: what plans say of a cue stands apart from what emergencies say.
enum class PromiseKind : std::uint8_t { plan, emergency };

/// Names a cue of one station.
struct CueKey {
  std::string occurrence;
  std::uint32_t segment = 0;
  auto operator<=>(const CueKey&) const = default;
};
CueKey key_of(const v1::Cue& cue);

/// A cue's bytes in two parts, because many cues show the same pages.
struct CueParts {
  std::string cue;    ///< without its pages
  std::string pages;  ///< a Cue with nothing but pages; empty: it has none
};
CueParts parts_of(const v1::Cue& cue);

/// By what one cue is told from another without reading its pages.
struct CuePrint {
  std::string cue;              ///< CueParts::cue
  std::optional<Sha256> pages;  ///< digest of CueParts::pages; absent: it has none
  bool operator==(const CuePrint&) const = default;
};

/// What stands promised of a cue that has not begun.
struct Standing {
  CueKey key;
  WallTime start;
  WallTime end;
  CuePrint print;
  bool cancelled = false;
  std::shared_ptr<const PromiseFacts> facts{};  ///< null: not told
};

/// What a new plan changes of what was promised.
struct PromiseChanges {
  std::vector<PlannedCue> puts;   ///< new, or promised otherwise than before
  std::vector<PlannedCue> facts;  ///< as they were promised, but count for something else now
  std::vector<PlannedCue> ends;   ///< a sign's cues that had begun, with an end that came forward
  std::vector<CueKey> cancelled;
};

}  // namespace loa::headend::model
