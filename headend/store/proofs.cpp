#include <algorithm>
#include <unordered_map>

#include "headend/store/database.hpp"

namespace loa::headend::store {
namespace {

/// The proof inside an envelope that was verified when it came.
v1::Proof unseal(std::string_view sealed) {
  v1::Envelope envelope;
  v1::Header header;
  v1::Proof proof;
  envelope.ParseFromArray(sealed.data(), static_cast<int>(sealed.size()));
  header.ParseFromString(envelope.header());
  proof.ParseFromString(header.body());
  return proof;
}

Result<void> append_gaps(Connection& sql, std::int64_t id, const v1::Proof& proof) {
  for (int i = 0; i < proof.gaps_size(); ++i) {
    const auto& gap = proof.gaps(i);
    LOA_TRY(sql.run("INSERT INTO proof_gaps VALUES (?,?,?,?)", id, i, gap.at_us(), gap.length_us()));
  }
  return {};
}

Result<void> append_pages(Connection& sql, std::int64_t id, const v1::Proof& proof) {
  for (int i = 0; i < proof.pages_size(); ++i) {
    const auto& page = proof.pages(i);
    LOA_TRY(sql.run("INSERT INTO proof_pages VALUES (?,?,?,?,?)", id, i, Blob{page.object()}, page.frames(),
                    page.shown_us()));
  }
  return {};
}

Result<void> append_proof(Connection& sql, const ProofRecord& record) {
  const auto& proof = record.proof;
  LOA_TRY(sql.run("INSERT INTO proofs VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                  record.station, bytes_of(record.epoch), record.number, record.digest, Blob{proof.previous()},
                  Blob{record.sealed}, record.received, record.flaw, proof.occurrence(), proof.segment(),
                  proof.plan_sequence(), proof.bucket(), proof.reason(), proof.from_us(), proof.to_us(),
                  Blob{proof.object()}, proof.first_frame(), proof.frames(), proof.underruns(), proof.gain_cb(),
                  proof.start_error_us(), proof.device_ppb(), proof.clock_grade(), proof.clock_error_us(),
                  proof.medium(), proof.late_us(), proof.again_us(), proof.anew()));
  const auto id = sql.last_id();
  LOA_TRY(append_gaps(sql, id, proof));
  return append_pages(sql, id, proof);
}

Result<void> put_head(Connection& sql, const ChainHead& head) {
  return sql.run(
      "INSERT INTO chains VALUES (?,?,?,?,?) ON CONFLICT (station, epoch) DO UPDATE SET through = excluded.through, "
      "head = excluded.head, changed_us = excluded.changed_us",
      head.station, bytes_of(head.epoch), head.through, head.head, head.changed);
}

ChainHead chain_of(const Row& row) {
  return {row.text(0), epoch_of(row, 1), row.number<std::uint64_t>(2), row.digest(3), row.instant(4)};
}

ProofRecord aside_of(const Row& row) {
  ProofRecord record;
  record.station = row.text(0);
  record.epoch = epoch_of(row, 1);
  record.number = row.number<std::uint64_t>(2);
  record.digest = row.digest(3);
  record.sealed = row.text(4);
  record.received = row.instant(5);
  record.flaw = row.text(6);
  record.proof = unseal(record.sealed);
  return record;
}

ProofRecord proof_of(const Row& row) {
  ProofRecord record;
  auto& proof = record.proof;
  record.station = row.text(1);
  record.epoch = epoch_of(row, 2);
  record.number = row.number<std::uint64_t>(3);
  record.digest = row.digest(4);
  record.received = row.instant(5);
  proof.set_epoch(row.text(2));
  proof.set_number(record.number);
  proof.set_previous(row.text(6));
  proof.set_occurrence(row.text(7));
  proof.set_segment(row.number<std::uint32_t>(8));
  proof.set_plan_sequence(row.number<std::uint64_t>(9));
  proof.set_bucket(row.number<v1::Bucket>(10));
  proof.set_reason(row.text(11));
  proof.set_from_us(row.integer(12));
  proof.set_to_us(row.integer(13));
  proof.set_object(row.text(14));
  proof.set_first_frame(row.number<std::uint64_t>(15));
  proof.set_frames(row.number<std::uint64_t>(16));
  proof.set_underruns(row.number<std::uint32_t>(17));
  proof.set_gain_cb(row.number<int>(18));
  proof.set_start_error_us(row.number<int>(19));
  proof.set_device_ppb(row.number<int>(20));
  proof.set_clock_grade(row.number<v1::ClockGrade>(21));
  proof.set_clock_error_us(row.number<std::uint32_t>(22));
  proof.set_medium(row.number<v1::Medium>(23));
  proof.set_late_us(row.integer(24));
  proof.set_again_us(row.integer(25));
  proof.set_anew(row.integer(26) != 0);
  return record;
}

/// Proofs as they are read, with the place of each by its row.
struct Reading {
  std::vector<ProofRecord> records;
  std::unordered_map<std::int64_t, std::size_t> places;

