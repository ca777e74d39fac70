#include "station/journal/take_up.hpp"

#include "station/journal/mark_set.hpp"
#include "tests/unit/station/journal/journal_fixture.hpp"

namespace loa::station::journal {
namespace {

class TakeUpTest : public JournalTest {
 protected:
  static constexpr WallTime ten_years_ahead = morning + std::chrono::hours{24 * 3650};

  [[nodiscard]] std::filesystem::path marks() const { return folder().parent_path() / "marks"; }
  /// An earlier process had these parts of draft(n) on air when it was killed.
  void leave_marks(const std::vector<v1::Proof>& parts, bool anew = false) {
    auto set = MarkSet::open(marks(), "audio");
    ASSERT_TRUE(set);
    std::size_t index = 0;
    for (const auto& proof : parts) {
      Assignment assignment;
      assignment.cue.set_occurrence(proof.occurrence());
      assignment.cue.set_segment(proof.segment());
      assignment.cue.set_object(proof.object());
      assignment.anew = anew;
      auto part = begin_part(assignment);
      part.from_us = proof.from_us();
      part.to_us = proof.to_us();
      part.medium = static_cast<std::uint32_t>(proof.medium());
      part.frames = proof.frames();
      part.late_us = proof.late_us();
      set->update(index++, part);
    }
  }
};

TEST_F(TakeUpTest, APartLeftInAMarkBecomesAProofOnce) {
  auto journal = open();
  leave_marks({draft(0)});
  const auto found = take_up(journal, marks(), nullptr, morning);
  ASSERT_TRUE(found) << found.error().text;
  ASSERT_EQ(found->known.size(), 1U);
  EXPECT_EQ(found->known[0].to_us, draft(0).to_us());
  EXPECT_EQ(journal.last(), 1U);
  ASSERT_TRUE(take_up(journal, marks(), nullptr, morning));
  EXPECT_EQ(journal.last(), 1U);
}

TEST_F(TakeUpTest, AClockTenYearsAheadForgetsNothing) {
  auto journal = open();
  fill(journal, 0, 3);
  leave_marks({draft(2)});  // its proof is durable, the mark was not yet cleared
  const auto found = take_up(journal, marks(), nullptr, ten_years_ahead);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->known.size(), 3U);
  EXPECT_EQ(journal.last(), 3U);
}

TEST_F(TakeUpTest, AnEarlierPartOfACueThatALaterProofFollowsIsNotLost) {
  auto journal = open();
  auto later = draft(0);
  later.set_from_us(draft(0).to_us());
  later.set_to_us(draft(0).to_us() + 5'000'000);
  ASSERT_TRUE(journal.append(later, morning));
  leave_marks({draft(0)});
  const auto found = take_up(journal, marks(), nullptr, morning);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->known.size(), 2U);
  EXPECT_EQ(journal.last(), 2U);
}

