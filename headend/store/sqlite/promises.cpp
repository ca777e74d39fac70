#include "headend/store/sqlite/promises.hpp"

#include "headend/store/sqlite/cue_rows.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr const char* of_key = " WHERE station = ? AND occurrence = ? AND segment = ?";

Result<void> put_row(Connection& sql, const CueRow& row, WallTime made) {
  return sql.bound(upsert_of(cues_table) + " WHERE planned_cues.start_us >= ?", [&](Binder& binder) {
    values_of(cues_table, row)(binder);
    binder.add(made);
  });
}

Result<void> put_end(Connection& sql, const CueRow& row) {
  return sql.run(std::string{"UPDATE planned_cues SET end_us = ?, plan_sequence = ?, cue = ?, playlist = ?"} + of_key,
                 row.end, row.plan_sequence, Blob{row.print.cue}, row.print.pages, row.station, row.key.occurrence,
                 row.key.segment);
}

Result<void> cancel(Connection& sql, const model::IssuedPlan& issued, const model::CueKey& key) {
  return sql.run(std::string{"UPDATE planned_cues SET cancelled_us = ?"} + of_key, issued.made, issued.station,
                 key.occurrence, key.segment);
}

}  // namespace

/// Without an order: SQLite would read every cue of the station by the key's index to give one.
Result<std::vector<model::Standing>> SqlitePromises::standing(const std::string& station, WallTime from,
                                                              model::PromiseKind kind) {
  LOA_TRY_LET(auto rows, select(sql_, cues_table, "WHERE station = ? AND start_us >= ? AND emergency = ?", station,
                                from, kind == model::PromiseKind::emergency));
  FactsReader facts{sql_};
  std::vector<model::Standing> standing;
  standing.reserve(rows.size());
  for (auto& row : rows) {
    LOA_TRY_LET(auto counts_for, facts.facts_of(row.facts));
    standing.push_back({std::move(row.key), row.start, row.end, std::move(row.print), row.cancelled.has_value(),
                        std::move(counts_for)});
  }
  return standing;
}

Result<std::optional<model::PlannedCue>> SqlitePromises::one(const std::string& station, const model::CueKey& key) {
  LOA_TRY_LET(auto found, select_cues(sql_, of_key, station, key.occurrence, key.segment));
  return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

Result<void> SqlitePromises::keep(const model::IssuedPlan& issued, model::PromiseKind kind,
                                  const model::PromiseChanges& changes) {
  return sql_.transaction([&]() -> Result<void> {
    CueWriter writer{sql_};
    for (const auto& planned : changes.puts) {
      LOA_TRY_LET(const auto row, writer.row_of(issued, planned, kind));
      LOA_TRY(put_row(sql_, row, issued.made));
    }
    for (const auto& planned : changes.ends) {
      LOA_TRY_LET(const auto row, writer.row_of(issued, planned, kind));
      LOA_TRY(put_end(sql_, row));
    }
    LOA_TRY(put_facts(issued.station, changes.facts));
    for (const auto& key : changes.cancelled) LOA_TRY(cancel(sql_, issued, key));
    return {};
  });
}

Result<void> SqlitePromises::put_facts(const std::string& station, const std::vector<model::PlannedCue>& cues) {
  return sql_.transaction([&]() -> Result<void> {
    FactsWriter facts{sql_};
    for (const auto& planned : cues) {
      LOA_TRY_LET(const auto row, facts.row_of(planned.facts));
      const auto key = model::key_of(planned.cue);
      LOA_TRY(sql_.run(std::string{"UPDATE planned_cues SET facts = ?"} + of_key, row, station, key.occurrence,
                       key.segment));
    }
    return {};
  });
}

Result<void> SqlitePromises::cancel_from(const std::string& station, WallTime at) {
  return sql_.run(
      "UPDATE planned_cues SET cancelled_us = ? WHERE station = ? AND start_us >= ? AND cancelled_us IS NULL", at,
      station, at);
}

Result<std::vector<model::PlannedCue>> SqlitePromises::begun(const std::string& station, WallTime since, WallTime now) {
  return select_cues(sql_,
                     "WHERE station = ? AND start_us >= ? AND occurrence_start_us < ? AND end_us > ? AND "
                     "cancelled_us IS NULL AND emergency = 0 ORDER BY start_us, occurrence, segment",
                     station, since - std::chrono::hours{24}, now, since);
}

Result<std::vector<model::PlannedCue>> SqlitePromises::in(model::Span span, const std::optional<std::string>& station) {
  if (station) {
    return select_cues(sql_,
                       "WHERE station = ? AND start_us >= ? AND start_us < ? ORDER BY start_us, occurrence, segment",
                       *station, span.from, span.to);
  }
  return select_cues(sql_, "WHERE start_us >= ? AND start_us < ? ORDER BY station, start_us, occurrence, segment",
                     span.from, span.to);
}

Result<std::vector<std::string>> SqlitePromises::stations(model::Span span) {
  std::vector<std::string> stations;
  LOA_TRY(sql_.each(
      "SELECT DISTINCT station FROM planned_cues WHERE start_us >= ? AND start_us < ? ORDER BY station",
      [&](const Row& row) { stations.push_back(row.text(0)); }, span.from, span.to));
  return stations;
}

}  // namespace loa::headend::store::sqlite
