#include "headend/store/sqlite/proofs.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "headend/store/sqlite/proof_tables.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr auto chains_table =
    table("chains", field<&model::ChainHead::station>("station", Role::key),
          field<&model::ChainHead::epoch>("epoch", Role::key), field<&model::ChainHead::through>("through"),
          field<&model::ChainHead::head>("head"), field<&model::ChainHead::changed>("changed_us"));

struct Receipt {
  std::string station;
  std::string sealed;
};
constexpr auto receipts_table =
    table("receipts", field<&Receipt::station>("station", Role::key), bytes<&Receipt::sealed>("sealed"));

Result<void> append_one(Connection& sql, const model::ProofRecord& record) {
  LOA_TRY(insert(sql, whole_proofs, record));
  const auto id = sql.last_id();
  const std::vector<v1::Gap> gaps{record.proof.gaps().begin(), record.proof.gaps().end()};
  LOA_TRY(put_children(sql, gaps_table, id, gaps));
  const std::vector<v1::PageShown> pages{record.proof.pages().begin(), record.proof.pages().end()};
  return put_children(sql, pages_table, id, pages);
}

/// Proofs as they are read, with the place of each by its row.
class ProofReader {
 public:
  void add(const Row& row) {
    places_.emplace(row.integer(0), records_.size());
    auto& record = records_.emplace_back(value_of(counted_proofs, row, 1));
    record.proof.set_epoch({reinterpret_cast<const char*>(record.epoch.data()), record.epoch.size()});
    record.proof.set_number(record.number);
  }
  void add_gap(GapOf gap) { *records_[places_.at(gap.owner)].proof.add_gaps() = std::move(gap.value); }
  void add_page(PageOf page) { *records_[places_.at(page.owner)].proof.add_pages() = std::move(page.value); }

  std::vector<model::ProofRecord> finish() {
    std::sort(records_.begin(), records_.end(), [](const auto& one, const auto& other) {
      return std::tie(one.station, one.epoch, one.number) < std::tie(other.station, other.epoch, other.number);
    });
    return std::move(records_);
  }

 private:
  std::vector<model::ProofRecord> records_;
  std::unordered_map<std::int64_t, std::size_t> places_;
};

/// Reads proofs and what belongs to them. Sorted here: with ORDER BY SQLite reads every proof of the station by the
/// key's index.
template <class... Values>
Result<std::vector<model::ProofRecord>> read_proofs(Connection& sql, const std::string& where,
                                                    const Values&... values) {
  ProofReader reader;
  const auto of_these = "WHERE proof IN (SELECT id FROM proofs " + where + ") ORDER BY proof, position";
  LOA_TRY(sql.each(
      "SELECT id, " + names_of(counted_proofs) + " FROM proofs " + where, [&](const Row& row) { reader.add(row); },
      values...));
  LOA_TRY(sql.each(
      select_of(gaps_table) + of_these, [&](const Row& row) { reader.add_gap(value_of(gaps_table, row)); }, values...));
  LOA_TRY(sql.each(
      select_of(pages_table) + of_these, [&](const Row& row) { reader.add_page(value_of(pages_table, row)); },
      values...));
  return reader.finish();
}

}  // namespace

Result<void> SqliteProofs::append(const std::vector<model::ProofRecord>& proofs,
                                  const std::vector<model::ChainHead>& heads) {
  return sql_.transaction([&]() -> Result<void> {
    for (const auto& proof : proofs) LOA_TRY(append_one(sql_, proof));
    for (const auto& head : heads) LOA_TRY(upsert(sql_, chains_table, head));
    return {};
  });
}

Result<model::ChainHead> SqliteProofs::chain(const std::string& station, const model::Epoch& epoch) {
  LOA_TRY_LET(auto found, select_one(sql_, chains_table, "WHERE station = ? AND epoch = ?", station, epoch));
  return std::move(found).value_or(model::ChainHead{station, epoch, 0, {}, {}});
}

Result<std::vector<model::ChainHead>> SqliteProofs::chains() {
  return select(sql_, chains_table, "ORDER BY station, changed_us, epoch");
}

Result<std::optional<model::Sha256>> SqliteProofs::digest(const std::string& station, const model::Epoch& epoch,
                                                          std::uint64_t number) {
  std::optional<model::Sha256> digest;
  LOA_TRY(sql_.each(
      "SELECT digest FROM proofs WHERE station = ? AND epoch = ? AND number = ?",
      [&](const Row& row) { digest = row.as<model::Sha256>(0); }, station, epoch, number));
  return digest;
}

Result<std::optional<model::ProofTime>> SqliteProofs::time(const std::string& station, const model::Epoch& epoch,
                                                           std::uint64_t number) {
  std::optional<model::ProofTime> time;
  LOA_TRY(sql_.each(
      "SELECT to_us + late_us, received_us FROM proofs WHERE station = ? AND epoch = ? AND number = ?",
      [&](const Row& row) {
        time = model::ProofTime{row.instant(0), row.instant(1)};
      },
      station, epoch, number));
  return time;
}

Result<std::optional<model::Epoch>> SqliteProofs::first_epoch(const std::string& station,
                                                              const std::vector<model::Epoch>& epochs) {
  std::optional<std::pair<std::int64_t, model::Epoch>> first;
  for (const auto& epoch : epochs) {
    LOA_TRY(sql_.each(
        "SELECT id FROM proofs WHERE station = ? AND epoch = ? AND number = 1",
        [&](const Row& row) {
          if (!first || row.integer(0) < first->first) first = {row.integer(0), epoch};
        },
        station, epoch));
  }
  return first ? std::optional{first->second} : std::nullopt;
}

Result<std::vector<model::ProofRecord>> SqliteProofs::in(model::Span span, const std::optional<std::string>& station) {
  const std::string in_span = "from_us >= ? AND from_us < ? AND flaw = ''";
  if (station) return read_proofs(sql_, "WHERE station = ? AND " + in_span, *station, span.from, span.to);
  return read_proofs(sql_, "WHERE " + in_span, span.from, span.to);
}

Result<std::vector<model::ProofRecord>> SqliteProofs::of(const std::string& station, std::size_t limit) {
  return select_sealed(sql_, committed_proofs, "WHERE station = ? ORDER BY id LIMIT ?", station, limit);
}

Result<std::uint64_t> SqliteProofs::count() {
  std::uint64_t count = 0;
  LOA_TRY(sql_.each("SELECT count(*) FROM proofs", [&](const Row& row) { count = row.as<std::uint64_t>(0); }));
  return count;
}

Result<std::optional<std::string>> SqliteProofs::newest_receipt(const std::string& station) {
  LOA_TRY_LET(const auto found, select_one(sql_, receipts_table, "WHERE station = ?", station));
  return found ? std::optional{found->sealed} : std::nullopt;
}

Result<void> SqliteProofs::put_receipt(const std::string& station, const std::string& sealed) {
  return upsert(sql_, receipts_table, Receipt{station, sealed});
}

}  // namespace loa::headend::store::sqlite
