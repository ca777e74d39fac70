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
  v1::Proof refused_by_the_office = draft(0);
  refused_by_the_office.set_gain_cb(600);
  EXPECT_EQ(journal.append(refused_by_the_office, morning).error().code, ErrorCode::invalid);
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

TEST_F(JournalTest, AReceiptThatGrewSendsAllAgain) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 5);
    ASSERT_TRUE(journal.receipted(receipt(journal, 5)));
  }
  ASSERT_TRUE(save_file(folder() / "receipted", std::string(5'000, 'r')));
  const ProofJournal journal = open();
  EXPECT_EQ(journal.through(), 0u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

// ---- a card that somebody wrote: every checksum is right ----------------------------------------------------------

protocol::crypto::SecretKey other_key() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(8);
  return protocol::crypto::SecretKey::from_seed(seed);
}

/// A proof for the journal's end, in our name: with right number, link and epoch, sealed with any key and id.
std::string forged(const ProofJournal& journal, const protocol::crypto::SecretKey& key, bool as_ours) {
  v1::Proof proof = draft(99);
  proof.set_epoch(journal.epoch().data(), journal.epoch().size());
  proof.set_number(journal.last() + 1);
  proof.set_previous(journal.head().bytes.data(), journal.head().bytes.size());
  protocol::seal::Address address;
  address.ward = "phuc-xa";
  address.sender = "station/cum-01";
  address.audience = "headend";
  address.kind = v1::KIND_PROOF;
  address.sequence = proof.number();
  address.not_after = morning + std::chrono::hours{24 * 365};
  v1::Envelope envelope;
  envelope.ParseFromString(protocol::seal::seal(address, proof.SerializeAsString(), key));
  if (as_ours) envelope.set_key_id(test_key().public_key().id());
  return envelope.SerializeAsString();
}

void add_to(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream{file, std::ios::binary | std::ios::app} << bytes;
}

TEST_F(JournalTest, AForgedProofIsNeitherSentNorAccountedForNorSaidAgain) {
  std::string forgery;
  {
    ProofJournal journal = open();
    fill(journal, 0, 3);
    forgery = forged(journal, other_key(), true);
  }
  add_to(segment(1), encode_record(forgery));
  for (const int already : {3, 4}) {
    ProofJournal journal = open();
    EXPECT_EQ(journal.last(), static_cast<std::uint64_t>(already));
    EXPECT_EQ(journal.accounted(WallTime{})->size(), static_cast<std::size_t>(already));
    EXPECT_GT(journal.recovery().damaged_bytes, 200u);
    EXPECT_TRUE(chain_holds(journal, 1));
    fill(journal, already, 1);
  }
  damage(segment(1), scan_records(*read_file(segment(1), 1 << 20)).records[1].offset + 30, 1);
  const ProofJournal journal = open();
  EXPECT_TRUE(journal.recovery().renewed);
  EXPECT_EQ(cues_waiting(journal), (std::vector<std::uint32_t>{0, 2, 3, 4}));
}

TEST_F(JournalTest, AProofWhoseSignatureIsGoneHoldsNothingUp) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 4);
  }
  std::string bytes = *read_file(segment(1), 1 << 20);
  const Span second = scan_records(bytes).records[1];
  v1::Envelope envelope;
  ASSERT_TRUE(envelope.ParseFromString(bytes.substr(second.offset, second.length)));
  envelope.mutable_signature()->front() ^= 1;
  bytes.replace(second.offset - record_frame_bytes, second.length + record_frame_bytes,
                encode_record(envelope.SerializeAsString()));
  ASSERT_TRUE(save_file(segment(1), bytes));
  const ProofJournal journal = open();
  EXPECT_TRUE(journal.recovery().renewed) << "the chain is whole, and the office would take nothing behind that proof";
  EXPECT_EQ(cues_waiting(journal), (std::vector<std::uint32_t>{0, 1, 2, 3})) << "its words are vouched for";
}

TEST_F(JournalTest, AHeadThatNoProofBearsOutGivesNoNumber) {
  { ProofJournal journal = open(); }
  SegmentHead head = *decode_head(*read_file(segment(1), 1 << 20));
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{7}, ~std::uint64_t{0}}) {
    head.first = first;
    head.previous.bytes.fill(3);
    for (const auto& file : files()) std::filesystem::remove_all(file);
    ASSERT_TRUE(save_file(segment(1), encode_head(head)));
    ProofJournal journal = open();
    fill(journal, 0, 1);
    EXPECT_EQ(journal.last(), 1u) << first;
    EXPECT_TRUE(chain_holds(journal, 1)) << first;
  }
}

