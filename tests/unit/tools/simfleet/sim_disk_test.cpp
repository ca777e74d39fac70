#include "tools/simfleet/sim_disk.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "protocol/base/file.hpp"
#include "station/journal/proof_journal.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tools::simfleet {
namespace {

using End = SimDisk::End;
using Illness = SimDisk::Illness;

class SimDiskTest : public testing::Test {
 protected:
  SimDiskTest() : disk_(folder_ / "disk") { SimDisk::use(&disk_); }
  ~SimDiskTest() override { SimDisk::use(nullptr); }

  [[nodiscard]] std::filesystem::path file() const { return disk_.folder() / "file"; }
  [[nodiscard]] std::string content() const { return read_file(file(), 1000).value_or("(none)"); }
  void cut_power() {
    disk_.end_now(End::power_cut);
    disk_.restart(random_);
  }
  void append(const std::string& bytes) {
    const UniqueFd fd{::open(file().c_str(), O_WRONLY | O_APPEND)};
    ::lseek(fd.get(), 0, SEEK_END);
    ASSERT_TRUE(write_all(fd.get(), bytes, file()));
  }

  tests::TempFolder folder_;
  SimDisk disk_;
  Random random_{1};
};

v1::Proof five_seconds() {
  v1::Proof draft;
  draft.set_occurrence("sang/2026-11-21/050000");
  draft.set_medium(v1::MEDIUM_AUDIO);
  draft.set_object(std::string(32, 'o'));
  draft.set_bucket(v1::BUCKET_PLAYED);
  draft.set_reason("complete");
  draft.set_from_us(1'795'212'000'000'000);
  draft.set_to_us(draft.from_us() + 5'000'000);
  return draft;
}

TEST_F(SimDiskTest, WhatWasSyncedSurvivesAPowerCut) {
  for (int i = 0; i < 50; ++i) {
    const auto text = "content " + std::to_string(i);
    ASSERT_TRUE(save_file(file(), text));
    cut_power();
    EXPECT_EQ(content(), text);
  }
}

TEST_F(SimDiskTest, WhatWasNotSyncedIsLostTornOrKept) {
  std::set<std::string> fates;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(save_file(file(), "old."));
    append("new!");
    cut_power();
    EXPECT_EQ(content().substr(0, 4), "old.");
    fates.insert(content());
  }
  EXPECT_TRUE(fates.contains("old."));
  EXPECT_TRUE(fates.contains("old.new!"));
  EXPECT_TRUE(fates.contains("old.ne"));
}

TEST_F(SimDiskTest, AReplacedFileIsTheOldOneOrTheNewOneWholeAtEveryStep) {
  std::set<std::string> fates;
  for (std::uint64_t step = 0; step < 12; ++step) {
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(save_file(file(), "old"));
      disk_.end_after(step, End::power_cut);
      const bool told = save_file(file(), "new").has_value();
      cut_power();
      fates.insert(content());
      EXPECT_TRUE(content() == "new" || (!told && content() == "old")) << content() << " at step " << step;
    }
  }
  EXPECT_EQ(fates.size(), 2U);
}

TEST_F(SimDiskTest, AMovedFileIsWholeUnderOneNameOrTheOther) {
  const auto next = disk_.folder() / "next";
  int moved = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(save_file(file(), "old"));
    ASSERT_TRUE(save_file(next, "new"));
    ASSERT_EQ(::rename(next.c_str(), file().c_str()), 0);
    cut_power();
    const bool there = std::filesystem::exists(next);
    EXPECT_EQ(content(), there ? "old" : "new");
    EXPECT_EQ(read_file(next, 1000).value_or("(none)"), there ? "new" : "(none)");
    moved += there ? 0 : 1;
  }
  EXPECT_GT(moved, 20);
  EXPECT_LT(moved, 80);
}

TEST_F(SimDiskTest, AKilledProcessLosesNothingThatItWrote) {
  ASSERT_TRUE(save_file(file(), "old."));
  append("new!");
  disk_.end_now(End::killed);
  EXPECT_FALSE(save_file(file(), "too late"));
  disk_.restart(random_);
  EXPECT_EQ(content(), "old.new!");
}

TEST_F(SimDiskTest, AFullDiskSaysSo) {
  ASSERT_TRUE(save_file(file(), "old"));
  disk_.set_illness(Illness::full);
  const auto refused = save_file(file(), "new");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::full);
  EXPECT_EQ(content(), "old");
}

// Found by simfleet: a journal whose tail could not be restored refused every proof until somebody restarted the
// station.
TEST_F(SimDiskTest, AJournalThatAnIllDiskBrokeIsMendedWhenTheDiskIsWell) {
  const v1::Proof draft = five_seconds();
  const auto now = wall_from_us(1'795'212'000'000'000);
  const auto key = protocol::crypto::SecretKey::from_seed({7});
  const auto folder = disk_.folder() / "journal";
  {
    auto journal = station::journal::ProofJournal::open(folder, {"phuc-xa", "cum-01"}, key).value();
    ASSERT_TRUE(journal.append(draft, now));
    disk_.set_illness(Illness::sync_errors);  // neither the record nor the tail's restoration can be synced
    EXPECT_FALSE(journal.append(draft, now));
    EXPECT_FALSE(journal.append(draft, now));
    disk_.set_illness(Illness::none);
    EXPECT_TRUE(journal.append(draft, now));
    EXPECT_EQ(journal.last(), 2U);
  }
  cut_power();
  const auto journal = station::journal::ProofJournal::open(folder, {"phuc-xa", "cum-01"}, key).value();
  EXPECT_EQ(journal.last(), 2U);
  EXPECT_EQ(journal.recovery().torn_bytes + journal.recovery().damaged_bytes + journal.recovery().lost_proofs, 0U);
}

// Found by simfleet: a record that a killed process had written and not synced was published by the next one, lost with
// the power, and its number given to another proof.
TEST_F(SimDiskTest, AProofFoundInAJournalIsDurableBeforeAnybodyHearsOfIt) {
  const v1::Proof draft = five_seconds();
  const auto now = wall_from_us(1'795'212'000'000'000);
  const auto folder = disk_.folder() / "journal";
  const auto open_journal = [&] {
    return station::journal::ProofJournal::open(folder, {"phuc-xa", "cum-01"},
                                                protocol::crypto::SecretKey::from_seed({7}));
  };
  for (std::uint64_t i = 0; i < 40; ++i) {
    {
      auto journal = open_journal().value();
      disk_.end_after(1, End::killed);  // the write is done, the sync is not
      EXPECT_FALSE(journal.append(draft, now));
    }
    disk_.restart(random_);
    const auto told = open_journal().value().last();
    cut_power();
    ASSERT_EQ(open_journal().value().last(), told);
    ASSERT_EQ(told, i + 1);
  }
}

TEST_F(SimDiskTest, AnOlderImageOrAnEmptyCardIsWhatTheNextBootFinds) {
  ASSERT_TRUE(save_file(file(), "before"));
  disk_.save_image();
  ASSERT_TRUE(save_file(file(), "after"));
  disk_.end_now(End::power_cut);
  disk_.load_image();
  disk_.restart(random_);
  EXPECT_EQ(content(), "before");
  disk_.end_now(End::power_cut);
  disk_.wipe();
  disk_.restart(random_);
  EXPECT_EQ(content(), "(none)");
  ASSERT_TRUE(save_file(file(), "new"));
  cut_power();
  EXPECT_EQ(content(), "new");
}

}  // namespace
}  // namespace loa::tools::simfleet
