#pragma once
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/report/reporter.hpp"
#include "tools/simfleet/stretch.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// What the ward's report says of each cue, read back from a report as an auditor gets it: planned time less its
/// differences was played.
class ReportView {
 public:
  using Stretch = headend::report::Stretch;

  /// Makes the report of the local days that [from, to) is.
  /// @param now  by which cues have ended
  /// @error of the store
  static Result<ReportView> make(headend::store::Store& store, Instant from, Instant to, Instant now);

  /// Returns the cue's planned time by what became of it, in order, without a gap. Not of fillers.
  [[nodiscard]] std::vector<Stretch> of(const headend::model::PlannedCue& planned) const;
  [[nodiscard]] std::vector<headend::report::Anomaly> anomalies(const headend::model::PlannedCue& planned) const;
  /// Returns how long the fillers of a station were played, all together.
  [[nodiscard]] std::int64_t filler_us(const std::string& station, v1::Medium medium) const;
  [[nodiscard]] std::uint64_t unexplained() const { return report_.cues_unexplained; }

 private:
  using Key = std::tuple<std::string, std::string, std::uint32_t>;  // station, occurrence, segment
  explicit ReportView(headend::report::Report report);

  headend::report::Report report_;
  std::map<Key, std::vector<Stretch>> differences_;
  std::multimap<Key, headend::report::Anomaly> anomalies_;
};

/// Returns what of a cue's account is one of these buckets, in planned time.
Stretches in_bucket(const std::vector<headend::report::Stretch>& account, std::initializer_list<v1::Bucket> buckets);

}  // namespace loa::tools::simfleet