TEST_F(JournalTest, ProofsOfAnotherEpochAreSaidAgainAndNotSentAsTheyAre) {
  std::string older;
  {
    ProofJournal journal = open();
    fill(journal, 0, 3);
    older = *read_file(segment(1), 1 << 20);
  }
  for (const auto& file : files()) std::filesystem::remove_all(file);
  {
    ProofJournal journal = open();
    fill(journal, 3, 2);
  }
  add_to(segment(1), std::string_view{older}.substr(segment_head_bytes));
  const ProofJournal journal = open();
  EXPECT_EQ(journal.last(), 5u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

// What is appended next must sort behind it.
TEST_F(JournalTest, ASegmentUnderAnotherNameIsSaidAgainUnderItsOwn) {
  {
    ProofJournal journal = open(small);
    fill(journal, 0, 3);
  }
  std::filesystem::rename(segment(1), segment(4'000));
  for (int n = 3; n < 12; ++n) {
    ProofJournal journal = open(small);
    EXPECT_EQ(journal.recovery().renewed, n == 3);
    EXPECT_EQ(journal.last(), static_cast<std::uint64_t>(n));
    EXPECT_TRUE(chain_holds(journal, 1));
    fill(journal, n, 1);
  }
}

TEST_F(JournalTest, ARenewalThatWeDidNotWriteIsSetAside) {
  std::string foreign;
  {
    ProofJournal journal = open();
    fill(journal, 0, 3);
    foreign = *read_file(segment(1), 1 << 20);
    foreign.resize(scan_records(foreign).records[2].offset);
    foreign += "torn";
  }
  ASSERT_TRUE(save_file(folder() / "renewal", foreign));
  const ProofJournal journal = open();
  EXPECT_FALSE(journal.recovery().fresh);
  EXPECT_EQ(journal.last(), 3u);
  EXPECT_TRUE(std::filesystem::exists(folder() / "renewal.damaged"));
}

TEST_F(JournalTest, AFolderInThePlaceOfASegmentIsDamageLikeAnyOther) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 3);
  }
  ASSERT_TRUE(make_folders(segment(9) / "inside"));
  for (int start = 0; start < 2; ++start) {
    const ProofJournal journal = open();
    EXPECT_EQ(journal.last(), 3u);
    EXPECT_TRUE(chain_holds(journal, 1));
  }
}

// ---- the station got a new key --------------------------------------------------------------------------------------

TEST_F(JournalTest, KeepsProofsOfAnEarlierKeyAndBeginsANewEpoch) {
  std::map<std::string, std::string> before;
  {
    auto journal = ProofJournal::open(folder(), {"phuc-xa", "cum-01"}, other_key(), small);
    ASSERT_TRUE(journal);
    fill(*journal, 0, 6);
    ASSERT_TRUE(journal->receipted(receipt(*journal, 2)));
  }
  for (const auto& file : files()) before[file.filename()] = *read_file(file, 1 << 20);
  for (int start = 0; start < 2; ++start) {
    ProofJournal journal = open(small);
    EXPECT_EQ(journal.recovery().other_key_proofs, start == 0 ? 6u : 0u);
    EXPECT_EQ(journal.recovery().lost_proofs + journal.recovery().damaged_bytes, 0u);
    EXPECT_TRUE(chain_holds(journal, 1));
    fill(journal, 6 + start, 1);
    EXPECT_EQ(journal.last(), static_cast<std::uint64_t>(start + 1));
  }
  damage(segment(1), 30);  // a later renewal tidies up after an earlier one, but not this
  (void)open(small);
  for (const auto& [name, bytes] : before) {
    if (!name.starts_with("proofs-")) continue;
    EXPECT_EQ(read_file(folder() / (name + ".other-key"), 1 << 20).value_or(""), bytes) << name;
  }
}

TEST_F(JournalTest, TwoEarlierKeysTakeNoPlaceFromEachOther) {
  for (const std::uint8_t fill_byte : {8, 9}) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(fill_byte);
    auto journal = ProofJournal::open(folder(), {"phuc-xa", "cum-01"}, protocol::crypto::SecretKey::from_seed(seed));
    ASSERT_TRUE(journal);
    fill(*journal, 0, 1);
  }
  (void)open();
  EXPECT_TRUE(std::filesystem::exists(segment(1).string() + ".other-key"));
  EXPECT_TRUE(std::filesystem::exists(segment(1).string() + "-2.other-key"));
}

}  // namespace
}  // namespace loa::station::journal
