#include <gmock/gmock.h>

#include "station/outbox/outbox.hpp"
#include "tests/unit/station/journal/journal_fixture.hpp"

/// The office's store was put back to a backup (PROTOCOL.md §8.12), seen by a station.
namespace loa::station::journal {
namespace {

using testing::ElementsAre;

class SetBack : public JournalTest {
 protected:
  static std::vector<std::uint64_t> numbers(const ProofJournal& journal) {
    std::vector<std::uint64_t> all;
    const auto waiting = journal.waiting(0, 1000).value();
    for (const auto& one : waiting) all.push_back(one.number);
    return all;
  }
};

TEST_F(SetBack, EverythingThatIsHereAndNotCoveredWaitsAgain) {
  auto journal = open();
  fill(journal, 0, 8);
  const auto early = receipt(journal, 3);
  ASSERT_TRUE(journal.receipted(receipt(journal, 6), "sealed through 6"));
  EXPECT_THAT(numbers(journal), ElementsAre(7, 8));
  EXPECT_FALSE(journal.office_had());
  EXPECT_TRUE(journal.set_back(early).value());
  EXPECT_THAT(numbers(journal), ElementsAre(4, 5, 6, 7, 8));
  ASSERT_TRUE(journal.office_had());
  EXPECT_EQ(journal.office_had()->through, 6U);
  EXPECT_EQ(journal.office_had()->sealed, "sealed through 6");
  EXPECT_FALSE(journal.set_back(early).value()) << "it is known";
  ASSERT_TRUE(journal.receipted(receipt(journal, 5)));
  EXPECT_TRUE(journal.office_had()) << "it had one more";
  ASSERT_TRUE(journal.receipted(receipt(journal, 7)));
  EXPECT_FALSE(journal.office_had());
}

TEST_F(SetBack, ToNothingEverythingWaitsAgain) {
  auto journal = open();
  fill(journal, 0, 4);
  ASSERT_TRUE(journal.receipted(receipt(journal, 4), "sealed"));
  v1::Receipt nothing;
  nothing.set_epoch(journal.epoch().data(), journal.epoch().size());
  nothing.set_head(std::string(32, '\0'));
  EXPECT_TRUE(journal.set_back(nothing).value());
  EXPECT_THAT(numbers(journal), ElementsAre(1, 2, 3, 4));
}

TEST_F(SetBack, WhatWasDroppedIsSaidToBeGone) {
  auto journal = open(small);
  fill(journal, 0, 20);
  const auto early = receipt(journal, 2);
  journal.remember_since(WallTime::max());
  ASSERT_TRUE(journal.receipted(receipt(journal, 18), "sealed through 18"));
  const auto first = journal.first();
  ASSERT_GT(first, 4U) << "older segments are gone";
  ASSERT_LT(first, 18U);
  EXPECT_TRUE(journal.set_back(early).value());
  EXPECT_EQ(numbers(journal).front(), first);
  EXPECT_EQ(numbers(journal).size(), 21 - first);
  EXPECT_EQ(journal.office_had()->sealed, "sealed through 18");
}

TEST_F(SetBack, IsLearntAnewByTheNextProcessAndNeverADamage) {
  v1::Receipt early;
  {
    auto journal = open(small);
    fill(journal, 0, 20);
    early = receipt(journal, 2);
    journal.remember_since(WallTime::max());
    ASSERT_TRUE(journal.receipted(receipt(journal, 18), "sealed through 18"));
    ASSERT_TRUE(journal.set_back(early).value());
  }
  std::uint64_t through = 0;
  {
    auto journal = open(small);
    EXPECT_FALSE(journal.recovery().renewed);
    EXPECT_EQ(journal.through(), 18U);
    EXPECT_TRUE(journal.set_back(early).value());
    EXPECT_EQ(journal.office_had()->sealed, "sealed through 18");
    ASSERT_TRUE(journal.receipted(receipt(journal, journal.first() + 1), "sealed by the restored office"));
    through = journal.through();
  }
  auto journal = open(small);
  EXPECT_EQ(journal.through(), through);
  EXPECT_FALSE(journal.recovery().renewed) << "numbers before the first one are no hole";
}

TEST_F(SetBack, IsNoMatterOfAnotherJournal) {
  auto journal = open();
  fill(journal, 0, 4);
  auto early = receipt(journal, 2);
  ASSERT_TRUE(journal.receipted(receipt(journal, 4), "sealed"));
  auto other = early;
  other.set_epoch(std::string(16, 'x'));
  EXPECT_EQ(journal.set_back(other).error().code, ErrorCode::refused);
  early.set_head(std::string(32, 'x'));
  EXPECT_EQ(journal.set_back(early).error().code, ErrorCode::refused) << "it names another proof 2";
  EXPECT_EQ(journal.through(), 4U);
  EXPECT_FALSE(journal.office_had());
}

TEST_F(SetBack, GoesOutInOrderAndOnlyOnce) {
  auto journal = open();
  fill(journal, 0, 5);
  const auto early = receipt(journal, 1);
  ASSERT_TRUE(journal.receipted(receipt(journal, 5), "sealed"));
  outbox::Outbox outbox{journal};
  const MonoTime now{};
  EXPECT_TRUE(outbox.on_link_up(now).value().empty());
  ASSERT_TRUE(journal.set_back(early).value());
  EXPECT_EQ(outbox.on_set_back(now).value().size(), 4U);
  EXPECT_TRUE(outbox.on_appended(now).value().empty());
}

}  // namespace
}  // namespace loa::station::journal
