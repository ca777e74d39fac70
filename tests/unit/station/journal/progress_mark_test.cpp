#include "station/journal/progress_mark.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::journal {
namespace {

ProgressMark::Part part_to(std::int64_t to_us) {
  ProgressMark::Part part;
  std::strcpy(part.occurrence, "sang/2026-11-21/050000");
  part.segment = 3;
  part.medium = v1::MEDIUM_AUDIO;
  part.plan_sequence = 7;
  part.from_us = 1'000'000;
  part.first_frame = 480;
  part.gain_cb = -60;
  part.clock_grade = v1::CLOCK_GRADE_DISCIPLINED;
  part.to_us = to_us;
  part.frames = static_cast<std::uint64_t>(to_us - part.from_us) * 48 / 1000;
  part.underruns = 2;
  part.device_ppb = -60'000;
  return part;
}

class ProgressMarkTest : public ::testing::Test {
 protected:
  ProgressMark open() {
    auto mark = ProgressMark::open(folder_.path() / "audio.mark");
    EXPECT_TRUE(mark) << mark.error().text;
    return std::move(*mark);
  }
  void flip(std::size_t offset) {
    std::fstream file(folder_.path() / "audio.mark", std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const char old = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(old ^ 0x5a));
  }
  tests::TempFolder folder_;
};

/// The card ran dry for 20 ms before the process was killed.
TEST_F(ProgressMarkTest, SoundThatTheDeviceDidNotGetIsAGapOfTheDraft) {
  auto part = part_to(1'060'000);
  part.frames -= 960;
  const auto draft = draft_of(part);
  ASSERT_EQ(draft.gaps_size(), 1) << "else the report finds frames missing, and a person is asked why";
  EXPECT_EQ(draft.gaps(0).length_us(), 20'000);
  EXPECT_EQ(draft.gaps(0).at_us(), 1'040'000);
  part.frames = 0;
  EXPECT_EQ(draft_of(part).gaps(0).length_us(), 60'000);
  part.frames = 2'880 - 40;
  EXPECT_EQ(draft_of(part).gaps_size(), 0) << "less than a millisecond is the rounding of its edges";
  part.medium = v1::MEDIUM_SIGN;
  part.frames = 1;
  EXPECT_EQ(draft_of(part).gaps_size(), 0) << "a sign's frames are no time";
}

TEST_F(ProgressMarkTest, IsEmptyWhenNew) { EXPECT_FALSE(open().recovered()); }

TEST_F(ProgressMarkTest, GivesTheNewestPartBackAsDraft) {
  {
    ProgressMark mark = open();
    mark.update(part_to(1'020'000));
    mark.update(part_to(1'040'000));
    mark.update(part_to(1'060'000));
    EXPECT_FALSE(mark.recovered()) << "only what an earlier process left is recovered";
  }
  const auto draft = open().recovered();
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->occurrence(), "sang/2026-11-21/050000");
  EXPECT_EQ(draft->segment(), 3u);
  EXPECT_EQ(draft->bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(draft->reason(), "process-lost");
  EXPECT_EQ(draft->from_us(), 1'000'000);
  EXPECT_EQ(draft->to_us(), 1'060'000);
  EXPECT_EQ(draft->frames(), 2880u);
  EXPECT_EQ(draft->first_frame(), 480u);
  EXPECT_EQ(draft->object().size(), 32u);
  EXPECT_EQ(draft->device_ppb(), -60'000);
  EXPECT_EQ(draft->clock_grade(), v1::CLOCK_GRADE_DISCIPLINED);
}

TEST_F(ProgressMarkTest, GivesNothingBackAfterClear) {
  {
    ProgressMark mark = open();
    mark.update(part_to(1'020'000));
    mark.clear();
  }
  EXPECT_FALSE(open().recovered());
}

TEST_F(ProgressMarkTest, GivesNothingBackWhenNothingWasHeard) {
  { open().update(part_to(1'000'000)); }
  EXPECT_FALSE(open().recovered());
}

TEST_F(ProgressMarkTest, TornSlotLeavesTheOneBefore) {
  {
    ProgressMark mark = open();
    mark.update(part_to(1'020'000));  // turn 1: slot at 1024
    mark.update(part_to(1'040'000));  // turn 2: slot at 512
    mark.sync();
  }
  flip(512 + 100);
  const auto draft = open().recovered();
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->to_us(), 1'020'000);
}

TEST_F(ProgressMarkTest, EveryTornByteOfTheNewestSlotIsNoticed) {
  {
    ProgressMark mark = open();
    mark.update(part_to(1'020'000));
    mark.update(part_to(1'040'000));
  }
  for (std::size_t at = 512; at < 512 + 216; ++at) {
    flip(at);
    const auto draft = open().recovered();
    ASSERT_TRUE(draft && draft->to_us() == 1'020'000) << "byte " << at;
    flip(at);
  }
}

TEST_F(ProgressMarkTest, KeepsTurningAfterReopen) {
  for (int round = 1; round <= 5; ++round) {
    ProgressMark mark = open();
    mark.update(part_to(1'000'000 + round * 20'000));
  }
  EXPECT_EQ(open().recovered()->to_us(), 1'100'000);
}

TEST_F(ProgressMarkTest, BeginsAnewOnAForeignFile) {
  ASSERT_TRUE(save_file(folder_.path() / "audio.mark", "not a mark"));
  ProgressMark mark = open();
  EXPECT_FALSE(mark.recovered());
  mark.update(part_to(1'020'000));
  EXPECT_TRUE(open().recovered());
}

TEST_F(ProgressMarkTest, SaysWhyItCannotOpen) {
  const auto mark = ProgressMark::open(folder_.path() / "no" / "such" / "folder");
  ASSERT_FALSE(mark);
  EXPECT_NE(mark.error().text.find("no/such"), std::string::npos);
}

}  // namespace
}  // namespace loa::station::journal
