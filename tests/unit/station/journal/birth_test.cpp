#include "tests/unit/station/journal/journal_fixture.hpp"

// Since when a journal can speak, and a folder that was put back to an older copy.
namespace loa::station::journal {
namespace {

using namespace std::chrono_literals;

TEST_F(JournalTest, ANewJournalDoesNotKnowWhenItBeganUntilItIsTold) {
  {
    ProofJournal journal = open();
    EXPECT_EQ(journal.began(), std::nullopt);
  }
  {
    ProofJournal journal = open();
    EXPECT_EQ(journal.began(), std::nullopt) << "a second process without a clock";
    journal.begin(morning);
    ASSERT_TRUE(journal.save_began());
  }
  EXPECT_EQ(open().began(), morning);
}

TEST_F(JournalTest, WhenItBeganIsOnTheDiskBeforeTheNextProof) {
  {
    ProofJournal journal = open();
    journal.begin(morning);
    fill(journal, 0, 1);
  }
  EXPECT_EQ(open().began(), morning);
}

TEST_F(JournalTest, AJournalOfAnOlderBuildSpeaksOfEverything) {
  {
    ProofJournal journal = open();
    fill(journal, 0, 3);
  }
  std::filesystem::remove(folder() / "began");
  EXPECT_EQ(open().began(), WallTime{});
}

TEST_F(JournalTest, AnUnreadableBeginningIsNotKnown) {
  {
    ProofJournal journal = open();
    journal.begin(morning);
    fill(journal, 0, 3);
  }
  for (const std::streamoff at : {0, 8, 12, 23}) {
    damage(folder() / "began", at);
    EXPECT_EQ(open().began(), std::nullopt) << at;
    damage(folder() / "began", at);  // and back
  }
  EXPECT_EQ(open().began(), morning);
  ASSERT_TRUE(save_file(folder() / "began", std::string(5'000, 'x'), 0600));
  EXPECT_EQ(open().began(), std::nullopt);
}

TEST_F(JournalTest, ARenewedJournalBeganWhenTheOneBeforeItDid) {
  {
    ProofJournal journal = open(small);
    journal.begin(morning);
    fill(journal, 0, 12);
  }
  const Scan scan = scan_records(*read_file(segment(1), 1 << 20));
  damage(segment(1), scan.records[2].offset + 30, 1);
  const ProofJournal journal = open(small);
  EXPECT_TRUE(journal.recovery().renewed);
  EXPECT_EQ(journal.began(), morning);
}

/// A folder that was copied with `copied` proofs in it, went on to `sent`, and was put back.
class JournalPutBack : public JournalTest {
 protected:
  /// @return the receipt that the head-end then has
  v1::Receipt put_back(int copied, int sent) {
    v1::Receipt head;
    {
      ProofJournal journal = open(small);
      fill(journal, 0, copied);
    }
    const auto copy = folder().parent_path() / "copy";
    std::filesystem::copy(folder(), copy, std::filesystem::copy_options::recursive);
    {
      ProofJournal journal = open(small);
      fill(journal, copied, sent - copied);
      head = receipt(journal, static_cast<std::uint64_t>(sent));
    }
    std::filesystem::remove_all(folder());
    std::filesystem::rename(copy, folder());
    return head;
  }
};

TEST_F(JournalPutBack, BeginsANewEpochWhenTheReceiptKnowsMore) {
  const auto head = put_back(6, 20);
  ProofJournal journal = open(small);
  const auto before = journal.epoch();
  EXPECT_TRUE(journal.is_behind(head).value());
  ASSERT_TRUE(journal.renew_behind(head));
  EXPECT_NE(journal.epoch(), before);
  EXPECT_EQ(journal.last(), 6u);
  EXPECT_TRUE(chain_holds(journal, 1));
  EXPECT_FALSE(journal.is_behind(head).value()) << "of an epoch that is over";
  fill(journal, 30, 2);
  EXPECT_TRUE(chain_holds(journal, 1));
}

TEST_F(JournalPutBack, BeginsANewEpochWhenItHasGivenNumbersAgain) {
  const auto head = put_back(6, 20);
  ProofJournal journal = open(small);
  fill(journal, 100, 20);
  EXPECT_TRUE(journal.is_behind(head).value()) << "number 20 is here and is another one";
  ASSERT_TRUE(journal.renew_behind(head));
  EXPECT_EQ(journal.last(), 26u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

TEST_F(JournalPutBack, ARightReceiptIsNotBehind) {
  ProofJournal journal = open(small);
  fill(journal, 0, 5);
  EXPECT_FALSE(journal.is_behind(receipt(journal, 3)).value());
  const auto old = receipt(journal, 2);
  ASSERT_TRUE(journal.receipted(receipt(journal, 4)));
  EXPECT_FALSE(journal.is_behind(old).value());
}

TEST_F(JournalPutBack, RenewsAtTheNextStartWhenThePowerIsCutInBetween) {
  for (const int again : {0, 20}) {
    const auto head = put_back(6, 20);
    Epoch before;
    {
      ProofJournal journal = open(small);
      before = journal.epoch();
      fill(journal, 100, again);
      ASSERT_TRUE(journal.is_behind(head).value());
      std::filesystem::create_directory(folder() / "renewal.new");  // it cannot be written
      EXPECT_FALSE(journal.renew_behind(head));
      EXPECT_FALSE(journal.append(draft(50), morning)) << "no number is given in an epoch that is over";
      std::filesystem::remove(folder() / "renewal.new");
    }
    const ProofJournal journal = open(small);
    EXPECT_NE(journal.epoch(), before) << again;
    EXPECT_EQ(journal.last(), 6u + static_cast<unsigned>(again));
    std::filesystem::remove_all(folder());
  }
}

TEST_F(JournalPutBack, GoesOnWhenTheDiskTakesItAgain) {
  const auto head = put_back(6, 20);
  ProofJournal journal = open(small);
  std::filesystem::create_directory(folder() / "renewal.new");
  EXPECT_FALSE(journal.renew_behind(head));
  std::filesystem::remove(folder() / "renewal.new");
  fill(journal, 50, 1);
  EXPECT_EQ(journal.last(), 7u);
  EXPECT_TRUE(chain_holds(journal, 1));
}

}  // namespace
}  // namespace loa::station::journal
