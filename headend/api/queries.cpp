#include "headend/api/queries.hpp"

#include <algorithm>

namespace loa::headend::api {

Result<std::vector<FleetLine>> fleet(store::Store& store) {
  LOA_TRY_LET(const auto catalogue, store.catalogue());
  LOA_TRY_LET(const auto statuses, store.statuses());
  LOA_TRY_LET(const auto faults, store.faults());
  std::vector<FleetLine> lines;
  for (const auto& station : catalogue.stations) {
    FleetLine line;
    line.station = station;
    const auto found =
        std::find_if(statuses.begin(), statuses.end(), [&](const auto& s) { return s.station == station.id; });
    if (found != statuses.end()) {
      line.known = true;
      line.online = found->online;
      line.status = found->status;
      line.status_received = found->status_received;
    }
    LOA_TRY_LET(const auto plan, store.newest_plan(station.id));
    line.plan_issued = plan ? plan->sequence : 0;
    std::copy_if(faults.begin(), faults.end(), std::back_inserter(line.faults),
                 [&](const auto& fault) { return fault.station == station.id; });
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string state_of(const FleetLine& line) {
  if (!line.known) return "chưa thấy · never seen";
  if (!line.online) return "mất kết nối · offline";
  if (!line.status) return "đã kết nối · online";
  if (!line.status->on_air().empty()) return "đang phát · on air";
  if (line.status->plan_sequence() < line.plan_issued) return "chờ kế hoạch · plan on its way";
  if (line.status->objects_held() < line.status->objects_wanted()) return "đang tải · fetching";
  return "sẵn sàng · ready";
}

Result<report::Report> make_report(store::Store& store, store::LocalDate from, store::LocalDate to,
                                   timetable::Zone zone, const std::string& station, WallTime now) {
  if (station.empty()) return report::of_store(store, from, to, zone, now);
  if (to < from) {
    return fail(ErrorCode::invalid, "the period ends on {} before it begins on {}", timetable::format_date(to),
                timetable::format_date(from));
  }
  constexpr std::chrono::days margin{1};  // a cue lasts at most 24 h
  const auto span = report::span_of(from, to, zone);
  LOA_TRY_LET(const auto catalogue, store.catalogue());
  LOA_TRY_LET(const auto planned, store.planned_cues({span.from - margin, span.to}, station));
  LOA_TRY_LET(const auto proofs, store.proofs({span.from - margin, span.to + margin}, station));
  if (planned.empty() && catalogue.station(station) == nullptr) {
    return fail(ErrorCode::missing, "there is no station \"{}\": `loa station list` shows them", station);
  }
  report::Reporter reporter{catalogue, from, to, zone, now};
  reporter.add(planned, proofs);
  return reporter.finish();
}

}  // namespace loa::headend::api
