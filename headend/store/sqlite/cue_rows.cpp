#include "headend/store/sqlite/cue_rows.hpp"

namespace loa::headend::store::sqlite {

Result<CueRow> CueWriter::row_of(const model::IssuedPlan& issued, const model::PlannedCue& planned,
                                 model::PromiseKind kind) {
  auto parts = model::parts_of(planned.cue);
  CueRow row;
  row.station = issued.station;
  row.key = model::key_of(planned.cue);
  row.start = wall_from_us(planned.cue.start_us());
  row.end = row.start + Micros{planned.cue.duration_us()};
  row.occurrence_start = planned.occurrence_start;
  row.plan_sequence = issued.sequence;
  row.print.cue = std::move(parts.cue);
  if (!parts.pages.empty()) {
    LOA_TRY_LET(row.print.pages, playlist(std::move(parts.pages)));
  }
  row.emergency = kind == model::PromiseKind::emergency;
  LOA_TRY_LET(row.facts, facts_.row_of(planned.facts));
  return row;
}

Result<model::Sha256> CueWriter::playlist(std::string pages) {
  if (const auto known = written_.find(pages); known != written_.end()) return known->second;
  const auto digest = protocol::crypto::sha256(pages);
  LOA_TRY(sql_.run("INSERT INTO playlists (digest, pages) VALUES (?,?) ON CONFLICT (digest) DO NOTHING", digest,
                   Blob{pages}));
  written_.emplace(std::move(pages), digest);
  return digest;
}

std::string CueReader::query() {
  return "SELECT " + names_of(cues_table) + ", pages FROM planned_cues LEFT JOIN playlists ON playlist = digest ";
}

void CueReader::add(const Row& row) {
  auto found = value_of(cues_table, row);
  model::PlannedCue planned;
  planned.station = std::move(found.station);
  planned.cue.ParseFromString(found.print.cue);
  planned.occurrence_start = found.occurrence_start;
  planned.plan_sequence = found.plan_sequence;
  planned.cancelled = found.cancelled;
  constexpr int pages = static_cast<int>(cues_table.columns.size());
  if (!row.is_null(pages)) planned.cue.MergeFromString(row.text(pages));
  cues_.push_back(std::move(planned));
  facts_.push_back(found.facts);
}

Result<std::vector<model::PlannedCue>> CueReader::finish() {
  FactsReader reader{sql_};
  for (std::size_t i = 0; i < cues_.size(); ++i) {
    LOA_TRY_LET(cues_[i].facts, reader.facts_of(facts_[i]));
  }
  return std::move(cues_);
}

}  // namespace loa::headend::store::sqlite
