#include "station/journal/saved_marks.hpp"

#include <cstring>
#include <limits>

#include "station/journal/mark_keeper.hpp"
#include "station/journal/mark_set.hpp"
#include "station/journal/take_up.hpp"
#include "tests/unit/station/journal/journal_fixture.hpp"

namespace loa::station::journal {
namespace {

namespace fs = std::filesystem;
using Part = ProgressMark::Part;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;

Part part_of(const v1::Proof& proof, std::int64_t heard_us) {
  Assignment assignment;
  assignment.cue.set_occurrence(proof.occurrence());
  assignment.cue.set_segment(proof.segment());
  assignment.cue.set_object(proof.object());
  assignment.cue.set_medium(proof.medium());
  Part part = begin_part(assignment);
  part.from_us = proof.from_us();
  part.to_us = proof.from_us() + heard_us;
  return part;
}

Part on_air(int segment, std::int64_t heard_us) { return part_of(draft(segment), heard_us); }

/// Pages that one cue costs the card when it is looked at every five seconds.
int pages_of_a_cue(std::int64_t length_us) {
  std::vector<Part> saved;
  int pages = 0;
  for (std::int64_t heard = 0; heard <= length_us; heard += 5 * second) {
    if (!worth_saving(saved, {on_air(0, heard)})) continue;
    saved = {on_air(0, heard)};
    ++pages;
  }
  return pages;
}

TEST(WorthSaving, CostsFewPagesWhateverTheLengthOfACue) {
  EXPECT_EQ(pages_of_a_cue(10 * second), 0);
  EXPECT_LE(pages_of_a_cue(180 * second), 8);
  EXPECT_LE(pages_of_a_cue(3'600 * second), 18);
  EXPECT_LE(pages_of_a_cue(day), 29);
}

TEST(WorthSaving, LeavesAtMostAQuarterOfAPartUnsaved) {
  EXPECT_FALSE(worth_saving({}, {on_air(0, 14 * second)}));
  EXPECT_TRUE(worth_saving({}, {on_air(0, 15 * second)}));
  EXPECT_FALSE(worth_saving({on_air(0, 750 * second)}, {on_air(0, 999 * second)}));
  EXPECT_TRUE(worth_saving({on_air(0, 750 * second)}, {on_air(0, 1'000 * second)}));
  EXPECT_TRUE(worth_saving({on_air(0, 800 * second)}, {on_air(0, 801 * second), on_air(1, 15 * second)}));
}

TEST(WorthSaving, WhatEndedIsNoReason) {
  EXPECT_FALSE(worth_saving({on_air(0, second)}, {}));
  EXPECT_FALSE(worth_saving({on_air(0, second)}, {on_air(1, second)}));
}

class SavedMarksTest : public JournalTest {
 protected:
  [[nodiscard]] fs::path file() const { return folder().parent_path() / "state" / "saved"; }
  [[nodiscard]] fs::path hot() const { return folder().parent_path() / "hot"; }
  [[nodiscard]] SavedMarks saved() const { return std::move(*SavedMarks::open(file())); }
};

TEST_F(SavedMarksTest, OutliveTheProcess) {
  EXPECT_TRUE(saved().parts().empty());
  ASSERT_TRUE(saved().save({on_air(0, second), on_air(1, 2 * second)}));
  const auto again = saved();
  ASSERT_EQ(again.parts().size(), 2U);
  EXPECT_EQ(again.parts()[1].to_us, on_air(1, 2 * second).to_us);
  EXPECT_EQ(again.parts()[1].segment, 1U);
}

TEST_F(SavedMarksTest, ATornPageLeavesTheOneBefore) {
  {
    auto marks = saved();
    ASSERT_TRUE(marks.save({on_air(0, second)}));
    ASSERT_TRUE(marks.save({on_air(0, 2 * second)}));
  }
  const std::string whole = *read_file(file(), 8192);
  for (std::size_t torn = 0; torn < 240; torn += 7) {
    std::string bytes = whole;
    bytes[torn] = static_cast<char>(~bytes[torn]);  // the second save is in the first page
    ASSERT_TRUE(save_file(file(), bytes));
    const auto left = saved();
    ASSERT_EQ(left.parts().size(), 1U) << torn;
    ASSERT_EQ(left.parts()[0].to_us, on_air(0, second).to_us) << torn;
  }
}

TEST_F(SavedMarksTest, AForeignFileIsReplaced) {
  fs::create_directories(file().parent_path());
  ASSERT_TRUE(save_file(file(), "something else"));
  ASSERT_TRUE(saved().save({on_air(0, second)}));
  EXPECT_EQ(saved().parts().size(), 1U);
}

TEST_F(SavedMarksTest, TheKeeperCopiesWhatIsOnAirAndForgetsWhatEndedWithTheNext) {
  auto marks = MarkSet::open(hot(), "audio");
  ASSERT_TRUE(marks);
  auto copy = saved();
  marks->update(0, on_air(0, 3 * second));
  EXPECT_FALSE(*MarkKeeper::look(hot(), copy, {}));
  marks->update(0, on_air(0, 16 * second));
  EXPECT_TRUE(*MarkKeeper::look(hot(), copy, {}));
  EXPECT_FALSE(*MarkKeeper::look(hot(), copy, {}));
  EXPECT_EQ(saved().parts()[0].to_us, on_air(0, 16 * second).to_us);
  marks->clear(0);
  EXPECT_FALSE(*MarkKeeper::look(hot(), copy, {}));
  marks->update(1, on_air(1, 15 * second));
  EXPECT_TRUE(*MarkKeeper::look(hot(), copy, {}));
  ASSERT_EQ(saved().parts().size(), 1U);
  EXPECT_EQ(saved().parts()[0].segment, 1U);
}

TEST_F(SavedMarksTest, WhatHasNoDurableProofStaysPinned) {
  auto copy = saved();
  ASSERT_TRUE(copy.save({on_air(0, second)}));
  EXPECT_FALSE(*MarkKeeper::look(hot(), copy, {on_air(0, second)}));
  EXPECT_EQ(copy.parts().size(), 1U);
}

TEST_F(SavedMarksTest, AfterAPowerCutTheCopyBecomesAProofOnce) {
  auto journal = open();
  auto copy = saved();
  ASSERT_TRUE(copy.save({on_air(0, 16 * second)}));
  const auto found = take_up(journal, hot(), &copy, morning);
  ASSERT_TRUE(found) << found.error().text;
  ASSERT_EQ(found->known.size(), 1U);
  EXPECT_EQ(found->known[0].to_us, on_air(0, 16 * second).to_us);
  ASSERT_TRUE(take_up(journal, hot(), &copy, morning));
  EXPECT_EQ(journal.last(), 1U);
}

TEST_F(SavedMarksTest, AfterAKillTheMarkKnowsMoreThanItsCopy) {
  auto journal = open();
  {
    auto marks = MarkSet::open(hot(), "sign");
    ASSERT_TRUE(marks);
    marks->update(2, on_air(0, 19 * second));
  }
  auto copy = saved();
  ASSERT_TRUE(copy.save({on_air(0, 16 * second)}));
  const auto found = take_up(journal, hot(), &copy, morning);
  ASSERT_TRUE(found);
  ASSERT_EQ(journal.last(), 1U);
  EXPECT_EQ(found->known[0].to_us, on_air(0, 19 * second).to_us);
}

// A mark has a checksum and no signature. One proof that the office refuses would hold up all that come after it.
TEST_F(SavedMarksTest, WhatNoPresenterWouldLeaveBecomesNoProof) {
  auto journal = open();
  auto copy = saved();
  auto endless = on_air(0, 2 * second), nowhere = on_air(1, 2 * second), loud = on_air(2, 2 * second);
  endless.to_us = std::numeric_limits<std::int64_t>::max();
  std::strcpy(nowhere.occurrence, "\xff");
  loud.gain_cb = 600;
  ASSERT_TRUE(copy.save({endless, nowhere, loud, on_air(3, 2 * second)}));
  const auto found = take_up(journal, hot(), &copy, morning);
  ASSERT_TRUE(found) << found.error().text;
  ASSERT_EQ(journal.last(), 1U);
  EXPECT_EQ(found->known.front().cue.segment, 3U);
  EXPECT_TRUE(found->unkept.empty());
}

// The journal prunes what has its receipt: what a stale mark speaks of may have been proved long ago.
TEST_F(SavedMarksTest, AStaleCopyIsNotProvedAgain) {
  auto journal = open();
  auto later = draft(1);
  later.set_from_us(draft(0).to_us() + day);
  later.set_to_us(later.from_us() + 16 * second);
  ASSERT_TRUE(journal.append(later, morning));
  auto copy = saved();
  ASSERT_TRUE(copy.save({part_of(draft(0), 2 * second)}));
  ASSERT_TRUE(take_up(journal, hot(), &copy, morning));
  EXPECT_EQ(journal.last(), 1U);
}

// A clock that was twenty days ahead played a cue of then; put right, the power failed in the midst of the next one.
TEST_F(SavedMarksTest, WhatWasHeardInATimeThatIsNotSureMakesNoCopyStale) {
  auto journal = open();
  auto ahead = draft(1);
  ahead.set_from_us(draft(1).from_us() + 20 * day);
  ahead.set_to_us(draft(1).to_us() + 20 * day);
  ASSERT_TRUE(journal.append(ahead, morning));
  auto copy = saved();
  ASSERT_TRUE(copy.save({part_of(draft(0), 2 * second)}));
  ASSERT_TRUE(take_up(journal, hot(), &copy, morning, morning + std::chrono::hours{1}));
  EXPECT_EQ(journal.last(), 2U);
}

TEST_F(SavedMarksTest, TheHotFolderIsOfThisStationAndThisBoot) {
  const fs::path run = folder().parent_path() / "run";
  const fs::path state = folder().parent_path() / "state";
  fs::create_directories(run / "marks.phuc-xa.cum-01.another-boot");
  fs::create_directories(run / "marks.phuc-xa.cum-02.another-boot");
  const auto folders = MarkFolders::of(state, run, "phuc-xa", "cum-01");
  EXPECT_EQ(folders.hot.parent_path(), run);
  EXPECT_TRUE(fs::is_directory(folders.hot));
  EXPECT_FALSE(fs::exists(run / "marks.phuc-xa.cum-01.another-boot")) << "it is of an earlier boot";
  EXPECT_TRUE(fs::exists(run / "marks.phuc-xa.cum-02.another-boot")) << "it is not ours to remove";
  EXPECT_NE(MarkFolders::of(state, run, "phuc-xa", "cum-02").hot, folders.hot);
}

TEST_F(SavedMarksTest, WithoutATmpfsTheStateFolderServes) {
  const fs::path state = folder().parent_path() / "state";
  EXPECT_EQ(MarkFolders::of(state, {}, "phuc-xa", "cum-01").hot.parent_path(), state / "marks");
  fs::create_directories(state);
  ASSERT_TRUE(save_file(state / "a-file", ""));
  EXPECT_EQ(MarkFolders::of(state, state / "a-file", "phuc-xa", "cum-01").hot.parent_path(), state / "marks");
}

}  // namespace
}  // namespace loa::station::journal
