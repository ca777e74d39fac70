#include "station/outbox/outbox.hpp"

#include "tests/unit/station/journal/journal_fixture.hpp"

namespace loa::station::outbox {
namespace {

using namespace std::chrono_literals;

constexpr Pace pace{4, 10s, 60s};

class OutboxTest : public journal::JournalTest {
 protected:
  void append(int n) { fill(journal_, static_cast<int>(journal_.last()), n); }
  void take_receipt(std::uint64_t through) { ASSERT_TRUE(journal_.receipted(receipt(journal_, through))); }
  static std::vector<std::uint64_t> numbers(const Result<Outbox::Batch>& batch) {
    std::vector<std::uint64_t> result;
    if (!batch) ADD_FAILURE() << batch.error().text;
    for (const std::string& sealed : *batch) result.push_back(journal::read_sealed(sealed)->proof.number());
    return result;
  }
  using Numbers = std::vector<std::uint64_t>;

  journal::ProofJournal journal_ = open();
  Outbox outbox_{journal_, pace};
  MonoTime now_{1h};
};

TEST_F(OutboxTest, SendsNothingWithoutALink) {
  append(3);
  EXPECT_EQ(numbers(outbox_.on_appended(now_)), Numbers{});
  EXPECT_EQ(outbox_.waiting(), 3u);
  EXPECT_FALSE(outbox_.next_deadline());
}

TEST_F(OutboxTest, SendsAllThatWaitsInOrderWhenTheLinkComes) {
  append(3);
  EXPECT_EQ(numbers(outbox_.on_link_up(now_)), (Numbers{1, 2, 3}));
  EXPECT_EQ(outbox_.next_deadline(), now_ + 10s);
}

TEST_F(OutboxTest, SendsANewProofAtOnceAndOnce) {
  EXPECT_EQ(numbers(outbox_.on_link_up(now_)), Numbers{});
  EXPECT_FALSE(outbox_.next_deadline()) << "nothing to wait for";
  append(1);
  EXPECT_EQ(numbers(outbox_.on_appended(now_)), Numbers{1});
  append(1);
  EXPECT_EQ(numbers(outbox_.on_appended(now_)), Numbers{2});
}

TEST_F(OutboxTest, HasAtMostAWindowUnderWay) {
  append(10);
  EXPECT_EQ(numbers(outbox_.on_link_up(now_)), (Numbers{1, 2, 3, 4}));
  append(1);
  EXPECT_EQ(numbers(outbox_.on_appended(now_)), Numbers{});
  take_receipt(3);
  EXPECT_EQ(numbers(outbox_.on_receipted(now_)), (Numbers{5, 6, 7}));
}

TEST_F(OutboxTest, IsSilentWhenEverythingHasItsReceipt) {
  append(2);
  EXPECT_EQ(numbers(outbox_.on_link_up(now_)).size(), 2u);
  take_receipt(2);
  EXPECT_EQ(numbers(outbox_.on_receipted(now_)), Numbers{});
  EXPECT_FALSE(outbox_.next_deadline());
  EXPECT_EQ(outbox_.waiting(), 0u);
}

TEST_F(OutboxTest, SendsAgainWithGrowingPatience) {
  append(2);
  EXPECT_EQ(numbers(outbox_.on_link_up(now_)), (Numbers{1, 2}));
  for (const auto wait : {10s, 20s, 40s, 60s, 60s}) {
    ASSERT_EQ(outbox_.next_deadline(), now_ + wait);
    EXPECT_EQ(numbers(outbox_.on_time(now_ + wait - 1ms)), Numbers{}) << "too early";
    now_ += wait;
    EXPECT_EQ(numbers(outbox_.on_time(now_)), (Numbers{1, 2}));
  }
}

TEST_F(OutboxTest, ProgressRestoresPatience) {
  append(3);
  ASSERT_TRUE(outbox_.on_link_up(now_));
  now_ += 10s;
  ASSERT_TRUE(outbox_.on_time(now_));
  take_receipt(1);
  EXPECT_EQ(numbers(outbox_.on_receipted(now_ + 5s)), Numbers{});
  EXPECT_EQ(outbox_.next_deadline(), now_ + 15s);
  EXPECT_EQ(numbers(outbox_.on_time(now_ + 15s)), (Numbers{2, 3}));
}

TEST_F(OutboxTest, NewProofsDoNotPutTheRepetitionOff) {
  append(1);
  ASSERT_TRUE(outbox_.on_link_up(now_));
  const auto due = outbox_.next_deadline();
  append(1);
  EXPECT_EQ(numbers(outbox_.on_appended(now_ + 9s)), Numbers{2});
  EXPECT_EQ(outbox_.next_deadline(), due);
}

TEST_F(OutboxTest, ARepeatedOldReceiptDoesNotPutTheRepetitionOff) {
  append(3);
  take_receipt(1);
  Outbox outbox{journal_, pace};
  ASSERT_TRUE(outbox.on_link_up(now_));
  EXPECT_EQ(numbers(outbox.on_receipted(now_ + 9s)), Numbers{});
  EXPECT_EQ(outbox.next_deadline(), now_ + 10s);
}

TEST_F(OutboxTest, BeginsAnewAfterEachReconnection) {
  append(6);
  ASSERT_TRUE(outbox_.on_link_up(now_));
  outbox_.on_link_down();
  EXPECT_FALSE(outbox_.next_deadline());
  append(1);
  EXPECT_EQ(numbers(outbox_.on_appended(now_)), Numbers{});
  take_receipt(2);  // came by another way, such as the retained message
  EXPECT_EQ(numbers(outbox_.on_receipted(now_)), Numbers{});
  EXPECT_EQ(numbers(outbox_.on_link_up(now_)), (Numbers{3, 4, 5, 6}));
}

TEST_F(OutboxTest, AReceiptForMoreThanWasSentInThisConnectionIsFine) {
  append(10);
  ASSERT_TRUE(outbox_.on_link_up(now_));
  take_receipt(8);
  EXPECT_EQ(numbers(outbox_.on_receipted(now_)), (Numbers{9, 10}));
}

}  // namespace
}  // namespace loa::station::outbox