TEST_F(TakeUpTest, OfACueThatWasBegunAgainOnlyNewGroundIsProved) {
  auto journal = open();
  ASSERT_TRUE(journal.append(draft(0), morning));  // the first time
  auto again = draft(0);
  again.set_to_us(draft(0).to_us() + 5'000'000);
  again.set_late_us(60'000'000);
  again.set_frames(static_cast<std::uint64_t>((again.to_us() - again.from_us()) * 6 / 125));
  leave_marks({again});
  const auto found = take_up(journal, marks(), nullptr, morning);
  ASSERT_TRUE(found) << found.error().text;
  ASSERT_EQ(found->known.size(), 2U);
  EXPECT_EQ(found->known[1].from_us, draft(0).to_us());
  EXPECT_EQ(found->known[1].to_us, again.to_us());
  const auto proof = read_sealed(journal.waiting(1, 1).value().at(0).sealed).value().proof;
  EXPECT_EQ(proof.frames(), 5U * 48'000);
  EXPECT_EQ(proof.late_us(), 60'000'000);
  EXPECT_EQ(proof.again_us(), draft(0).to_us() - draft(0).from_us());
}

// A lie ahead had booked the cue, then it was heard in its time until the process was killed.
TEST_F(TakeUpTest, WhatIsHeardAnewIsProvedByNothingThatWasSaidBefore) {
  for (const bool said : {false, true}) {
    auto journal = open();
    if (!said) fill(journal, 0, 1);
    Assignment assignment;
    assignment.cue.set_occurrence(draft(0).occurrence());
    assignment.cue.set_segment(draft(0).segment());
    assignment.cue.set_object(draft(0).object());
    assignment.clock_grade = v1::CLOCK_GRADE_DISCIPLINED;
    assignment.anew = true;
    auto part = begin_part(assignment);
    part.from_us = draft(0).from_us();
    part.to_us = draft(0).to_us();
    part.medium = v1::MEDIUM_AUDIO;
    part.frames = draft(0).frames();
    MarkSet::open(marks(), "audio").value().update(0, part);
    ASSERT_TRUE(take_up(journal, marks(), nullptr, morning));
    ASSERT_EQ(journal.last(), 2U) << "said once, however often it is taken up";
    const auto proof = read_sealed(journal.waiting(1, 1).value().at(0).sealed).value().proof;
    EXPECT_TRUE(proof.anew());
    EXPECT_EQ(proof.clock_grade(), v1::CLOCK_GRADE_DISCIPLINED);
  }
}

// A clock that was ahead twice has booked the cue twice, the second time anew; then it was heard in its time.
TEST_F(TakeUpTest, WhatIsHeardAnewIsNotProvedByWhatWasBookedAnew) {
  auto journal = open();
  fill(journal, 0, 1);
  auto booked = draft(0);
  booked.Clear();
  booked.set_occurrence(draft(0).occurrence());
  booked.set_segment(draft(0).segment());
  booked.set_medium(draft(0).medium());
  booked.set_object(draft(0).object());
  booked.set_plan_sequence(draft(0).plan_sequence());
  booked.set_bucket(v1::BUCKET_CLOCK_UNTRUSTED);
  booked.set_reason("clock-stepped");
  booked.set_from_us(draft(0).from_us());
  booked.set_to_us(draft(0).to_us());
  booked.set_anew(true);
  const auto sealed = journal.append(booked, morning);
  ASSERT_TRUE(sealed) << sealed.error().text;
  for (int times = 0; times < 2; ++times) {
    leave_marks({draft(0)}, true);
    const auto found = take_up(journal, marks(), nullptr, morning);
    ASSERT_TRUE(found) << found.error().text;
    ASSERT_EQ(journal.last(), 3U) << "said once, however often it is taken up";
    EXPECT_EQ(found->known.back().bucket, v1::BUCKET_PLAYED);
    EXPECT_TRUE(found->known.back().anew);
  }
}

// The second time that clock was ahead the end of it had been heard.
TEST_F(TakeUpTest, WhatIsHeardAnewIsNotProvedByAnEndThatWasHeardAnewBefore) {
  auto journal = open();
  auto end = draft(0);
  end.set_from_us(draft(0).from_us() + 2'000'000);
  end.set_first_frame(end.first_frame() + 96'000);
  end.set_frames(end.frames() - 96'000);
  end.set_anew(true);
  const auto sealed = journal.append(end, morning);
  ASSERT_TRUE(sealed) << sealed.error().text;
  for (int times = 0; times < 2; ++times) {
    leave_marks({draft(0)}, true);
    ASSERT_TRUE(take_up(journal, marks(), nullptr, morning));
    ASSERT_EQ(journal.last(), 2U) << "said once, however often it is taken up";
  }
}

TEST_F(TakeUpTest, ADiskThatRefusesKeepsNothingFromStarting) {
  auto journal = open(Limits{256 << 10, 500});  // full with the first proof
  leave_marks({draft(0), draft(1)});
  auto found = take_up(journal, marks(), nullptr, morning);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->known.size(), 2U);
  const auto kept = journal.last();
  EXPECT_EQ(found->unkept.size(), 2U - kept);
  ASSERT_FALSE(found->unkept.empty());
  found = take_up(journal, marks(), nullptr, morning);  // the marks still hold them
  EXPECT_EQ(found->known.size(), 2U);
}

// A cue that was pre-empted has two parts that were heard and one between that was not; its mark is that of the last.
TEST(MarkSet, AMarkIsFreeWhenEverythingHeardOfItsCueIsDurable) {
  auto pre_empted = draft(0);
  pre_empted.set_bucket(v1::BUCKET_INTERRUPTED);
  EXPECT_FALSE(frees_mark(pre_empted, {draft(0)}));
  EXPECT_FALSE(frees_mark(pre_empted, {}));
  EXPECT_FALSE(frees_mark(draft(0), {pre_empted, draft(0)}));
  EXPECT_TRUE(frees_mark(draft(0), {draft(1)}));
}

}  // namespace
}  // namespace loa::station::journal
