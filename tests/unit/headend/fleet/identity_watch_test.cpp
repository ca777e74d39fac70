#include "headend/fleet/identity_watch.hpp"

#include <gtest/gtest.h>

namespace loa::headend::fleet {
namespace {

using namespace std::chrono_literals;

constexpr WallTime start = wall_from_us(1'795'000'000'000'000);

/// Processes of boxes, numbered as stations number their words: by their start, then one by one.
class IdentityWatchTest : public testing::Test {
 protected:
  struct Process {
    std::string boot;
    WallTime born;
    std::uint64_t words = 0;
  };
  static Process born(const std::string& boot, Micros at) { return {boot, start + at, 0}; }
  /// A status that is made and heard so long after the start.
  IdentityWatch::Verdict hear(Process& process, Micros at, Micros on_its_way = 0s) {
    const auto life = static_cast<std::uint64_t>(to_us(process.born) / 1'000'000);
    const IdentityWatch::Speaker speaker{process.boot, std::string(16, process.boot[0]),
                                         (life << 32U) + ++process.words, start + at, start + at - process.born};
    return watch_.hear("a", speaker, start + at + on_its_way);
  }
  IdentityWatch watch_;
};

TEST_F(IdentityWatchTest, OneBoxThatIsStartedAgainAndAgainIsOneBox) {
  for (int i = 0; i < 40; ++i) {
    auto process = born("boot" + std::to_string(i), i * 10min);
    EXPECT_TRUE(hear(process, i * 10min + 1s).new_boot);
    for (int j = 2; j < 9; ++j) {
      const auto verdict = hear(process, i * 10min + j * 60s);
      EXPECT_FALSE(verdict.repeated || verdict.new_boot || verdict.twice || verdict.alone);
    }
  }
}

TEST_F(IdentityWatchTest, OneThatSpeaksAfterAnotherSpokeInItsPlaceIsASecondBox) {
  auto old_box = born("old", 0s), new_box = born("new", 10min);
  hear(old_box, 1s);
  EXPECT_FALSE(hear(new_box, 10min + 5s).twice) << "as a start looks";
  const auto verdict = hear(old_box, 10min + 9s);
  EXPECT_FALSE(verdict.repeated) << "it numbers lower and is no replay";
  ASSERT_TRUE(verdict.twice);
  EXPECT_EQ(verdict.twice->earlier.boot, "old");
  EXPECT_EQ(verdict.twice->later.boot, "new");
  EXPECT_EQ(verdict.twice->later.started, start + 10min);
  EXPECT_EQ(verdict.twice->since, start + 10min + 5s);
  EXPECT_TRUE(watch_.stands("a"));
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(hear(new_box, 11min + i * 10s).twice) << "told";
    EXPECT_FALSE(hear(old_box, 11min + i * 10s + 5s).twice);
  }
}

// What the second box books of itself begins when it was born, also if its clock is ahead.
TEST_F(IdentityWatchTest, ASecondBoxHasStartedNoLaterThanItWasBorn) {
  auto old_box = born("old", 0s), new_box = born("new", 10min);
  hear(old_box, 1s);
  const auto sequence = static_cast<std::uint64_t>(to_us(new_box.born) / 1'000'000) << 32U;
  watch_.hear("a", {"new", std::string(16, 'n'), sequence, start + 13min + 5s, 5s}, start + 10min + 5s);
  const auto verdict = hear(old_box, 10min + 9s);
  ASSERT_TRUE(verdict.twice);
  EXPECT_EQ(verdict.twice->later.boot, "new");
  EXPECT_EQ(verdict.twice->later.started, start + 10min);
}

TEST_F(IdentityWatchTest, WhatIsHeldBackOrRepeatedIsNoSecondBox) {
  auto old_box = born("old", 0s), new_box = born("new", 10min);
  hear(old_box, 1s);
  hear(old_box, 60s);
  hear(new_box, 10min);
  old_box.words = 0;
  EXPECT_TRUE(hear(old_box, 10min).repeated) << "heard before";
  old_box.words = 5;
  EXPECT_TRUE(hear(old_box, 2min, 9min).repeated) << "kept back by a hostile broker for nine minutes";
  EXPECT_FALSE(watch_.stands("a"));
  auto unknown = born("odd", 0s);
  EXPECT_TRUE(hear(unknown, 2min, 9min).repeated) << "of a process that was never heard";
}

TEST_F(IdentityWatchTest, AProcessThatNumbersLowerIsBelievedWhileItIsFresh) {
  // Numbered by a clock that was ahead.
  watch_.hear("a", {"ahead", std::string(16, 'e'), 4'000'000'000ULL << 32U, start, 0s}, start);
  auto right = born("right", 1min);
  const auto verdict = hear(right, 2min);
  EXPECT_FALSE(verdict.repeated) << "else it would not be seen for twenty days";
  EXPECT_TRUE(verdict.new_boot);
  EXPECT_FALSE(hear(right, 3min).repeated);
}

TEST_F(IdentityWatchTest, WhenOnlyOneIsHeardForAnHourItIsAlone) {
  auto old_box = born("old", 0s), new_box = born("new", 10min);
  hear(old_box, 1s);
  hear(new_box, 10min);
  hear(old_box, 11min);
  for (int i = 0; i < 59; ++i) EXPECT_FALSE(hear(new_box, 12min + i * 1min).alone) << i;
  const auto verdict = hear(new_box, 71min);
  ASSERT_TRUE(verdict.alone);
  EXPECT_EQ(verdict.alone->left.boot, "new");
  EXPECT_EQ(verdict.alone->ended, start + 11min);
  EXPECT_FALSE(watch_.stands("a"));
  EXPECT_FALSE(hear(new_box, 72min).alone) << "told";
}

TEST_F(IdentityWatchTest, AConflictOutlivesTheProgram) {
  watch_.restore("a", start - 1h, start);
  EXPECT_TRUE(watch_.stands("a"));
  auto box = born("left", 0s);
  EXPECT_FALSE(hear(box, 59min).alone);
  const auto verdict = hear(box, 60min);
  ASSERT_TRUE(verdict.alone);
  EXPECT_EQ(verdict.alone->since, start - 1h);
  EXPECT_EQ(verdict.alone->ended, start) << "nobody knows better";
}

TEST_F(IdentityWatchTest, OfAnOlderBuildOnlyTheSequenceTells) {
  const auto hear_old = [&](std::uint64_t sequence) { return watch_.hear("a", {"", "", sequence, start, 0s}, start); };
  EXPECT_FALSE(hear_old(5).repeated);
  EXPECT_TRUE(hear_old(5).repeated);
  EXPECT_TRUE(hear_old(4).repeated);
  EXPECT_FALSE(hear_old(6).new_boot);
}

TEST_F(IdentityWatchTest, RemembersSomeBoxesOfAStationOnly) {
  auto first = born("first", 0s);
  hear(first, 1s);
  for (int i = 0; i < 1'000; ++i) {
    auto process = born("boot" + std::to_string(i), 10s + i * 1s);
    hear(process, 10s + i * 1s);
  }
  EXPECT_TRUE(hear(first, 1'020s).new_boot) << "forgotten: taken for a start";
}

}  // namespace
}  // namespace loa::headend::fleet
