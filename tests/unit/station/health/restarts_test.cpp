#include "station/health/restarts.hpp"

#include <gtest/gtest.h>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::health {
namespace {

using namespace std::chrono_literals;

class RestartsTest : public testing::Test {
 protected:
  [[nodiscard]] Restarts start(const std::string& boot = "b", WallTime wall = {}) const {
    return {folder_.path(), 5, boot, wall};
  }
  void die(int times) const {
    for (int i = 0; i < times; ++i) start().opened();
  }
  const tests::TempFolder folder_{"loa-starts"};
};

TEST_F(RestartsTest, CountsStartsThatDidNotLast) {
  EXPECT_EQ(start().in_row(), 0U);
  EXPECT_EQ(start().in_row(), 1U);
  auto third = start();
  third.lasted(59s);
  EXPECT_EQ(start().in_row(), 3U) << "59 s are not a minute";
  auto fifth = start();
  fifth.lasted(60s);
  const auto sixth = start();
  EXPECT_EQ(sixth.in_row(), 0U);
  EXPECT_EQ(sixth.total(), 6U);
}

TEST_F(RestartsTest, AnOrderedStopDoesNotCount) {
  die(2);
  start().stopped();
  const auto next = start();
  EXPECT_EQ(next.in_row(), 2U);
  EXPECT_FALSE(next.after_a_death());
}

TEST_F(RestartsTest, ADeathIsOneOnlyWhileTheMachineRanOn) {
  EXPECT_FALSE(start().after_a_death()) << "nothing was before";
  EXPECT_TRUE(start().after_a_death());
  EXPECT_FALSE(start("another boot").after_a_death()) << "the power was gone: no fault of the program";
}

TEST_F(RestartsTest, APowerCutIsNoPoisonHoweverOftenItComes) {
  for (int cut = 0; cut < 20; ++cut) {
    auto next = start("boot " + std::to_string(cut));
    EXPECT_FALSE(next.safe()) << "silent after " << cut << " power cuts";
    EXPECT_EQ(next.in_row(), 0U);
    EXPECT_EQ(next.delay(), 0s);
    next.opened();
  }
  EXPECT_EQ(start("boot 20").total(), 21U) << "they are counted all the same";
}

TEST_F(RestartsTest, DeathsOnOneRunOfTheMachineCountThoughPowerCutsWereBefore) {
  start("one").opened();
  start("two").opened();
  for (int death = 0; death < 4; ++death) start("three").opened();
  EXPECT_FALSE(start("three").safe()) << "four deaths";
  EXPECT_TRUE(start("three").safe());
  EXPECT_FALSE(start("four").safe()) << "the machine itself was gone: the plan is tried once more";
}

TEST_F(RestartsTest, FallsBackToTheSafeMinimumAfterFive) {
  die(4);
  EXPECT_FALSE(start().safe());
  const auto sixth = start();
  EXPECT_TRUE(sixth.safe());
  EXPECT_EQ(sixth.delay(), 0s);
  EXPECT_EQ(sixth.safe_time(), 60s);
  const auto seventh = start();
  EXPECT_TRUE(seventh.safe());
  EXPECT_EQ(seventh.delay(), 1s);
  EXPECT_EQ(seventh.safe_time(), 120s);
  die(20);
  EXPECT_EQ(start().delay(), 60s) << "it does not wear out the disk";
  EXPECT_EQ(start().safe_time(), 1h);
}

TEST_F(RestartsTest, TheSafeMinimumAloneProvesNothing) {
  die(5);
  auto safe = start();
  safe.lasted(10min);
  EXPECT_TRUE(safe.safe());
  EXPECT_TRUE(start().safe()) << "the plan has not shown yet that it does no harm";
  auto again = start();
  again.leave_safe(120s);
  EXPECT_FALSE(again.safe());
  again.lasted(179s);
  EXPECT_EQ(start().in_row(), 8U);
  auto good = start();
  good.leave_safe(120s);
  good.lasted(180s);
  EXPECT_EQ(start().in_row(), 0U);
}

TEST_F(RestartsTest, KnowsWhetherTheStateFolderKilledIt) {
  die(1);
  EXPECT_FALSE(start().died_opening());
  EXPECT_TRUE(start().died_opening()) << "the one before never came to opened()";
}

TEST_F(RestartsTest, ATornOrForeignFileCountsFromNothing) {
  const std::string whole = StartRecord{7, 6, "running", "b", 5}.format();
  EXPECT_EQ(StartRecord::parse(whole).in_row, 6U);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_EQ(StartRecord::parse(whole.substr(0, length)).total, 0U) << length;
  EXPECT_EQ(StartRecord::parse(whole + "more").total, 0U);
  EXPECT_EQ(StartRecord::parse("loa starts 2\ntotal=1\nin_row=2\nat=x\nboot=y\nlife=5\n").total, 0U);
  EXPECT_EQ(StartRecord::parse("loa starts 2\ntotal=99999999999999999999\nin_row=2\nat=x\nboot=y\nlife=5\n").total, 0U);
  ASSERT_TRUE(save_file(folder_ / "starts", std::string(4'096, '\xff')));
  EXPECT_EQ(start().in_row(), 0U);
}

TEST_F(RestartsTest, EachLifeIsGreaterWhateverTheClockSays) {
  const auto at = [](std::int64_t second) { return wall_from_us(second * 1'000'000); };
  constexpr std::int64_t today = 1'795'000'000, in_ten_years = today + 3'653 * 86'400;
  std::uint64_t before = start("b", at(today)).life();
  EXPECT_EQ(before, static_cast<std::uint64_t>(today)) << "a new folder begins above the one before it";
  for (const auto second : {today + 60, in_ten_years, today + 120, std::int64_t{0}, std::int64_t{-5'000},
                            INT64_MAX / 1'000'000, INT64_MIN / 1'000'000, today + 180}) {
    const auto life = start("b", at(second)).life();
    EXPECT_GT(life, before) << second;
    EXPECT_LT(life, 1ULL << 32U);
    before = life;
  }
  ASSERT_TRUE(save_file(folder_ / "starts", StartRecord{7, 6, "running", "b", UINT64_MAX}.format()));
  EXPECT_EQ(start("b", at(today)).life(), static_cast<std::uint64_t>(today)) << "nobody's number";
}

TEST_F(RestartsTest, ALostFolderKnowsItsLifeWhenTheClockIsBelieved) {
  const auto today = wall_from_us(1'795'000'000'000'000);
  auto reborn = start("b", wall_from_us(0));
  EXPECT_EQ(reborn.life(), 1U) << "no clock, no file";
  reborn.believe(today);
  EXPECT_EQ(reborn.life(), 1'795'000'000U);
  reborn.believe(today + 1h);
  EXPECT_EQ(reborn.life(), 1'795'000'000U) << "once";
  auto next = start("b", wall_from_us(0));
  EXPECT_EQ(next.life(), 1'795'000'001U) << "it was kept";
}

TEST_F(RestartsTest, AFolderPutBackToAnOlderCopyKnowsItsLifeWhenTheClockIsBelieved) {
  const auto monday = wall_from_us(1'795'000'000'000'000);
  EXPECT_EQ(start("b", monday).total(), 1U);
  const auto copy = read_file(folder_ / "starts", 512);
  const auto newest = start("b", monday + 48h).life();
  ASSERT_TRUE(save_file(folder_ / "starts", *copy));
  auto restored = start("b", wall_from_us(0));
  EXPECT_LT(restored.life(), newest) << "no clock: it cannot know";
  restored.believe(monday + 49h);
  EXPECT_GT(restored.life(), newest) << "else the office takes its words for old ones";
}

TEST_F(RestartsTest, AClockThatWasRightAtTheStartCostsNoWrite) {
  const auto now = wall_from_us(1'795'000'000'000'000);
  auto started = start("b", now);
  const auto life = started.life();
  started.believe(now + 30s);
  EXPECT_EQ(started.life(), life);
}

TEST_F(RestartsTest, CountsOnWithoutADiskToWriteOn) {
  Restarts nowhere{"/proc/no-such-folder", 5, "b", {}};
  nowhere.opened();
  nowhere.lasted(60s);
  EXPECT_EQ(nowhere.total(), 1U);
}

}  // namespace
}  // namespace loa::station::health
