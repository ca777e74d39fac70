#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/model/proof.hpp"
#include "headend/report/claims.hpp"
#include "headend/report/hours.hpp"
#include "headend/report/report.hpp"
#include "headend/report/runs.hpp"
#include "headend/report/slogans.hpp"
#include "headend/store/store.hpp"

namespace loa::headend::report {

/// Accounts of one table, and the names that its ids had.
class Table {
 public:
  /// @param named  the name counts from the instant of the first promise that bore it
  void add(v1::Medium medium, const model::Named& named, WallTime promised, const Account& account);
  /// @return by medium and id; several names of one id by time, "old → new"
  [[nodiscard]] std::vector<Row> rows() const;

 private:
  struct Line {
    Account account;
    std::map<std::string, WallTime> names;  ///< with the first instant of each
  };
  std::map<std::pair<v1::Medium, std::string>, Line> lines_;
};

/// Makes the report of a period, some stations at a time, from promises, their facts and proofs alone: no later edit of
/// the catalogue changes it.
class Reporter {
 public:
  /// @param now  cues that end later are "to come"
  Reporter(timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone, WallTime now);

  /// Counts whole stations: everything of a station in one call.
  /// @param planned  cues that start in the period; earlier ones are only used to recognise their proofs
  /// @param proofs   without flaw, by station, epoch and number; at least all of the cues above
  /// @param known    of the station; where it is anything, the call is about one station
  void add(const std::vector<model::PlannedCue>& planned, const std::vector<model::ProofRecord>& proofs,
           const Known& known = {});

  /// Call once.
  Report finish();

 private:
  using Proofs = std::vector<const model::ProofRecord*>;

  void add_cue(const model::PlannedCue& cue, const Proofs& proofs, const Known& known);
  void add_cancelled(const Proofs& proofs);
  void add_filler(const model::PlannedCue& cue, const Settlement& settled);
  void add_programme(const model::PlannedCue& cue, const Proofs& proofs, const Settlement& settled);
  void add_columns(const model::PlannedCue& cue, const model::PromiseFacts& facts, const Settlement& settled);
  void add_differences(const model::PlannedCue& cue, const Settlement& settled);
  void look_at(const model::PlannedCue& cue, const Proofs& proofs, const Settlement& settled, const Known& known);
  void note(const model::PlannedCue& cue, const char* kind, std::uint64_t proofs, Micros length);

  model::Span span_;
  Report report_;
  Table total_, stations_, categories_, groups_, emergencies_, fillers_;
  BroadcastHours hours_;
  Slogans slogans_;
  BusyDays busy_;
  std::map<std::pair<std::string, v1::Medium>, Again> again_;
  std::map<std::pair<std::string, std::string>, Note> notes_;
  std::set<std::string> in_groups_;
};

/// Reads what the report needs from the store, station by station.
/// @param station  empty: the whole ward
/// @error invalid: `to` is before `from` · and those of the store
Result<Report> of_store(store::Store& store, timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone,
                        WallTime now, const std::string& station = {});

}  // namespace loa::headend::report
