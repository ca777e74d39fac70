#include <map>
#include <utility>

#include "headend/store/database.hpp"
#include "headend/store/promises.hpp"

namespace loa::headend::store {
namespace {

/// Sealed plans are large; this many of a station are kept whole, of older ones the line and the promised cues.
constexpr int plans_kept_whole = 3;

PlannedCue planned_cue_of(const Row& row) {
  PlannedCue planned;
  const auto bytes = row.view(0);
  planned.cue.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  planned.plan_sequence = row.number<std::uint64_t>(1);
  planned.occurrence_start = row.instant(2);
  if (!row.is_null(3)) planned.cancelled = row.instant(3);
  planned.station = row.text(4);
  return planned;
}

using Key = std::pair<std::string, std::uint32_t>;

/// What an earlier plan said of the cues that have not begun, as bytes: most of a new plan says the same again.
struct Promise {
  std::string cue;
  bool cancelled = false;
  std::optional<std::int64_t> facts;
};

/// Cues as they are read, with the row of the facts of each: these are read after them, each row once.
class Reading {
 public:
  void add(const Row& row) {
    cues_.push_back(planned_cue_of(row));
    facts_.push_back(row.is_null(5) ? std::nullopt : std::optional{row.integer(5)});
  }
  Result<std::vector<PlannedCue>> finish(Connection& sql) {
    FactsReader reader{sql};
    for (std::size_t i = 0; i < cues_.size(); ++i) {
      LOA_TRY_LET(cues_[i].facts, reader.facts_of(facts_[i]));
    }
    return std::move(cues_);
  }

