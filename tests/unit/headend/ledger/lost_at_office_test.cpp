#include <gmock/gmock.h>

#include "headend/ledger/ledger.hpp"
#include "headend/report/reporter.hpp"
#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "tests/unit/headend/sample_store.hpp"

/// A ledger whose store was put back to a backup, and a station that goes on.
namespace loa::headend::ledger {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");
constexpr const char* station = "loa-1";

/// The chain of a station: proof n speaks of second n after noon, and is made at its end.
class Chain {
 public:
  std::string next(v1::Bucket bucket = v1::BUCKET_PLAYED) {
    v1::Proof proof;
    proof.set_epoch(std::string(16, 'e'));
    proof.set_number(sealed_.size() + 1);
    proof.set_previous(std::string{head().view()});
    proof.set_occurrence("sang/2026-11-23/050000");
    proof.set_bucket(bucket);
    proof.set_reason("complete");
    proof.set_medium(v1::MEDIUM_AUDIO);
    proof.set_from_us(to_us(noon) + static_cast<std::int64_t>(sealed_.size()) * 1'000'000);
    proof.set_to_us(proof.from_us() + 1'000'000);
    if (bucket == v1::BUCKET_PLAYED) proof.set_frames(48'000);
    proof.set_object(std::string(32, 'o'));
    protocol::seal::Address address{
        "phuong-1", std::string{"station/"} + station, "headend", v1::KIND_PROOF, proof.number(), {}, noon + 24h, noon};
    sealed_.push_back(protocol::seal::seal(address, proof.SerializeAsString(), sample::key_of(1)));
    v1::Envelope envelope;
    envelope.ParseFromString(sealed_.back());
    heads_.push_back(protocol::crypto::sha256(envelope.header()));
    return sealed_.back();
  }
  [[nodiscard]] const std::string& sealed(std::size_t number) const { return sealed_.at(number - 1); }
  [[nodiscard]] model::Sha256 head() const { return heads_.empty() ? model::Sha256{} : heads_.back(); }
  [[nodiscard]] model::Sha256 head(std::size_t number) const { return heads_.at(number - 1); }
  /// Forgets the last ones, to say something else in their place.
  void back_to(std::size_t number) {
    sealed_.resize(number);
    heads_.resize(number);
  }

 private:
  std::vector<std::string> sealed_;
  std::vector<model::Sha256> heads_;
};

class LostAtOffice : public testing::Test {
 protected:
  void SetUp() override {
    sample::fill(store_, sample::catalogue());
    epoch_.fill('e');
    for (int i = 0; i < 10; ++i) chain_.next();
  }
  static WallTime at(int seconds) { return noon + std::chrono::seconds{seconds}; }

