#include <gtest/gtest.h>

#include "headend/ledger/ledger.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/log.hpp"
#include "station/intake/gate.hpp"
#include "station/outbox/outbox.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/power_cuts/office/ward.hpp"

namespace loa::tests {
namespace {

using station::journal::Limits;
using station::journal::ProofJournal;

constexpr int days = 30;
constexpr int cues_a_day = 20;
constexpr int cues = days * cues_a_day;

/// The station's journal through a month without an office, then the office: the real outbox and the real ledger.
class Offline : public testing::Test {
 protected:
  Offline() {
    log::set_level(log::Level::error);
    headend::model::Station station;
    station.id = station.name = station_id;
    station.key = station_key().public_key();
    EXPECT_TRUE(store_.stations().put(station));
  }
  static WallTime at(int cue) { return first_morning + std::chrono::hours{24} * cue / cues_a_day; }
  static v1::Proof draft(int cue) {
    auto proof = proof_draft(cue);
    proof.set_from_us(to_us(at(cue)));
    proof.set_to_us(proof.from_us() + 180'000'000);
    proof.set_frames(8'640'000);
    return proof;
  }
  [[nodiscard]] ProofJournal open(Limits limits = {}) const {
    auto journal = ProofJournal::open(folder_ / "journal", {ward_id, station_id}, station_key(), limits);
    EXPECT_TRUE(journal) << journal.error().text;
    return std::move(*journal);
  }
  /// Everything that waits goes out and gets its receipt.
  void deliver(ProofJournal& journal) {
    station::outbox::Outbox outbox{journal};
    auto batch = outbox.on_link_up(MonoTime{});
    while (batch && !batch->empty()) {
      for (const auto& sealed : *batch) ASSERT_TRUE(ledger_.receive(station_id, sealed, at(cues)));
      ASSERT_TRUE(ledger_.commit(at(cues)));
      const auto due = ledger_.receipts_due(at(cues));
      ASSERT_TRUE(due);
      for (const auto& one : *due) {
        const auto receipt = gate_.receipt(one.payload);
        ASSERT_TRUE(receipt) << receipt.error().text;
        journal.remember_since(at(cues) - std::chrono::hours{72});
        ASSERT_TRUE(journal.receipted(receipt->receipt));
      }
      batch = outbox.on_receipted(MonoTime{});
    }
    ASSERT_TRUE(batch) << batch.error().text;
  }
  std::size_t committed() {
    std::set<std::uint32_t> segments;
    const auto rows = store_.proofs().of(station_id);
    for (const auto& row : *rows) segments.insert(row.proof.segment());
    EXPECT_EQ(rows->size(), segments.size()) << "none twice";
    return segments.size();
  }

  TempFolder folder_{"loa-offline"};
  const station::intake::Gate gate_{station_settings()};
  headend::store::sqlite::SqliteStore store_{std::move(*headend::store::sqlite::SqliteStore::open(":memory:"))};
  headend::ledger::Ledger ledger_{ward_id, office_key(), store_};
};

TEST_F(Offline, ThirtyDaysOfTwentyCuesAreAllDeliveredAfterwards) {
  for (int day = 0; day < days; ++day) {  // a restart each day
    auto journal = open();
    for (int i = 0; i < cues_a_day; ++i) {
      const int cue = day * cues_a_day + i;
      ASSERT_TRUE(journal.append(draft(cue), at(cue)));
    }
  }
  auto journal = open();
  EXPECT_EQ(journal.recovery().proofs, static_cast<std::uint64_t>(cues));
  EXPECT_LT(journal.bytes() * 50, Limits{}.quota_bytes) << "the quota is years away";
  deliver(journal);
  EXPECT_EQ(journal.through(), static_cast<std::uint64_t>(cues));
  EXPECT_EQ(committed(), static_cast<std::size_t>(cues));
}

TEST_F(Offline, AtItsQuotaTheJournalSaysSoAndKeepsTheOldestUntilTheOfficeIsBack) {
  const Limits tight{16 << 10, 64 << 10};
  auto journal = open(tight);
  int kept = 0;
  auto appended = journal.append(draft(0), at(0));
  for (; appended; appended = journal.append(draft(kept), at(kept))) ++kept;
  EXPECT_EQ(appended.error().code, ErrorCode::full);
  EXPECT_NE(appended.error().text.find("reach the head-end"), std::string::npos) << appended.error().text;
  EXPECT_LE(journal.bytes(), tight.quota_bytes);
  deliver(journal);
  EXPECT_EQ(committed(), static_cast<std::size_t>(kept));
  EXPECT_TRUE(journal.append(draft(kept), at(kept) + std::chrono::hours{24 * 30})) << "there is room again";
}

}  // namespace
}  // namespace loa::tests
