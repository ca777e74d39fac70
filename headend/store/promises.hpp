#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/model/promise.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// What each cue was promised to be, by the last plan or emergency that speaks of it. publisher::record_plan() decides
/// what of it a new one changes.
class Promises {
 public:
  /// Lists what stands of the cues that start at or after an instant, cancelled ones included; by occurrence and
  /// segment.
  /// @param kind  plans and emergencies promise apart
  virtual Result<std::vector<model::Standing>> standing(const std::string& station, WallTime from,
                                                        model::PromiseKind kind) = 0;
  /// @return absent: no cue of that key was promised
  virtual Result<std::optional<model::PlannedCue>> one(const std::string& station, const model::CueKey& key) = 0;

  /// Writes what a plan or an emergency changes. Rows of cues that had begun at `issued.made` are touched by
  /// `changes.ends` alone.
  virtual Result<void> keep(const model::IssuedPlan& issued, model::PromiseKind kind,
                            const model::PromiseChanges& changes) = 0;
  /// Replaces what cues count for.
  virtual Result<void> put_facts(const std::string& station, const std::vector<model::PlannedCue>& cues) = 0;
  /// Cancels, as of an instant, every cue that starts at or after it.
  virtual Result<void> cancel_from(const std::string& station, WallTime at) = 0;

  /// Lists cues, not cancelled, of occurrences that had begun at `now` and whose own planned time ends after `since`;
  /// by start.
  virtual Result<std::vector<model::PlannedCue>> begun(const std::string& station, WallTime since, WallTime now) = 0;
  /// Lists cues that start inside the span, cancelled ones included; by station, start, segment.
  /// @param station  absent: of every station
  virtual Result<std::vector<model::PlannedCue>> in(model::Span span,
                                                    const std::optional<std::string>& station = std::nullopt) = 0;
  /// Lists stations that have cues in the span, removed ones included; sorted.
  virtual Result<std::vector<std::string>> stations(model::Span span) = 0;

 protected:
  ~Promises() = default;
};

}  // namespace loa::headend::store
