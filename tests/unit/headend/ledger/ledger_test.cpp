#include "headend/ledger/ledger.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <random>

#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::ledger {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");

/// What a station's journal does, in small.
class Chain {
 public:
  explicit Chain(std::uint8_t key = 1, std::string station = "loa-1", char epoch = 'e')
      : key_(sample::key_of(key)), station_(std::move(station)), epoch_(16, epoch) {}

  std::string next(const std::string& reason = "complete") { return seal(draft(number_ + 1, reason), true); }

  v1::Proof draft(std::uint64_t number, const std::string& reason) const {
    v1::Proof proof;
    proof.set_epoch(epoch_);
    proof.set_number(number);
    proof.set_previous(std::string{head_.view()});
    proof.set_occurrence("sang/2026-11-23/050000");
    proof.set_bucket(v1::BUCKET_PLAYED);
    proof.set_reason(reason);
    proof.set_medium(v1::MEDIUM_AUDIO);
    proof.set_from_us(to_us(noon) + static_cast<std::int64_t>(number) * 1000000);
    proof.set_to_us(proof.from_us() + 1000000);
    proof.set_frames(48000);
    proof.set_object(std::string(32, 'o'));
    return proof;
  }

  std::string seal(const v1::Proof& proof, bool advance, const std::string& ward = "phuong-1") {
    protocol::seal::Address address;
    address.ward = ward;
    address.sender = "station/" + station_;
    address.audience = "headend";
    address.kind = v1::KIND_PROOF;
    address.sequence = proof.number();
    const auto sealed = protocol::seal::seal(address, proof.SerializeAsString(), key_);
    if (advance) {
      v1::Envelope envelope;
      envelope.ParseFromString(sealed);
      head_ = protocol::crypto::sha256(envelope.header());
      number_ = proof.number();
    }
    return sealed;
  }

  [[nodiscard]] model::Sha256 head() const { return head_; }
  [[nodiscard]] model::Epoch epoch() const {
    model::Epoch epoch{};
    std::copy(epoch_.begin(), epoch_.end(), epoch.begin());
    return epoch;
  }

 private:
  protocol::crypto::SecretKey key_;
  std::string station_;
  std::string epoch_;
  std::uint64_t number_ = 0;
  model::Sha256 head_;
};

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override { sample::fill(store_, sample::catalogue()); }

  void receive(const std::string& sealed) { ASSERT_TRUE(ledger_.receive("loa-1", sealed, noon)); }
  Commit commit(WallTime now = noon) { return ledger_.commit(now).value(); }
  std::uint64_t through(const Chain& chain) { return store_.proofs().chain("loa-1", chain.epoch()).value().through; }

  v1::Receipt receipt_of(const dispatch::Publication& message) {
    protocol::seal::Expectation want;
    want.ward = "phuong-1";
    want.kind = v1::KIND_RECEIPT;
    want.sender = "headend";
    want.audiences = {"station/loa-1"};
    want.keys = {sample::key_of(100).public_key()};
    want.now = noon;
    return protocol::message::decode<v1::Receipt>(protocol::seal::open(message.payload, want).value().header.body())
        .value();
  }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Ledger ledger_{"phuong-1", sample::key_of(100), store_};
  Chain chain_;
};

TEST_F(LedgerTest, CommitsABatchAndReceiptsItAfterwards) {
  receive(chain_.next());
  receive(chain_.next());
  EXPECT_TRUE(ledger_.receipts_due(noon).value().empty()) << "not before the commit";
  EXPECT_EQ(commit().appended, 2U);
  const auto receipts = ledger_.receipts_due(noon).value();
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipts[0].topic, "loa/1/phuong-1/station/loa-1/receipt");
  EXPECT_TRUE(receipts[0].retained);
  const auto receipt = receipt_of(receipts[0]);
  EXPECT_EQ(receipt.through(), 2U);
  EXPECT_EQ(receipt.head(), chain_.head().view());
  EXPECT_EQ(store_.proofs().newest_receipt("loa-1").value(), receipts[0].payload);
  EXPECT_TRUE(ledger_.receipts_due(noon).value().empty());
}

TEST_F(LedgerTest, DuplicatesAreHarmlessAndGetTheirReceiptAgain) {
  const auto proof = chain_.next();
  receive(proof);
  receive(proof);
  auto outcome = commit();
  EXPECT_EQ(outcome.appended, 1U);
  EXPECT_EQ(outcome.duplicates, 1U);
  ASSERT_EQ(ledger_.receipts_due(noon).value().size(), 1U);
  receive(proof);
  EXPECT_EQ(commit().duplicates, 1U);
  EXPECT_EQ(store_.proofs().count().value(), 1U);
  ASSERT_EQ(ledger_.receipts_due(noon).value().size(), 1U);
}

