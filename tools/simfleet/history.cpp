#include "tools/simfleet/history.hpp"

#include <algorithm>

namespace loa::tools::simfleet {
namespace {

constexpr std::int64_t looks_back_us = 3 * day_us;

}  // namespace

History::Key History::key_of(const headend::model::PlannedCue& planned) {
  const auto& cue = planned.cue;
  return {planned.station, cue.occurrence(), cue.segment(), cue.start_us(), cue.object()};
}

Result<void> History::look(headend::store::Store& store, const std::vector<std::unique_ptr<Site>>& sites, Instant first,
                           Instant now) {
  const Instant from = std::max(first, now - looks_back_us);
  LOA_TRY_LET(const auto view, ReportView::make(store, from, now, now));
  for (const auto& site : sites) {
    LOA_TRY_LET(const auto planned, store.promises().in({wall_from_us(from), wall_from_us(now)}, site->id()));
    for (const auto& cue : planned) {
      const bool over = cue.cue.start_us() + cue.cue.duration_us() <= now;
      if (cue.cancelled || !over || cue.cue.cue_class() == v1::CUE_CLASS_FILLER) continue;
      auto said = in_bucket(view.of(cue), {v1::BUCKET_PLAYED});
      auto& known = played_[key_of(cue)];
      known.insert(known.end(), said.begin(), said.end());
      known = joined(std::move(known));
    }
  }
  return {};
}

Stretches History::played(const headend::model::PlannedCue& planned) const {
  const auto entry = played_.find(key_of(planned));
  return entry == played_.end() ? Stretches{} : entry->second;
}

}  // namespace loa::tools::simfleet
