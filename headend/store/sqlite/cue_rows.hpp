#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/store/sqlite/columns.hpp"
#include "headend/store/sqlite/facts_rows.hpp"

/// Promised cues as rows: the pages of a cue stand once for all cues that show the same, and so does what they count
/// for.
namespace loa::headend::store::sqlite {

struct CueRow {
  std::string station;
  model::CueKey key;
  WallTime start;
  WallTime end;
  WallTime occurrence_start;
  std::uint64_t plan_sequence = 0;
  std::optional<WallTime> cancelled;
  model::CuePrint print;  ///< the cue's bytes without its pages, and the digest of these
  bool emergency = false;
  std::optional<std::int64_t> facts;
};

inline constexpr auto cues_table =
    table("planned_cues", field<&CueRow::station>("station", Role::key),
          part<&CueRow::key, &model::CueKey::occurrence>("occurrence", Role::key),
          part<&CueRow::key, &model::CueKey::segment>("segment", Role::key), field<&CueRow::start>("start_us"),
          field<&CueRow::end>("end_us"), field<&CueRow::occurrence_start>("occurrence_start_us"),
          field<&CueRow::plan_sequence>("plan_sequence"), field<&CueRow::cancelled>("cancelled_us"),
          Column<CueRow>{"cue", [](Binder& binder, const CueRow& from) { binder.add(Blob{from.print.cue}); },
                         [](const Row& row, int column, CueRow& into) { into.print.cue = row.text(column); }},
          field<&CueRow::emergency>("emergency", Role::once), part<&CueRow::print, &model::CuePrint::pages>("playlist"),
          field<&CueRow::facts>("facts"));

/// Makes rows of cues, and writes the rows that they refer to, each once.
class CueWriter {
 public:
  explicit CueWriter(Connection& sql) : sql_(sql), facts_(sql) {}
  Result<CueRow> row_of(const model::IssuedPlan& issued, const model::PlannedCue& planned, model::PromiseKind kind);

 private:
  Result<model::Sha256> playlist(std::string pages);

  Connection& sql_;
  FactsWriter facts_;
  std::unordered_map<std::string, model::Sha256> written_;
};

/// Takes rows as they are read. Their facts are read after them, each row once.
class CueReader {
 public:
  explicit CueReader(Connection& sql) : sql_(sql) {}
  /// The query whose rows add() takes; WHERE and ORDER BY follow.
  static std::string query();
  void add(const Row& row);
  Result<std::vector<model::PlannedCue>> finish();

 private:
  Connection& sql_;
  std::vector<model::PlannedCue> cues_;
  std::vector<std::optional<std::int64_t>> facts_;
};

/// Reads cues with their pages and facts.
/// @param rest  WHERE and ORDER BY
template <class... Values>
Result<std::vector<model::PlannedCue>> select_cues(Connection& sql, std::string_view rest, const Values&... values) {
  CueReader reader{sql};
  LOA_TRY(sql.each(
      CueReader::query().append(rest), [&](const Row& row) { reader.add(row); }, values...));
  return reader.finish();
}

}  // namespace loa::headend::store::sqlite