  /// One row for each gap, or one with nulls for a proof without.
  void add_row(const Row& row) {
    const auto [place, fresh] = places.try_emplace(row.integer(0), records.size());
    if (fresh) records.push_back(proof_of(row));
    if (row.is_null(27)) return;
    auto* gap = records[place->second].proof.add_gaps();
    gap->set_at_us(row.integer(27));
    gap->set_length_us(row.integer(28));
  }
  void add_page(const Row& row) {
    const auto place = places.find(row.integer(0));
    if (place == places.end()) return;
    auto* page = records[place->second].proof.add_pages();
    page->set_object(row.text(1));
    page->set_frames(row.number<std::uint64_t>(2));
    page->set_shown_us(row.integer(3));
  }
};

#define LOA_PROOF_ROWS                                                                                               \
  "SELECT id, station, epoch, number, digest, received_us, previous, occurrence, segment, plan_sequence, bucket, "   \
  "reason, from_us, to_us, object, first_frame, frames, underruns, gain_cb, start_error_us, device_ppb, "            \
  "clock_grade, clock_error_us, medium, late_us, again_us, anew, at_us, length_us FROM proofs LEFT JOIN proof_gaps " \
  "ON "                                                                                                              \
  "proof = id "

#define LOA_PAGE_ROWS \
  "SELECT proof, pages.object, pages.frames, shown_us FROM proof_pages pages JOIN proofs ON proof = id "
#define LOA_IN_SPAN "WHERE from_us >= ? AND from_us < ? AND flaw = '' "

}  // namespace

Result<ChainHead> Store::chain(const std::string& station, const Epoch& epoch) {
  ChainHead head{station, epoch, 0, {}, {}};
  LOA_TRY(database_->sql->each(
      "SELECT station, epoch, through, head, changed_us FROM chains WHERE station = ? AND epoch = ?",
      [&](const Row& row) { head = chain_of(row); }, station, bytes_of(epoch)));
  return head;
}

Result<std::vector<ChainHead>> Store::chains() {
  std::vector<ChainHead> heads;
  LOA_TRY(database_->sql->each(
      "SELECT station, epoch, through, head, changed_us FROM chains ORDER BY station, changed_us, epoch",
      [&](const Row& row) { heads.push_back(chain_of(row)); }));
  return heads;
}

Result<void> Store::append_proofs(const std::vector<ProofRecord>& proofs, const std::vector<ChainHead>& heads) {
  auto& sql = *database_->sql;
  return sql.transaction([&]() -> Result<void> {
    for (const auto& proof : proofs) LOA_TRY(append_proof(sql, proof));
    for (const auto& head : heads) LOA_TRY(put_head(sql, head));
    return {};
  });
}

Result<std::optional<Sha256>> Store::proof_digest(const std::string& station, const Epoch& epoch,
                                                  std::uint64_t number) {
  std::optional<Sha256> digest;
  LOA_TRY(database_->sql->each(
      "SELECT digest FROM proofs WHERE station = ? AND epoch = ? AND number = ?",
      [&](const Row& row) { digest = row.digest(0); }, station, bytes_of(epoch), number));
  return digest;
}

Result<void> Store::put_aside(const std::vector<ProofRecord>& proofs) {
  auto& sql = *database_->sql;
  return sql.transaction([&]() -> Result<void> {
    for (const auto& proof : proofs) {
      LOA_TRY(sql.run("INSERT OR IGNORE INTO proofs_aside VALUES (NULL,?,?,?,?,?,?,?)", proof.station,
                      bytes_of(proof.epoch), proof.number, proof.digest, Blob{proof.sealed}, proof.received,
                      proof.flaw));
    }
    return {};
  });
}

Result<std::vector<ProofRecord>> Store::aside(const std::string& station, const Epoch& epoch, std::uint64_t from_number,
                                              std::size_t limit) {
  std::vector<ProofRecord> records;
  LOA_TRY(database_->sql->each(
      "SELECT station, epoch, number, digest, sealed, received_us, flaw FROM proofs_aside "
      "WHERE station = ? AND epoch = ? AND number >= ? ORDER BY number LIMIT ?",
      [&](const Row& row) { records.push_back(aside_of(row)); }, station, bytes_of(epoch), from_number, limit));
  return records;
}

Result<std::uint64_t> Store::count_aside(const std::string& station) {
  std::uint64_t count = 0;
  LOA_TRY(database_->sql->each(
      "SELECT count(*) FROM proofs_aside WHERE station = ?",
      [&](const Row& row) { count = row.number<std::uint64_t>(0); }, station));
  return count;
}

Result<void> Store::drop_aside(const std::string& station, const Epoch& epoch, std::uint64_t through) {
  return database_->sql->run("DELETE FROM proofs_aside WHERE station = ? AND epoch = ? AND number <= ?", station,
                             bytes_of(epoch), through);
}

Result<bool> Store::put_fork(const ProofRecord& proof) {
  LOA_TRY(database_->sql->run("INSERT OR IGNORE INTO proof_forks VALUES (NULL,?,?,?,?,?,?)", proof.station,
                              bytes_of(proof.epoch), proof.number, proof.digest, Blob{proof.sealed}, proof.received));
  return database_->sql->changes() > 0;
}

Result<std::uint64_t> Store::count_forks(const std::string& station) {
  std::uint64_t count = 0;
  LOA_TRY(database_->sql->each(
      "SELECT count(*) FROM proof_forks WHERE station = ?",
      [&](const Row& row) { count = row.number<std::uint64_t>(0); }, station));
  return count;
}

Result<std::vector<ProofRecord>> Store::proofs(Span span, const std::string& station) {
  Reading reading;
  const auto add_row = [&](const Row& row) { reading.add_row(row); };
  const auto add_page = [&](const Row& row) { reading.add_page(row); };
  auto& sql = *database_->sql;
  if (station.empty()) {
    LOA_TRY(
        sql.each(LOA_PROOF_ROWS LOA_IN_SPAN "ORDER BY station, epoch, number, position", add_row, span.from, span.to));
    LOA_TRY(sql.each(LOA_PAGE_ROWS LOA_IN_SPAN "ORDER BY proof, position", add_page, span.from, span.to));
  } else {
    LOA_TRY(sql.each(LOA_PROOF_ROWS LOA_IN_SPAN "AND station = ? ORDER BY epoch, number, position", add_row, span.from,
                     span.to, station));
    LOA_TRY(sql.each(LOA_PAGE_ROWS LOA_IN_SPAN "AND station = ? ORDER BY proof, position", add_page, span.from, span.to,
                     station));
  }
  return std::move(reading.records);
}

Result<std::vector<ProofRecord>> Store::proofs_of(const std::string& station, std::size_t limit) {
  std::vector<ProofRecord> records;
  LOA_TRY(database_->sql->each(
      "SELECT station, epoch, number, digest, sealed, received_us, flaw FROM proofs WHERE station = ? ORDER BY id "
      "LIMIT ?",
      [&](const Row& row) { records.push_back(aside_of(row)); }, station, limit));
  return records;
}

Result<std::uint64_t> Store::count_proofs() {
  std::uint64_t count = 0;
  LOA_TRY(database_->sql->each("SELECT count(*) FROM proofs",
                               [&](const Row& row) { count = row.number<std::uint64_t>(0); }));
  return count;
}

Result<std::optional<std::string>> Store::newest_receipt(const std::string& station) {
  std::optional<std::string> sealed;
  LOA_TRY(database_->sql->each(
      "SELECT sealed FROM receipts WHERE station = ?", [&](const Row& row) { sealed = row.text(0); }, station));
  return sealed;
}

Result<void> Store::put_receipt(const std::string& station, const std::string& sealed) {
  return database_->sql->run(
      "INSERT INTO receipts VALUES (?,?) ON CONFLICT (station) DO UPDATE SET sealed = excluded.sealed", station,
      Blob{sealed});
}

}  // namespace loa::headend::store
