#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/model/fleet.hpp"
#include "headend/model/station.hpp"
#include "headend/report/reporter.hpp"
#include "headend/report/revision.hpp"
#include "headend/store/store.hpp"

/// Questions that both the JSON API and `loa` ask the store.
namespace loa::headend::api {

/// One station as the operator watches it.
struct FleetLine {
  model::Station station;
  bool known = false;     ///< it has been heard of at all
  bool online = false;    ///< the broker's unsigned word
  WallTime online_since;  ///< when that last changed
  std::optional<v1::Status> status;
  std::optional<WallTime> status_received;
  std::uint64_t plan_issued = 0;  ///< sequence of the newest plan; 0: none yet
  std::vector<model::FaultRecord> faults;
};

/// Every station of the catalogue, by id.
Result<std::vector<FleetLine>> fleet(store::Store& store);

/// Since when a station cannot be reached: never heard of, gone by the broker's word with no signed status in the 3 s
/// after it, or its next status is overdue (by as much again as it promised, at most 30 s). Absent: it can.
std::optional<WallTime> unreachable_since(const FleetLine& line, WallTime now);

/// Every fault that is not reset, by station and code: the stations' own, the ledger's, and `unreachable`, which is
/// not stored but for its acknowledgement.
Result<std::vector<model::FaultRecord>> faults(store::Store& store, WallTime now);

/// "chưa thấy · never seen", "mất kết nối · offline", "không liên lạc được · unreachable", "đang phát · on air",
/// "sẵn sàng · ready" …
std::string state_of(const FleetLine& line, WallTime now);

/// The order that tests a station's outputs, at its gain.
/// @error missing: no such station · unsupported: its software is too old to know the order
Result<v1::Command> test_order(store::Store& store, const std::string& station);
/// Planned against actual over local dates, both included.
/// @param station  only this one; empty: all
/// @param keep     whether a report of a closed period is kept with its number
/// @error missing: no such station · invalid: `to` before `from`
Result<report::Report> make_report(store::Store& store, model::LocalDate from, model::LocalDate to,
                                   timetable::Zone zone, const std::string& station, WallTime now, report::Keep keep);

}  // namespace loa::headend::api