TEST_F(LedgerTest, NothingPastAHoleIsReceipted) {
  const auto first = chain_.next(), second = chain_.next(), third = chain_.next(), fourth = chain_.next();
  receive(first);
  receive(third);
  receive(fourth);
  auto outcome = commit();
  EXPECT_EQ(outcome.appended, 1U);
  EXPECT_EQ(outcome.aside, 2U);
  EXPECT_EQ(receipt_of(ledger_.receipts_due(noon).value()[0]).through(), 1U);
  receive(fourth);
  EXPECT_EQ(commit().duplicates, 1U);
  EXPECT_TRUE(ledger_.receipts_due(noon).value().empty()) << "waiting is not committed";
  receive(second);
  EXPECT_EQ(commit().appended, 3U);
  EXPECT_EQ(receipt_of(ledger_.receipts_due(noon).value()[0]).through(), 4U);
  EXPECT_EQ(store_.waiting_proofs().count("loa-1").value(), 0U);
}

// A station whose journal was damaged says everything again in a new epoch: PROTOCOL.md §8.7.
TEST_F(LedgerTest, ANewEpochIsReceiptedWhateverHoleTheOldOneHas) {
  receive(chain_.next());
  chain_.next();  // damaged
  receive(chain_.next());
  commit();
  (void)ledger_.receipts_due(noon);
  Chain renewed{1, "loa-1", 'n'};
  for (int i = 0; i < 3; ++i) receive(renewed.next());
  EXPECT_EQ(commit().appended, 3U);
  const auto receipts = ledger_.receipts_due(noon).value();
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipt_of(receipts[0]).epoch(), std::string(16, 'n'));
  EXPECT_EQ(receipt_of(receipts[0]).through(), 3U);
  EXPECT_EQ(store_.waiting_proofs().count_forks("loa-1").value(), 0U);
  EXPECT_EQ(through(chain_), 1U);
}

TEST_F(LedgerTest, AnOldHoleBecomesAFault) {
  chain_.next();
  receive(chain_.next());
  commit();
  EXPECT_TRUE(store_.fleet().faults().value().empty());
  receive(chain_.next());
  commit(noon + 11min);
  ASSERT_EQ(store_.fleet().faults().value().size(), 1U);
  EXPECT_EQ(store_.fleet().faults().value()[0].code, "proof-hole");
}

TEST_F(LedgerTest, AForkIsKeptReportedAndNotCounted) {
  auto twin = chain_;
  receive(chain_.next());
  commit();
  const auto forged = twin.next("other");
  receive(forged);
  EXPECT_EQ(commit().forks, 1U);
  EXPECT_EQ(store_.waiting_proofs().count_forks("loa-1").value(), 1U);
  ASSERT_EQ(store_.fleet().faults().value().size(), 1U);
  EXPECT_EQ(store_.fleet().faults().value()[0].code, "proof-fork");
  receive(forged);
  commit();
  EXPECT_EQ(store_.waiting_proofs().count_forks("loa-1").value(), 1U);
  EXPECT_EQ(store_.fleet().faults().value()[0].count, 1U) << "the same evidence again is no new fault";
  receive(twin.next());  // continues the other history
  EXPECT_EQ(commit().forks, 1U);
  EXPECT_EQ(through(chain_), 1U);
  EXPECT_EQ(store_.proofs().count().value(), 1U);
}

TEST_F(LedgerTest, AWrongSuccessorThatWaitedIsAForkAndMakesRoomForTheRightOne) {
  auto twin = chain_;
  twin.next("other history");
  const auto wrong_second = twin.next();
  const auto first = chain_.next(), second = chain_.next();
  receive(wrong_second);
  EXPECT_EQ(commit().aside, 1U);
  receive(first);
  EXPECT_EQ(commit().forks, 1U);
  receive(second);
  EXPECT_EQ(commit().appended, 1U);
  EXPECT_EQ(through(chain_), 2U);
}

TEST_F(LedgerTest, ANewJournalBeginsANewChain) {
  receive(chain_.next());
  Chain next_card{1, "loa-1", 'f'};
  receive(next_card.next());
  receive(next_card.next());
  EXPECT_EQ(commit().appended, 3U);
  EXPECT_EQ(through(chain_), 1U);
  EXPECT_EQ(through(next_card), 2U);
  EXPECT_EQ(ledger_.receipts_due(noon).value().size(), 2U);
}