 private:
  std::vector<PlannedCue> cues_;
  std::vector<std::optional<std::int64_t>> facts_;
};

#define LOA_CUE_ROWS "SELECT cue, plan_sequence, occurrence_start_us, cancelled_us, station, facts FROM planned_cues "

Result<std::map<Key, Promise>> promises_after(Connection& sql, const std::string& station, WallTime instant,
                                              bool emergency) {
  std::map<Key, Promise> promises;
  LOA_TRY(sql.each(
      "SELECT occurrence, segment, cue, cancelled_us, facts FROM planned_cues WHERE station = ? AND start_us >= ? AND "
      "emergency = ?",
      [&](const Row& row) {
        promises[{row.text(0), row.number<std::uint32_t>(1)}] = {
            row.text(2), !row.is_null(3), row.is_null(4) ? std::nullopt : std::optional{row.integer(4)}};
      },
      station, instant, emergency));
  return promises;
}

Result<void> put_planned_cue(Connection& sql, const IssuedPlan& issued, const PlannedCue& planned,
                             const std::string& bytes, std::optional<std::int64_t> facts, bool emergency) {
  const auto& cue = planned.cue;
  return sql.run(
      "INSERT INTO planned_cues VALUES (?,?,?,?,?,?,?,NULL,?,?,?) ON CONFLICT (station, occurrence, segment) DO UPDATE "
      "SET "
      "start_us = excluded.start_us, end_us = excluded.end_us, occurrence_start_us = excluded.occurrence_start_us, "
      "plan_sequence = excluded.plan_sequence, cancelled_us = NULL, cue = excluded.cue, "
      "facts = excluded.facts "
      "WHERE start_us >= ?",
      issued.station, cue.occurrence(), cue.segment(), cue.start_us(), cue.start_us() + cue.duration_us(),
      planned.occurrence_start, issued.sequence, Blob{bytes}, emergency, facts, issued.made);
}

/// The promise stands; what it counts for is another thing now.
Result<void> put_facts(Connection& sql, const std::string& station, const v1::Cue& cue,
                       std::optional<std::int64_t> facts) {
  return sql.run("UPDATE planned_cues SET facts = ? WHERE station = ? AND occurrence = ? AND segment = ?", facts,
                 station, cue.occurrence(), cue.segment());
}

}  // namespace

Result<void> record_cues(Connection& sql, const IssuedPlan& issued, const std::vector<PlannedCue>& cues,
                         bool emergency) {
  LOA_TRY_LET(auto before, promises_after(sql, issued.station, issued.made, emergency));
  FactsWriter facts{sql};
  for (const auto& planned : cues) {
    const auto bytes = planned.cue.SerializeAsString();
    LOA_TRY_LET(const auto row, facts.row_of(planned.facts));
    const auto earlier = before.extract({planned.cue.occurrence(), planned.cue.segment()});
    if (!earlier.empty() && !earlier.mapped().cancelled && earlier.mapped().cue == bytes) {
      if (row && earlier.mapped().facts != row) LOA_TRY(put_facts(sql, issued.station, planned.cue, row));
      continue;
    }
    LOA_TRY(put_planned_cue(sql, issued, planned, bytes, row, emergency));
  }
  for (const auto& [key, promise] : before) {
    if (promise.cancelled) continue;
    LOA_TRY(sql.run("UPDATE planned_cues SET cancelled_us = ? WHERE station = ? AND occurrence = ? AND segment = ?",
                    issued.made, issued.station, key.first, key.second));
  }
  return {};
}

Result<std::optional<IssuedPlan>> Store::newest_plan(const std::string& station) {
  std::optional<IssuedPlan> plan;
  LOA_TRY(database_->sql->each(
      "SELECT sequence, made_us, horizon_us, sealed FROM plans WHERE station = ? ORDER BY sequence DESC LIMIT 1",
      [&](const Row& row) {
        plan = IssuedPlan{station, row.number<std::uint64_t>(0), row.instant(1), row.instant(2), row.text(3)};
      },
      station));
  return plan;
}

Result<void> Store::record_plan(const IssuedPlan& issued, const std::vector<PlannedCue>& cues) {
  auto& sql = *database_->sql;
  return sql.transaction([&]() -> Result<void> {
    LOA_TRY(sql.run("INSERT INTO plans VALUES (?,?,?,?,?)", issued.station, issued.sequence, issued.made,
                    issued.horizon, Blob{issued.sealed}));
    LOA_TRY(
        sql.run("UPDATE plans SET sealed = x'' WHERE station = ? AND sealed <> x'' AND sequence NOT IN "
                "(SELECT sequence FROM plans WHERE station = ? ORDER BY sequence DESC LIMIT ?)",
                issued.station, issued.station, plans_kept_whole));
    return record_cues(sql, issued, cues, false);
  });
}

Result<std::vector<PlannedCue>> Store::begun_cues(const std::string& station, WallTime since, WallTime now) {
  Reading reading;
  LOA_TRY(database_->sql->each(
      LOA_CUE_ROWS
      "WHERE station = ? AND start_us >= ? AND occurrence_start_us < ? AND end_us > ? AND cancelled_us IS NULL "
      "AND emergency = 0 ORDER BY start_us, occurrence, segment",
      [&](const Row& row) { reading.add(row); }, station, since - std::chrono::hours{24}, now, since));
  return reading.finish(*database_->sql);
}

Result<std::vector<PlannedCue>> Store::planned_cues(Span span, const std::string& station) {
  Reading reading;
  const auto add = [&](const Row& row) { reading.add(row); };
  if (station.empty()) {
    LOA_TRY(database_->sql->each(LOA_CUE_ROWS
                                 "WHERE start_us >= ? AND start_us < ? ORDER BY station, start_us, occurrence, segment",
                                 add, span.from, span.to));
  } else {
    LOA_TRY(database_->sql->each(
        LOA_CUE_ROWS "WHERE start_us >= ? AND start_us < ? AND station = ? ORDER BY start_us, occurrence, segment", add,
        span.from, span.to, station));
  }
  return reading.finish(*database_->sql);
}

Result<std::vector<std::string>> Store::stations_planned(Span span) {
  std::vector<std::string> stations;
  LOA_TRY(database_->sql->each(
      "SELECT DISTINCT station FROM planned_cues WHERE start_us >= ? AND start_us < ? ORDER BY station",
      [&](const Row& row) { stations.push_back(row.text(0)); }, span.from, span.to));
  return stations;
}

}  // namespace loa::headend::store