  void receive(std::size_t number, WallTime now) {
    ASSERT_TRUE(ledger_.receive(station, chain_.sealed(number), now));
    ASSERT_TRUE(ledger_.commit(now));
  }
  /// The backup: proofs 1…n.
  void have_through(std::size_t through) {
    for (std::size_t number = 1; number <= through; ++number) receive(number, at(static_cast<int>(number)));
    std::ignore = ledger_.receipts_due(at(60));
  }
  /// A receipt as this head-end, or somebody else, sealed it before.
  [[nodiscard]] std::string receipt(std::uint64_t through, WallTime now, std::uint8_t key = 100,
                                    const std::string& whose = station, char epoch = 'e') const {
    v1::Receipt body;
    body.set_epoch(std::string(16, epoch));
    body.set_through(through);
    body.set_head(std::string{chain_.head(through).view()});
    protocol::seal::Address address{"phuong-1", "headend", "station/" + whose, v1::KIND_RECEIPT,
                                    7,          noon - 1h, noon + 24h * 3650,  now};
    return protocol::seal::seal(address, body.SerializeAsString(), sample::key_of(key));
  }
  [[nodiscard]] fleet::JournalClaim claim(std::uint64_t first, std::uint64_t receipted, std::string sealed = {}) const {
    return {station, epoch_, first, receipted, std::move(sealed)};
  }
  Commit hear(const fleet::JournalClaim& what, WallTime now) {
    const auto heard = ledger_.hear(what, now);
    EXPECT_TRUE(heard) << heard.error().text;
    return heard.value_or(Commit{});
  }
  std::uint64_t through() { return store_.proofs().chain(station, epoch_).value().through; }
  std::vector<model::LostProofs> lost() { return store_.lost_proofs().of(station).value(); }
  /// `through` of what a station is told now; absent: nothing.
  std::optional<std::uint64_t> told() {
    const auto due = ledger_.receipts_due(at(100)).value();
    if (due.empty()) return std::nullopt;
    v1::Envelope envelope;
    v1::Header header;
    envelope.ParseFromString(due.back().payload);
    header.ParseFromString(envelope.header());
    return protocol::message::decode<v1::Receipt>(header.body()).value().through();
  }
  std::optional<std::string> fault(std::string_view code) {
    const auto all = store_.fleet().faults().value();
    for (const auto& one : all)
      if (one.code == code && one.state == v1::FAULT_STATE_NEW) return one.text;
    return std::nullopt;
  }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Ledger ledger_{"phuong-1", sample::key_of(100), store_};
  Chain chain_;
  model::Epoch epoch_{};
};

TEST_F(LostAtOffice, AStationThatKnowsMoreLearnsWhatIsHereAndSendsTheRest) {
  have_through(3);
  hear(claim(1, 8), at(60));
  EXPECT_EQ(told(), 3U);
  for (std::size_t number = 4; number <= 8; ++number) receive(number, at(61));
  EXPECT_EQ(through(), 8U);
  EXPECT_THAT(lost(), SizeIs(0)) << "it had them all";
  EXPECT_EQ(told(), 8U);
  hear(claim(1, 8), at(62));
  EXPECT_EQ(told(), std::nullopt) << "both know the same again";
}

TEST_F(LostAtOffice, OfAnEpochThatIsNotHereAtAllTheReceiptIsOfNothing) {
  hear(claim(1, 8), at(60));
  EXPECT_EQ(told(), 0U);
}

TEST_F(LostAtOffice, TakesTheChainUpBehindWhatTheStationHoldsNoMore) {
  have_through(3);
  receive(7, at(61));
  EXPECT_EQ(through(), 3U);
  EXPECT_EQ(hear(claim(7, 8, receipt(8, at(9))), at(62)).lost, 3U);
  EXPECT_EQ(through(), 7U) << "proof 7 was here already";
  EXPECT_EQ(told(), 7U);
  receive(8, at(63));
  receive(9, at(63));
  EXPECT_EQ(through(), 9U);
  ASSERT_THAT(lost(), SizeIs(1));
  EXPECT_EQ(lost()[0].from_number, 4U);
  EXPECT_EQ(lost()[0].to_number, 6U);
  EXPECT_EQ(lost()[0].since, at(3)) << "the end of proof 3";
  EXPECT_EQ(lost()[0].until, at(7)) << "the end of proof 7, before which they were made";
  ASSERT_TRUE(fault("proofs-lost"));
  EXPECT_THAT(*fault("proofs-lost"), HasSubstr("4–6"));
  EXPECT_EQ(store_.proofs().count().value(), 6U);
}

TEST_F(LostAtOffice, TakesTheChainUpWhenTheProofComesAfterTheStatus) {
  have_through(3);
  EXPECT_EQ(hear(claim(9, 8, receipt(8, at(9))), at(60)).lost, 0U);
  EXPECT_EQ(through(), 3U) << "who comes behind the hole is not known yet";
  receive(9, at(61));
  EXPECT_EQ(through(), 9U);
  EXPECT_EQ(lost()[0].to_number, 8U);
  EXPECT_EQ(lost()[0].until, at(9)) << "no later than the receipt was signed";
}

TEST_F(LostAtOffice, EndsTheHoleThatWasAFault) {
  have_through(3);
  receive(9, at(60));
  receive(10, at(60 + 700));
  ASSERT_TRUE(fault("proof-hole"));
  hear(claim(9, 8, receipt(8, at(9))), at(800));
  EXPECT_EQ(through(), 10U);
  EXPECT_FALSE(fault("proof-hole"));
}

TEST_F(LostAtOffice, BelievesNoStationWithoutAReceiptOfItsOwn) {
  have_through(3);
  receive(7, at(60));
  auto other_epoch = receipt(8, at(9), 100, station, 'f');
  for (const auto& sealed : {std::string{}, std::string{"x"}, receipt(8, at(9), 1), receipt(8, at(9), 100, "loa-2"),
                             other_epoch, receipt(5, at(9))}) {
    hear(claim(7, 8, sealed), at(61));
    EXPECT_EQ(through(), 3U);
    EXPECT_THAT(lost(), SizeIs(0));
  }
}

TEST_F(LostAtOffice, NeverTakesAReorderingForALoss) {
  have_through(3);
  receive(7, at(61));
  hear(claim(1, 3), at(61));
  receive(6, at(62));
  EXPECT_EQ(through(), 3U);
  hear(claim(7, 3, receipt(3, at(3))), at(62));
  EXPECT_EQ(through(), 3U) << "the office lost nothing: what the station threw away is its own affair";
  receive(4, at(63));
  receive(5, at(63));
  EXPECT_EQ(through(), 7U);
  EXPECT_THAT(lost(), SizeIs(0));
}

TEST_F(LostAtOffice, AStationCannotSayOtherwiseWhatItHadSaid) {
  have_through(3);
  const auto honest = receipt(8, at(9));
  chain_.back_to(5);
  for (int i = 0; i < 4; ++i) chain_.next(v1::BUCKET_NODE_DARK);
  hear(claim(6, 8, honest), at(60));
  for (std::size_t number = 6; number <= 9; ++number) receive(number, at(61));
  EXPECT_EQ(through(), 7U) << "proof 8 is not the one that was receipted";
  EXPECT_TRUE(fault("proof-fork"));
}

TEST_F(LostAtOffice, WhatFollowsTheReceiptMustFollowItsHead) {
  have_through(3);
  const auto honest = receipt(8, at(9));
  chain_.back_to(5);
  for (int i = 0; i < 4; ++i) chain_.next(v1::BUCKET_NODE_DARK);
  hear(claim(9, 8, honest), at(60));
  receive(9, at(61));
  EXPECT_EQ(through(), 3U);
  EXPECT_THAT(lost(), SizeIs(0));
  EXPECT_TRUE(fault("proof-fork"));
}

TEST_F(LostAtOffice, ACopyThatComesLateIsNoContradiction) {
  have_through(3);
  hear(claim(7, 8, receipt(8, at(9))), at(60));
  receive(7, at(61));
  receive(5, at(62));
  EXPECT_FALSE(fault("proof-fork"));
  EXPECT_EQ(through(), 7U);
}

TEST_F(LostAtOffice, IsKnownToTheNextProcessToo) {
  have_through(3);
  hear(claim(7, 8, receipt(8, at(9))), at(60));
  receive(7, at(61));
  chain_.back_to(7);
  const auto other = chain_.next(v1::BUCKET_NODE_DARK);
  Ledger next{"phuong-1", sample::key_of(100), store_};
  ASSERT_TRUE(next.receive(station, other, at(70)));
  EXPECT_EQ(next.commit(at(70)).value().forks, 1U) << "the gap's receipt still vouches for proof 8";
}

/// One cue of two seconds for each two numbers of the chain: 1+2, 3+4 …
TEST_F(LostAtOffice, IsNeverDarkInTheReport) {
  have_through(2);
  ASSERT_TRUE(
      store_.findings().put_journal({station, epoch_, at(12)}));  // since a renewal: what lies before would be dark
  hear(claim(7, 8, receipt(8, at(9))), at(60));
  receive(7, at(61));
  receive(8, at(61));
  std::vector<model::PlannedCue> cues;
  for (int i = 0; i < 8; ++i) {
    model::PlannedCue cue;
    cue.station = station;
    cue.occurrence_start = noon;
    cue.cue.set_occurrence(i == 0 ? "sang/2026-11-23/050000" : fmt::format("sang/2026-11-23/0500{:02}", i));
    cue.cue.set_medium(v1::MEDIUM_AUDIO);
    cue.cue.set_start_us(to_us(at(2 * i)));
    cue.cue.set_duration_us(2'000'000);
    cues.push_back(cue);
  }
  report::Known known;
  known.journals = store_.findings().journals(station).value();
  known.lost = store_.lost_proofs().of(station).value();
  std::vector<std::string> said;
  for (const auto& cue : cues) {
    std::vector<report::Anomaly> anomalies;
    const auto settled = report::settle(cue, {}, known, anomalies);
    ASSERT_THAT(settled.stretches, SizeIs(1));
    EXPECT_EQ(settled.stretches[0].bucket == v1::BUCKET_UNKNOWN, settled.stretches[0].reason != "before-journal");
    said.push_back(settled.stretches[0].reason);
  }
  EXPECT_THAT(said, testing::ElementsAre("before-journal", "lost-at-office", "lost-at-office", "lost-at-office",
                                         "before-journal", "before-journal", "no-proof", "no-proof"))
      << "only what was on between proof 2 and proof 7";
}

}  // namespace
}  // namespace loa::headend::ledger