TEST_F(LedgerTest, RefusesWhatIsNotThisStationsProof) {
  Chain other{2, "loa-2"}, stranger{9, "loa-1"};
  const auto proof = chain_.next();
  EXPECT_EQ(ledger_.receive("loa-9", proof, noon).error().code, ErrorCode::missing);
  EXPECT_EQ(ledger_.receive("loa-1", other.next(), noon).error().code, ErrorCode::refused);
  EXPECT_EQ(ledger_.receive("loa-2", proof, noon).error().code, ErrorCode::refused);
  EXPECT_EQ(ledger_.receive("loa-1", stranger.next(), noon).error().code, ErrorCode::refused);
  EXPECT_EQ(ledger_.receive("loa-1", chain_.seal(chain_.draft(2, "x"), false, "phuong-2"), noon).error().code,
            ErrorCode::refused);
  EXPECT_EQ(ledger_.receive("loa-1", proof.substr(0, proof.size() / 2), noon).error().code, ErrorCode::invalid);
  auto tampered = proof;
  tampered[proof.size() / 2] = static_cast<char>(tampered[proof.size() / 2] ^ 1);
  EXPECT_FALSE(ledger_.receive("loa-1", tampered, noon));
  EXPECT_FALSE(ledger_.receive("loa-1", "", noon));
  auto placeless = chain_.draft(0, "x");
  EXPECT_EQ(ledger_.receive("loa-1", chain_.seal(placeless, false), noon).error().code, ErrorCode::invalid);
  EXPECT_TRUE(ledger_.empty());
}

TEST_F(LedgerTest, ASenselessProofIsKeptButNeverCounted) {
  auto senseless = chain_.draft(1, "complete");
  senseless.set_to_us(senseless.from_us() - 1);
  receive(chain_.seal(senseless, true));
  receive(chain_.next());
  const auto outcome = commit();
  EXPECT_EQ(outcome.appended, 2U) << "or the chain would stand still for ever";
  EXPECT_EQ(outcome.flawed, 1U);
  EXPECT_EQ(store_.proofs().in({noon - 1h, noon + 1h}).value().size(), 1U);
  EXPECT_EQ(store_.fleet().faults().value()[0].code, "proof-flawed");
}

TEST_F(LedgerTest, KnowsANewStationAfterReload) {
  receive(chain_.next());
  ASSERT_TRUE(store_.stations().put(sample::station("loa-3", {"to-1"}, 7)));
  Chain fresh{7, "loa-3"};
  const auto proof = fresh.next();
  EXPECT_FALSE(ledger_.receive("loa-3", proof, noon));
  ledger_.reload();
  EXPECT_TRUE(ledger_.receive("loa-3", proof, noon));
}

/// The network drops, doubles and reorders; the head-end restarts; the station repeats what has no receipt.
TEST_F(LedgerTest, EndsExactWhateverTheNetworkDoes) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    auto store = store::sqlite::SqliteStore::open(":memory:").value();
    sample::fill(store, sample::catalogue());
    std::mt19937 random{seed};
    Chain chain;
    std::vector<std::string> journal;
    for (int i = 0; i < 60; ++i) journal.push_back(chain.next());
    std::uint64_t receipted = 0;
    auto ledger = std::make_unique<Ledger>("phuong-1", sample::key_of(100), store);
    for (int round = 0; receipted < journal.size(); ++round) {
      ASSERT_LT(round, 1000) << "seed " << seed;
      std::vector<std::string> wire;
      const auto window_end = std::min<std::size_t>(journal.size(), receipted + 1 + random() % 20);
      for (auto i = static_cast<std::size_t>(receipted); i < window_end; ++i) {
        for (auto copies = random() % 3; copies > 0; --copies) wire.push_back(journal[i]);
      }
      std::shuffle(wire.begin(), wire.end(), random);
      for (const auto& sealed : wire) {
        ASSERT_TRUE(ledger->receive("loa-1", sealed, noon));
        if (random() % 8 == 0) {
          ASSERT_TRUE(ledger->commit(noon));
        }
        if (random() % 16 == 0) ledger = std::make_unique<Ledger>("phuong-1", sample::key_of(100), store);
      }
      ASSERT_TRUE(ledger->commit(noon));
      const auto receipts = ledger->receipts_due(noon).value();
      if (!receipts.empty() && random() % 3 != 0) {
        const auto receipt = receipt_of(receipts[0]);
        ASSERT_EQ(receipt.through(), store.proofs().count().value()) << "never past what is committed";
        receipted = std::max(receipted, receipt.through());
      }
    }
    EXPECT_EQ(store.proofs().count().value(), journal.size());
    const auto kept = store.proofs().of("loa-1").value();
    for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(kept[i].sealed, journal[i]);
    EXPECT_EQ(store.waiting_proofs().count_forks("loa-1").value(), 0U);
  }
}

