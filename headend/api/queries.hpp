#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/report/report.hpp"
#include "headend/store/store.hpp"

/// Questions that both the JSON API and `loa` ask the store.
namespace loa::headend::api {

/// One station as the operator watches it.
struct FleetLine {
  store::Station station;
  bool known = false;   ///< it has been heard of at all
  bool online = false;  ///< the broker's unsigned word
  std::optional<v1::Status> status;
  std::optional<WallTime> status_received;
  std::uint64_t plan_issued = 0;  ///< sequence of the newest plan; 0: none yet
  std::vector<store::FaultRecord> faults;
};

/// Every station of the catalogue, by id.
Result<std::vector<FleetLine>> fleet(store::Store& store);

/// "chưa thấy · never seen", "mất kết nối · offline", "đang phát · on air", "sẵn sàng · ready" …
std::string state_of(const FleetLine& line);

/// Planned against actual over local dates, both included.
/// @param station  only this one; empty: all
/// @error missing: no such station · invalid: `to` before `from`
Result<report::Report> make_report(store::Store& store, store::LocalDate from, store::LocalDate to,
                                   timetable::Zone zone, const std::string& station, WallTime now);

}  // namespace loa::headend::api
