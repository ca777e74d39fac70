#pragma once
#include "headend/model/promise.hpp"
#include "tools/simfleet/report_view.hpp"
#include "tools/simfleet/site.hpp"

namespace loa::tools::simfleet {

/// What the report said of each cue, day after day, to be held against the last one: no second that was played by it
/// may go for something that comes later.
class History {
 public:
  /// Makes the report of the last days and keeps what is new in it.
  /// @error of the store
  Result<void> look(headend::store::Store& store, const std::vector<std::unique_ptr<Site>>& sites, Instant first,
                    Instant now);

  /// Returns what was reported as played at any time while the promise was the same.
  [[nodiscard]] Stretches played(const headend::model::PlannedCue& planned) const;

 private:
  using Key = std::tuple<std::string, std::string, std::uint32_t, std::int64_t, std::string>;  // … start, content
  static Key key_of(const headend::model::PlannedCue& planned);

  std::map<Key, Stretches> played_;
};

}  // namespace loa::tools::simfleet
