#include "headend/store/sqlite/facts_rows.hpp"

namespace loa::headend::store::sqlite {

Result<std::int64_t> FactsWriter::row_of(const model::PromiseFacts& facts) {
  const auto text = model::format_facts(facts);
  std::int64_t id = 0;
  const auto keep = [&](const Row& row) { id = row.integer(0); };
  LOA_TRY(sql_.each("SELECT id FROM promise_facts WHERE facts = ?", keep, text));
  if (id == 0) LOA_TRY(sql_.each("INSERT INTO promise_facts (facts) VALUES (?) RETURNING id", keep, text));
  return id;
}

Result<std::optional<std::int64_t>> FactsWriter::row_of(const std::shared_ptr<const model::PromiseFacts>& facts) {
  if (!facts) return std::nullopt;
  const auto [entry, fresh] = known_.try_emplace(facts, 0);
  if (fresh) {
    LOA_TRY_LET(entry->second, row_of(*facts));
  }
  return entry->second;
}

Result<std::shared_ptr<const model::PromiseFacts>> FactsReader::facts_of(std::optional<std::int64_t> row) {
  if (!row) return std::shared_ptr<const model::PromiseFacts>{};
  auto& known = known_[*row];
  if (known) return known;
  std::string text;
  LOA_TRY(sql_.each(
      "SELECT facts FROM promise_facts WHERE id = ?", [&](const Row& found) { text = found.text(0); }, *row));
  LOA_TRY_LET(auto facts, model::parse_facts(text));
  known = std::make_shared<const model::PromiseFacts>(std::move(facts));
  return known;
}

}  // namespace loa::headend::store::sqlite
