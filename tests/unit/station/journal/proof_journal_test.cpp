#include "station/journal/proof_journal.hpp"

#include "station/core/track.hpp"
#include "tests/unit/station/journal/journal_fixture.hpp"

namespace loa::station::journal {
namespace {

TEST_F(JournalTest, BeginsAnEpochOnFirstUse) {
  Epoch epoch;
  {
    const ProofJournal journal = open();
    EXPECT_TRUE(journal.recovery().fresh);
    EXPECT_EQ(journal.last(), 0u);
    EXPECT_NE(journal.epoch(), Epoch{});
    epoch = journal.epoch();
  }
  const ProofJournal again = open();
  EXPECT_FALSE(again.recovery().fresh);
  EXPECT_EQ(again.epoch(), epoch);
}

TEST_F(JournalTest, NumbersChainsAndSealsForTheHeadEnd) {
  ProofJournal journal = open();
  const auto first = read_sealed(*journal.append(draft(0), morning));
  const auto second = read_sealed(*journal.append(draft(1), morning));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->proof.number(), 1u);
  EXPECT_EQ(first->proof.previous(), std::string(32, '\0'));
  EXPECT_EQ(second->proof.number(), 2u);
  EXPECT_EQ(second->proof.previous(), first->digest.view());
  EXPECT_EQ(second->proof.occurrence(), "sang/2026-11-21/050000");
  EXPECT_EQ(second->proof.epoch(), first->proof.epoch());
  EXPECT_EQ(journal.head(), second->digest);
}

TEST_F(JournalTest, SealedProofIsValidWhateverTheStationsClockSays) {
  ProofJournal journal = open();
  EXPECT_TRUE(read_sealed(*journal.append(draft(0), WallTime{})));
  EXPECT_TRUE(read_sealed(*journal.append(draft(1), morning + std::chrono::hours{24 * 365 * 70})));
}

TEST_F(JournalTest, GoesOnAfterReopen) {
  for (int n = 0; n < 6; ++n) {
    ProofJournal journal = open();
    fill(journal, n, 1);
  }
  const ProofJournal journal = open();
  EXPECT_EQ(journal.recovery().proofs, 6u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

TEST_F(JournalTest, GoesOnOverManySegments) {
  {
    ProofJournal journal = open(small);
    fill(journal, 0, 40);
  }
  EXPECT_GT(files().size(), 5u);
  ProofJournal journal = open(small);
  fill(journal, 40, 1);
  EXPECT_EQ(journal.last(), 41u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

TEST_F(JournalTest, RefusesWhatIsNoProof) {
  ProofJournal journal = open();
  v1::Proof unknown = draft(0);
  unknown.set_bucket(v1::BUCKET_UNKNOWN);
  v1::Proof empty = draft(0);
  empty.set_to_us(empty.from_us());
  v1::Proof refused_by_the_office = draft(0);
  refused_by_the_office.set_gain_cb(600);
  EXPECT_EQ(journal.append(refused_by_the_office, morning).error().code, ErrorCode::invalid);
  EXPECT_EQ(journal.append(unknown, morning).error().code, ErrorCode::invalid);
  EXPECT_EQ(journal.append(empty, morning).error().code, ErrorCode::invalid);
  EXPECT_EQ(journal.last(), 0u);
}

TEST_F(JournalTest, APartThatContradictsItselfIsKeptWithoutItsMeasurements) {
  auto journal = open();
  auto wrong = draft(0);
  wrong.set_frames(300'000);  // more than its five seconds have
  wrong.set_late_us(-1);
  for (const std::int64_t at : {2, 1}) {
    auto* gap = wrong.add_gaps();
    gap->set_at_us(wrong.from_us() + at);
    gap->set_length_us(1);
  }
  ASSERT_EQ(journal.append(wrong, morning).error().code, ErrorCode::invalid);
  const auto sealed = journal.append(core::unmeasured(wrong), morning);
  ASSERT_TRUE(sealed) << sealed.error().text;
  const auto proof = read_sealed(*sealed)->proof;
  EXPECT_EQ(proof.from_us(), wrong.from_us());
  EXPECT_EQ(proof.to_us(), wrong.to_us());
  EXPECT_EQ(proof.bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(proof.frames(), 0U) << "the report counts nothing of it";
}

TEST_F(JournalTest, RefusesAnotherStationsFolder) {
  { ProofJournal journal = open(); }
  const auto other = ProofJournal::open(folder(), {"phuc-xa", "cum-02"}, test_key());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::refused);
  EXPECT_NE(other.error().text.find("cum-01"), std::string::npos) << other.error().text;
}

TEST_F(JournalTest, RefusesASecondProcess) {
  const ProofJournal journal = open();
  EXPECT_EQ(try_open().error().code, ErrorCode::busy);
}

TEST_F(JournalTest, WaitingIsInOrderAndBounded) {
  ProofJournal journal = open(small);
  fill(journal, 0, 20);
  const auto some = journal.waiting(3, 10);
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 10u);
  EXPECT_EQ(some->front().number, 4u);
  EXPECT_EQ(some->back().number, 13u);
}

TEST_F(JournalTest, ReceiptEndsTheWait) {
  ProofJournal journal = open();
  fill(journal, 0, 5);
  ASSERT_TRUE(journal.receipted(receipt(journal, 3)));
  EXPECT_EQ(journal.through(), 3u);
  EXPECT_EQ(journal.waiting(0, 10)->front().number, 4u);
  EXPECT_TRUE(chain_holds(journal, 4));
}

TEST_F(JournalTest, ReceiptOutlivesTheProcess) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 5);
    ASSERT_TRUE(journal.receipted(receipt(journal, 5)));
  }
  const ProofJournal journal = open();
  EXPECT_EQ(journal.through(), 5u);
  EXPECT_TRUE(journal.waiting(0, 10)->empty());
}

TEST_F(JournalTest, OlderReceiptChangesNothing) {
  ProofJournal journal = open();
  fill(journal, 0, 5);
  const v1::Receipt older = receipt(journal, 2);
  ASSERT_TRUE(journal.receipted(receipt(journal, 4)));
  EXPECT_TRUE(journal.receipted(older));
  EXPECT_EQ(journal.through(), 4u);
}

TEST_F(JournalTest, FalseReceiptIsNotBelieved) {
  ProofJournal journal = open();
  fill(journal, 0, 5);
  v1::Receipt epoch = receipt(journal, 3);
  epoch.set_epoch(std::string(16, 'x'));
  v1::Receipt beyond = receipt(journal, 3);
  beyond.set_through(6);
  v1::Receipt head = receipt(journal, 3);
  head.set_through(4);
  for (const v1::Receipt& bad : {epoch, beyond, head}) {
    EXPECT_EQ(journal.receipted(bad).error().code, ErrorCode::refused);
  }
  EXPECT_EQ(journal.through(), 0u);
}

TEST_F(JournalTest, KeepsReceiptedProofsOfWhatIsToBeRemembered) {
  ProofJournal journal = open(small);
  fill(journal, 0, 40);
  const auto before = files().size();
  journal.remember_since(morning);
  ASSERT_TRUE(journal.receipted(receipt(journal, 40)));
  EXPECT_EQ(files().size(), before + 1) << "only the receipt was added";
  EXPECT_EQ(journal.accounted(morning)->size(), 40u);
}

TEST_F(JournalTest, DropsWhatIsReceiptedAndOldButNeverTheChainsHead) {
  {
    ProofJournal journal = open(small);
    fill(journal, 0, 40);
    journal.remember_since(morning + std::chrono::hours{1});
    ASSERT_TRUE(journal.receipted(receipt(journal, 39)));
    EXPECT_LT(files().size(), 6u);
    EXPECT_TRUE(chain_holds(journal, 40));
  }
  ProofJournal journal = open(small);
  EXPECT_EQ(journal.recovery().lost_proofs, 0u);
  EXPECT_EQ(journal.through(), 39u);
  fill(journal, 40, 1);
  EXPECT_TRUE(chain_holds(journal, 40));
}

TEST_F(JournalTest, NeverDropsWhatHasNoReceipt) {
  ProofJournal journal = open(small);
  fill(journal, 0, 40);
  journal.remember_since(WallTime::max());
  ASSERT_TRUE(journal.receipted(receipt(journal, 8)));
  EXPECT_TRUE(chain_holds(journal, 9));
}

TEST_F(JournalTest, SaysFullRatherThanDropAProof) {
  const Limits tight{2048, 8192};
  ProofJournal journal = open(tight);
  int stored = 0;
  Result<std::string> last = journal.append(draft(stored), morning);
  while (last) last = journal.append(draft(++stored), morning);
  EXPECT_EQ(last.error().code, ErrorCode::full);
  EXPECT_LE(journal.bytes(), tight.quota_bytes);
  EXPECT_EQ(journal.last(), static_cast<std::uint64_t>(stored));
  EXPECT_TRUE(chain_holds(journal, 1));
  journal.remember_since(morning + std::chrono::hours{80});
  ASSERT_TRUE(journal.receipted(receipt(journal, journal.last())));
  EXPECT_TRUE(journal.append(draft(stored), morning)) << "room again after the receipt";
}

TEST_F(JournalTest, AccountsForRecentCues) {
  {
    ProofJournal journal = open(small);
    fill(journal, 0, 10);
    v1::Proof dark = draft(10);
    dark.set_bucket(v1::BUCKET_NODE_DARK);
    dark.set_reason("process-lost");
    dark.clear_frames();
    ASSERT_TRUE(journal.append(dark, morning));
    ASSERT_TRUE(journal.receipted(receipt(journal, 11)));
  }
  const auto parts = open(small).accounted(morning + std::chrono::seconds{41});
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ(parts->front().cue, (CueKey{"sang/2026-11-21/050000", 8}));
  EXPECT_EQ(parts->front().from_us, to_us(morning) + 40'000'000);
  EXPECT_EQ(parts->front().to_us, to_us(morning) + 45'000'000);
  EXPECT_EQ(parts->front().bucket, v1::BUCKET_PLAYED);
  EXPECT_EQ(parts->back().bucket, v1::BUCKET_NODE_DARK);
  EXPECT_EQ(parts->back().reason, "process-lost");
}

TEST_F(JournalTest, TornTailIsCutAndCountedAtEveryByte) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 3);
  }
  const std::string whole = *read_file(segment(1), 1 << 20);
  const Scan scan = scan_records(whole);
  const std::size_t second_end = scan.records[1].offset + scan.records[1].length;
  for (std::size_t cut = second_end; cut < whole.size(); ++cut) {
    ASSERT_TRUE(save_file(segment(1), whole.substr(0, cut)));
    ProofJournal journal = open();
    ASSERT_EQ(journal.last(), 2u) << cut;
    ASSERT_EQ(journal.recovery().torn_bytes, cut - second_end);
    ASSERT_EQ(journal.recovery().damaged_bytes, 0u);
    fill(journal, 2, 1);
    ASSERT_EQ(*read_file(segment(1), 1 << 20), whole) << "the same proof again gives the same bytes";
  }
}

