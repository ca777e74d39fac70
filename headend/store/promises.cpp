#include "headend/store/promises.hpp"

#include "headend/store/database.hpp"

namespace loa::headend::store {

Result<std::int64_t> FactsWriter::row_of(const PromiseFacts& facts) {
  const auto text = format_facts(facts);
  std::int64_t id = 0;
  const auto keep = [&](const Row& row) { id = row.integer(0); };
  LOA_TRY(sql_.each("SELECT id FROM promise_facts WHERE facts = ?", keep, text));
  if (id == 0) LOA_TRY(sql_.each("INSERT INTO promise_facts (facts) VALUES (?) RETURNING id", keep, text));
  return id;
}

Result<std::optional<std::int64_t>> FactsWriter::row_of(const std::shared_ptr<const PromiseFacts>& facts) {
  if (!facts) return std::nullopt;
  const auto [entry, fresh] = known_.try_emplace(facts, 0);
  if (fresh) {
    LOA_TRY_LET(entry->second, row_of(*facts));
  }
  return entry->second;
}

Result<std::shared_ptr<const PromiseFacts>> FactsReader::facts_of(std::optional<std::int64_t> row) {
  if (!row) return std::shared_ptr<const PromiseFacts>{};
  auto& known = known_[*row];
  if (known) return known;
  std::string text;
  LOA_TRY(sql_.each(
      "SELECT facts FROM promise_facts WHERE id = ?", [&](const Row& found) { text = found.text(0); }, *row));
  LOA_TRY_LET(auto facts, parse_facts(text));
  known = std::make_shared<const PromiseFacts>(std::move(facts));
  return known;
}

Result<std::size_t> Store::record_facts(const std::string& station, WallTime now, const std::vector<PlannedCue>& cues) {
  auto& sql = *database_->sql;
  std::size_t changed = 0;
  auto done = sql.transaction([&]() -> Result<void> {
    std::map<std::pair<std::string, std::uint32_t>, std::int64_t> standing;
    LOA_TRY(sql.each(
        "SELECT occurrence, segment, coalesce(facts, 0) FROM planned_cues WHERE station = ? AND start_us >= ? AND "
        "cancelled_us IS NULL",
        [&](const Row& row) {
          standing[{row.text(0), row.number<std::uint32_t>(1)}] = row.integer(2);
        },
        station, now));
    FactsWriter facts{sql};
    for (const auto& planned : cues) {
      const auto& cue = planned.cue;
      const auto found = standing.find({cue.occurrence(), cue.segment()});
      if (found == standing.end() || !planned.facts) continue;
      LOA_TRY_LET(const auto row, facts.row_of(planned.facts));
      if (*row == found->second) continue;
      LOA_TRY(
          sql.run("UPDATE planned_cues SET facts = ? WHERE station = ? AND occurrence = ? AND segment = ? AND "
                  "start_us = ? AND end_us = ?",
                  row, station, cue.occurrence(), cue.segment(), cue.start_us(), cue.start_us() + cue.duration_us()));
      changed += static_cast<std::size_t>(sql.changes());
    }
    return {};
  });
  if (!done) return pass(std::move(done).error());
  return changed;
}

Result<std::optional<WallTime>> Store::first_plan(const std::string& station) {
  std::optional<WallTime> first;
  const auto keep = [&](const Row& row) {
    if (!row.is_null(0)) first = row.instant(0);
  };
  if (station.empty()) {
    LOA_TRY(database_->sql->each("SELECT min(made_us) FROM plans", keep));
  } else {
    LOA_TRY(database_->sql->each("SELECT min(made_us) FROM plans WHERE station = ?", keep, station));
  }
  return first;
}

}  // namespace loa::headend::store