// ---- two boxes with one bundle --------------------------------------------------------------------------------------

class TwoBoxes : public LedgerTest {
 protected:
  /// From `noon` + 2 s to the given instant; absent: it lasts.
  void conflict(std::optional<WallTime> ended) {
    ASSERT_TRUE(store_.findings().put_conflict({"loa-1", noon + 2s, chain_.epoch(), ended}));
  }
  std::size_t counted(const Chain& chain) {
    const auto proofs = store_.proofs().in({noon, noon + 1h}, "loa-1").value();
    return static_cast<std::size_t>(
        std::count_if(proofs.begin(), proofs.end(), [&](const auto& proof) { return proof.epoch == chain.epoch(); }));
  }
  Chain other_{1, "loa-1", 'f'};
};

TEST_F(TwoBoxes, ProofsOfTheOneThatDoesNotCountWaitWithoutReceipt) {
  conflict(std::nullopt);
  receive(chain_.next());
  for (int i = 0; i < 3; ++i) receive(other_.next());
  const auto done = commit();
  EXPECT_EQ(done.appended, 1U);
  EXPECT_EQ(done.aside, 3U);
  EXPECT_EQ(through(other_), 0U);
  EXPECT_EQ(store_.waiting_proofs().count("loa-1").value(), 3U) << "durable";
  ASSERT_EQ(ledger_.receipts_due(noon).value().size(), 1U);
  EXPECT_EQ(counted(other_), 0U);
  EXPECT_TRUE(store_.fleet().faults()->empty()) << "no hole and no fork";
}

TEST_F(TwoBoxes, WhatWaitedIsTakenWhenOneIsAloneAndCountsOutsideOfTheConflict) {
  conflict(std::nullopt);
  std::vector<std::string> proofs;
  for (int i = 0; i < 6; ++i) proofs.push_back(other_.next());  // of noon + 1 s … noon + 7 s
  for (const auto& proof : proofs) receive(proof);
  commit();
  conflict(noon + 5s);
  receive(proofs[0]);  // the box sends again what has no receipt
  const auto done = commit();
  EXPECT_EQ(done.appended, 6U);
  EXPECT_EQ(done.doubtful, 3U) << "those of noon + 2, 3 and 4 s";
  EXPECT_EQ(done.flawed, 0U);
  EXPECT_EQ(counted(other_), 3U);
  EXPECT_EQ(through(other_), 6U);
  EXPECT_EQ(ledger_.receipts_due(noon).value().size(), 1U);
  EXPECT_EQ(store_.waiting_proofs().count("loa-1").value(), 0U);
  EXPECT_TRUE(store_.fleet().faults()->empty()) << "they break no rule";
}

TEST_F(TwoBoxes, ProofsOfTheOneThatCountsAreNoneTheWorse) {
  conflict(noon + 10s);
  for (int i = 0; i < 6; ++i) receive(chain_.next());
  EXPECT_EQ(commit().doubtful, 0U);
  EXPECT_EQ(counted(chain_), 6U);
}

TEST_F(LedgerTest, SignsTheNewestReceiptAnewForAStationThatHasJustStarted) {
  ASSERT_TRUE(ledger_.repeat_receipt("loa-1"));
  EXPECT_TRUE(ledger_.receipts_due(noon).value().empty()) << "it never had one";
  receive(chain_.next());
  commit();
  const auto first = ledger_.receipts_due(noon).value().at(0);
  ASSERT_TRUE(ledger_.repeat_receipt("loa-1"));
  const auto again = ledger_.receipts_due(noon + 30min).value();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(receipt_of(again[0]).through(), 1U);
  v1::Envelope envelope;
  v1::Header header;
  ASSERT_TRUE(envelope.ParseFromString(again[0].payload) && header.ParseFromString(envelope.header()));
  EXPECT_EQ(header.signed_us(), to_us(noon + 30min));
  EXPECT_NE(first.payload, again[0].payload);
}

// A card that was put back to an older copy gives numbers again: only the receipt tells it.
TEST_F(LedgerTest, AForkGetsTheReceiptThatContradictsIt) {
  receive(chain_.next());
  const auto copy = chain_;
  receive(chain_.next());
  commit();
  ASSERT_TRUE(ledger_.receipts_due(noon));
  auto restored = copy;
  receive(restored.next("halted"));
  EXPECT_EQ(commit().forks, 1U);
  const auto receipts = ledger_.receipts_due(noon).value();
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipt_of(receipts[0]).head(), chain_.head().view());
}

}  // namespace
}  // namespace loa::headend::ledger
