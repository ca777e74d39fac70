#include "station/journal/proof_journal.hpp"

#include <fstream>

#include "tests/unit/station/journal/journal_fixture.hpp"

namespace loa::station::journal {
namespace {

constexpr Limits small{2048, 1 << 20};  // about four proofs a segment

void damage(const std::filesystem::path& path, std::streamoff at, std::size_t bytes = 1) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::size_t i = 0; i < bytes; ++i) {
    file.seekg(at);
    const char old = static_cast<char>(file.get());
    file.seekp(at++);
    file.put(static_cast<char>(~old));
  }
}

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
  EXPECT_EQ(journal.append(unknown, morning).error().code, ErrorCode::invalid);
  EXPECT_EQ(journal.append(empty, morning).error().code, ErrorCode::invalid);
  EXPECT_EQ(journal.last(), 0u);
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

// ---- damage to what has no receipt: everything readable in a new epoch --------------------------------------------

/// The segments (numbers of draft()) of what waits.
std::vector<std::uint32_t> cues_waiting(const ProofJournal& journal) {
  std::vector<std::uint32_t> cues;
  const auto waiting = journal.waiting(0, 1'000);
  for (const auto& one : *waiting) cues.push_back(read_sealed(one.sealed)->proof.segment());
  return cues;
}

TEST_F(JournalTest, SaysEverythingReadableAgainInANewEpochWhenProofsAreDamaged) {
  Epoch before;
  {
    ProofJournal journal = open(small);
    before = journal.epoch();
    fill(journal, 0, 12);
    ASSERT_TRUE(journal.receipted(receipt(journal, 2)));
  }
  const Scan scan = scan_records(*read_file(segment(1), 1 << 20));
  damage(segment(1), scan.records[2].offset + 30, 1);
  ProofJournal journal = open(small);
  EXPECT_NE(journal.epoch(), before);
  EXPECT_TRUE(journal.recovery().renewed);
  EXPECT_EQ(journal.recovery().lost_proofs, 1u);
  EXPECT_EQ(cues_waiting(journal), (std::vector<std::uint32_t>{0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(journal.accounted(WallTime{})->size(), 11u) << "what was on air is remembered";
  fill(journal, 12, 1);
  EXPECT_TRUE(chain_holds(journal, 1));
  ASSERT_TRUE(journal.receipted(receipt(journal, 12)));
}

TEST_F(JournalTest, DamageToWhatIsReceiptedBeginsNoNewEpoch) {
  Epoch before;
  {
    ProofJournal journal = open();
    before = journal.epoch();
    fill(journal, 0, 5);
    ASSERT_TRUE(journal.receipted(receipt(journal, 3)));
  }
  const Scan scan = scan_records(*read_file(segment(1), 1 << 20));
  damage(segment(1), scan.records[1].offset + 30, 1);
  const ProofJournal journal = open();
  EXPECT_EQ(journal.epoch(), before);
  EXPECT_FALSE(journal.recovery().renewed);
  EXPECT_TRUE(chain_holds(journal, 4));
}

TEST_F(JournalTest, ANewestSegmentWithoutAHeadBeginsANewEpochForItsNumbersAreUnknown) {
  Epoch before;
  {
    ProofJournal journal = open(small);
    before = journal.epoch();
    fill(journal, 0, 12);
  }
  damage(files().back(), 20);
  const ProofJournal journal = open(small);
  EXPECT_NE(journal.epoch(), before);
  EXPECT_EQ(journal.last(), 12u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

TEST_F(JournalTest, ARenewalThatThePowerCutShortIsFinished) {
  {
    ProofJournal journal = open(small);
    fill(journal, 0, 12);
  }
  const Scan scan = scan_records(*read_file(segment(1), 1 << 20));
  damage(segment(1), scan.records[2].offset + 30, 1);
  std::map<std::filesystem::path, std::string> damaged;
  for (const auto& file : files()) damaged[file] = *read_file(file, 1 << 20);
  std::string renewed;
  Epoch epoch;
  {
    const ProofJournal journal = open(small);
    epoch = journal.epoch();
    renewed = *read_file(segment(1), 1 << 20);
  }
  for (std::size_t aside = 0; aside < damaged.size(); ++aside) {  // of the old files so many had been set aside
    std::filesystem::remove_all(folder());
    std::filesystem::create_directories(folder());
    std::size_t done = 0;
    for (const auto& [file, bytes] : damaged) {
      ASSERT_TRUE(save_file(done++ < aside ? file.string() + ".damaged" : file.string(), bytes));
    }
    ASSERT_TRUE(save_file(folder() / "renewal", renewed));
    const ProofJournal journal = open(small);
    EXPECT_EQ(journal.epoch(), epoch) << aside;
    EXPECT_EQ(journal.last(), 11u) << aside;
    EXPECT_TRUE(chain_holds(journal, 1)) << aside;
    EXPECT_FALSE(std::filesystem::exists(folder() / "renewal")) << aside;
  }
}

TEST_F(JournalTest, BeginsANewEpochWhenReceiptedProofsAreGone) {
  Epoch before;
  {
    ProofJournal journal = open();
    before = journal.epoch();
    fill(journal, 0, 5);
    ASSERT_TRUE(journal.receipted(receipt(journal, 5)));
  }
  const std::string whole = *read_file(segment(1), 1 << 20);
  ASSERT_TRUE(save_file(segment(1), whole.substr(0, scan_records(whole).records[3].offset)));
  ProofJournal journal = open();
  EXPECT_NE(journal.epoch(), before) << "a number must never be given twice";
  EXPECT_TRUE(journal.recovery().fresh);
  EXPECT_EQ(journal.recovery().lost_proofs, 2u);
  fill(journal, 0, 2);
  EXPECT_TRUE(chain_holds(journal, 1));
}

TEST_F(JournalTest, UnreadableReceiptSendsAllAgain) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 5);
    ASSERT_TRUE(journal.receipted(receipt(journal, 5)));
  }
  damage(folder() / "receipted", 14);
  const ProofJournal journal = open();
  EXPECT_EQ(journal.through(), 0u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

}  // namespace
}  // namespace loa::station::journal
