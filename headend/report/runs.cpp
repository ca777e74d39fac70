#include "headend/report/runs.hpp"

#include <algorithm>
#include <tuple>

namespace loa::headend::report {
namespace {

/// What one day has of one cause.
struct Day {
  std::set<std::string> occurrences;
  std::set<std::pair<std::string, std::uint32_t>> cues;
  Micros length{0};
};

using Cause = std::tuple<std::string, v1::Medium, bool, v1::Bucket, std::string>;

Run run_of(const Difference& first, timetable::LocalDate date) {
  return {first.station,
          first.station_name,
          first.medium,
          first.emergency,
          first.stretch.bucket,
          first.stretch.reason,
          date,
          date,
          0,
          0,
          Micros{0}};
}

/// Whether the station had nothing to do on any day between two.
bool adjoin(const std::set<timetable::LocalDate>& busy, timetable::LocalDate one, timetable::LocalDate next) {
  const auto after = busy.upper_bound(one);
  return after == busy.end() || *after >= next;
}

}  // namespace

std::vector<Run> runs_of(const std::vector<Difference>& differences, const BusyDays& busy, timetable::Zone zone) {
  std::map<Cause, std::map<timetable::LocalDate, Day>> causes;
  std::map<Cause, const Difference*> firsts;
  for (const auto& one : differences) {
    const Cause cause{one.station, one.medium, one.emergency, one.stretch.bucket, one.stretch.reason};
    firsts.try_emplace(cause, &one);
    auto& day = causes[cause][zone.date_of(one.stretch.from)];
    day.occurrences.insert(one.occurrence);
    day.cues.insert({one.occurrence, one.segment});
    day.length += one.stretch.to - one.stretch.from;
  }
  static const std::set<timetable::LocalDate> never;
  std::vector<Run> runs;
  for (const auto& [cause, days] : causes) {
    const auto& first = *firsts.at(cause);
    const auto found = busy.find({first.station, first.medium});
    const auto& planned = found == busy.end() ? never : found->second;
    bool begins = true;
    for (const auto& [date, day] : days) {
      if (begins || !adjoin(planned, runs.back().to, date)) runs.push_back(run_of(first, date));
      begins = false;
      auto& run = runs.back();
      run.to = date;
      run.sessions += day.occurrences.size();
      run.cues += day.cues.size();
      run.length += day.length;
    }
  }
  std::stable_sort(runs.begin(), runs.end(), [](const Run& one, const Run& other) {
    return std::tie(one.station, one.from) < std::tie(other.station, other.from);
  });
  return runs;
}

}  // namespace loa::headend::report
