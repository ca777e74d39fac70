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
  if (to < from) {
    return fail(ErrorCode::invalid, "the period ends on {} before it begins on {}", timetable::format_date(to),
                timetable::format_date(from));
  }
  const auto span = report::span_of(from, to, zone);
  report::Material material;
  LOA_TRY(store.transaction([&]() -> Result<void> {
    LOA_TRY_LET(material.catalogue, store.catalogue());
    LOA_TRY_LET(material.planned, store.planned_cues(span));
    LOA_TRY_LET(material.proofs, store.proofs(span));
    return {};
  }));
  if (!station.empty()) {
    const auto elsewhere = [&](const auto& entry) { return entry.station != station; };
    std::erase_if(material.planned, elsewhere);
    std::erase_if(material.proofs, elsewhere);
    if (material.planned.empty() && material.catalogue.station(station) == nullptr) {
      return fail(ErrorCode::missing, "there is no station \"{}\": `loa station list` shows them", station);
    }
  }
  return report::make(material, from, to, zone, now);
}

}  // namespace loa::headend::api
