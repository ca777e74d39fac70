#include "headend/report/reporter.hpp"

namespace loa::headend::report {
namespace {

/// Everything of one station that the period needs.
Result<void> add_station(Reporter& reporter, store::Store& store, const model::Span& span, const std::string& station,
                         const std::vector<model::ClockFinding>& office) {
  constexpr std::chrono::days margin{1};  // a cue lasts at most 24 h
  LOA_TRY_LET(const auto planned, store.promises().in({span.from - margin, span.to}, station));
  LOA_TRY_LET(const auto proofs, store.proofs().in({span.from - margin, span.to + margin}, station));
  Known known;
  known.office = office;
  LOA_TRY_LET(known.clock, store.findings().clocks(station));
  LOA_TRY_LET(known.journals, store.findings().journals(station));
  LOA_TRY_LET(known.conflicts, store.findings().conflicts(station));
  LOA_TRY_LET(known.lost, store.lost_proofs().of(station));
  reporter.add(planned, proofs, known);
  return {};
}

}  // namespace

Result<Report> of_store(store::Store& store, timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone,
                        WallTime now, const std::string& station) {
  if (to < from) {
    return fail(ErrorCode::invalid, "the period would end on {}, before it begins on {}", timetable::format_date(to),
                timetable::format_date(from));
  }
  const auto span = span_of(from, to, zone);
  std::vector<std::string> stations{station};
  if (station.empty()) {
    LOA_TRY_LET(stations, store.promises().stations({span.from - std::chrono::days{1}, span.to}));
  }
  LOA_TRY_LET(const auto office, store.findings().clocks(""));
  Reporter reporter{from, to, zone, now};
  for (const auto& one : stations) LOA_TRY(add_station(reporter, store, span, one, office));
  auto report = reporter.finish();
  LOA_TRY_LET(report.first_plan, store.plans().first(station.empty() ? std::nullopt : std::optional{station}));
  return report;
}

}  // namespace loa::headend::report
