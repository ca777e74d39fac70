#include "tests/unit/station/journal/journal_fixture.hpp"

// A damaged card, and one that somebody else wrote: a new epoch, in which everything readable is said again.
namespace loa::station::journal {
namespace {

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
