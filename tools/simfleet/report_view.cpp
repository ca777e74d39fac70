#include "tools/simfleet/report_view.hpp"

#include <algorithm>

namespace loa::tools::simfleet {

namespace report = headend::report;

Result<ReportView> ReportView::make(headend::store::Store& store, Instant from, Instant to, Instant now) {
  const headend::timetable::Zone zone;
  const auto date = [&](Instant at) { return zone.date_of(wall_from_us(at)); };
  LOA_TRY_LET(auto made, report::of_store(store, date(from), date(to - 1), zone, wall_from_us(now)));
  return ReportView{std::move(made)};
}

ReportView::ReportView(report::Report made) : report_(std::move(made)) {
  for (const auto& one : report_.differences)
    differences_[{one.station, one.occurrence, one.segment}].push_back(one.stretch);
  for (auto& [key, stretches] : differences_)
    std::sort(stretches.begin(), stretches.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  for (const auto& one : report_.anomalies) anomalies_.emplace(Key{one.station, one.occurrence, one.segment}, one);
}

std::vector<ReportView::Stretch> ReportView::of(const headend::model::PlannedCue& planned) const {
  const auto& cue = planned.cue;
  auto at = wall_from_us(cue.start_us());
  const auto end = wall_from_us(cue.start_us() + cue.duration_us());
  std::vector<Stretch> account;
  const auto played_until = [&](WallTime until) {
    if (at < until) account.push_back({at, until, v1::BUCKET_PLAYED, "played"});
  };
  if (const auto found = differences_.find({planned.station, cue.occurrence(), cue.segment()});
      found != differences_.end()) {
    for (const auto& stretch : found->second) {
      played_until(stretch.from);
      account.push_back(stretch);
      at = stretch.to;
    }
  }
  played_until(end);
  return account;
}

std::vector<report::Anomaly> ReportView::anomalies(const headend::model::PlannedCue& planned) const {
  std::vector<report::Anomaly> found;
  const auto [first, last] = anomalies_.equal_range({planned.station, planned.cue.occurrence(), planned.cue.segment()});
  for (auto entry = first; entry != last; ++entry) found.push_back(entry->second);
  return found;
}

std::int64_t ReportView::filler_us(const std::string& station, v1::Medium medium) const {
  std::int64_t sum_us = 0;
  for (const auto& row : report_.fillers)
    if (row.id == station && row.medium == medium) sum_us += row.account.in(v1::BUCKET_PLAYED).count();
  return sum_us;
}

Stretches in_bucket(const std::vector<report::Stretch>& account, std::initializer_list<v1::Bucket> buckets) {
  Stretches found;
  for (const auto& one : account) {
    if (std::find(buckets.begin(), buckets.end(), one.bucket) != buckets.end())
      found.push_back({to_us(one.from), to_us(one.to)});
  }
  return found;
}

}  // namespace loa::tools::simfleet