TEST_F(JournalTest, NoiseAfterTheTailIsCut) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 2);
  }
  const std::string whole = *read_file(segment(1), 1 << 20);
  for (const std::string& noise :
       {std::string(5000, '\0'), std::string(5000, '\xff'), std::string{"\x05\x00\x00\x00"}}) {
    ASSERT_TRUE(save_file(segment(1), whole + noise));
    ProofJournal journal = open();
    EXPECT_EQ(journal.last(), 2u);
    EXPECT_EQ(journal.recovery().torn_bytes, noise.size());
    EXPECT_TRUE(chain_holds(journal, 1));
  }
}

TEST_F(JournalTest, StepsOverDamageInTheMiddleAndReportsIt) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 5);
  }
  const Scan scan = scan_records(*read_file(segment(1), 1 << 20));
  damage(segment(1), scan.records[1].offset - 8, 200);
  ProofJournal journal = open();
  EXPECT_EQ(journal.recovery().proofs, 4u);
  EXPECT_EQ(journal.recovery().lost_proofs, 1u);
  EXPECT_GT(journal.recovery().damaged_bytes, 200u);
  fill(journal, 5, 1);
  EXPECT_EQ(journal.last(), 5u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

TEST_F(JournalTest, SetsASegmentWithADamagedHeadAside) {
  {
    ProofJournal journal = open(small);
    fill(journal, 0, 12);
  }
  damage(segment(1), 20);
  const ProofJournal journal = open(small);
  EXPECT_EQ(journal.last(), 12u) << "its records are whole";
  EXPECT_GT(journal.recovery().damaged_bytes, 0u);
  EXPECT_TRUE(std::filesystem::exists(segment(1).string() + ".damaged"));
  EXPECT_TRUE(chain_holds(journal, 1));
}

}  // namespace
}  // namespace loa::station::journal
