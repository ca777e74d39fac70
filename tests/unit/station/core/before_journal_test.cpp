#include "tests/unit/station/core/core_bench.hpp"

// A journal cannot speak of time before it began.
namespace loa::station::core {
namespace {

using Bench = CoreBench;
constexpr std::int64_t second = Bench::second;

const JournalBegan* began(const Actions& actions) { return Bench::first<JournalBegan>(actions); }

WallTime at(std::int64_t second_of_day) { return wall_from_us(Bench::t0 + second_of_day * second); }

TEST(BeforeJournal, PassesWithoutProofWhereTheFolderIsNew) {
  const auto over = Bench::cue("sang/2026-11-21/065000", 0, -600, 300);
  const auto begun = Bench::cue("sang/2026-11-21/065900", 1, -60, 120);
  Bench bench;
  bench.core().journal_began(std::nullopt);
  const auto actions = bench.give(0, Bench::plan({over, begun}), 1, true);
  ASSERT_NE(began(actions), nullptr);
  EXPECT_EQ(began(actions)->instant, at(0)) << "the birth of the process";
  EXPECT_EQ(bench.account(over), "");
  bench.at(70);
  EXPECT_EQ(bench.account(begun).find("dark"), std::string::npos) << bench.account(begun);
}

TEST(BeforeJournal, IsDarkWhereTheJournalIsOfAnOlderBuild) {
  const auto over = Bench::cue("sang/2026-11-21/065000", 0, -600, 300);
  Bench bench;
  EXPECT_EQ(began(bench.give(0, Bench::plan({over}), 1, true)), nullptr);
  EXPECT_EQ(bench.account(over), "dark 0.0-300.0 station-off");
}

TEST(BeforeJournal, IsDarkFromTheInstantOnInWhichTheJournalBegan) {
  const auto over = Bench::cue("sang/2026-11-21/065000", 0, -600, 300);
  Bench bench;
  bench.core().journal_began(at(-500));
  EXPECT_EQ(began(bench.give(0, Bench::plan({over}), 1, true)), nullptr) << "known";
  EXPECT_EQ(bench.account(over), "dark 100.0-300.0 station-off");
}

TEST(BeforeJournal, BeganWhenTheFirstClockIsBelieved) {
  const auto over = Bench::cue("sang/2026-11-21/065000", 0, -600, 300);
  Bench bench;
  bench.core().journal_began(std::nullopt);
  bench.grade = ClockGrade::none;
  EXPECT_EQ(began(bench.give(0, Bench::plan({over}), 1, true)), nullptr);
  bench.grade = ClockGrade::disciplined;
  const auto actions = bench.at(50);
  ASSERT_NE(began(actions), nullptr);
  EXPECT_EQ(began(actions)->instant, at(0));
  EXPECT_EQ(bench.account(over), "");
}

// Whole or not at all: what it waits for is no account of time before the journal either.
TEST(BeforeJournal, PassesWithoutProofForACueThatWouldBeginLate) {
  auto whole = Bench::cue("sang/2026-11-21/065000", 0, -600, 300);
  whole.set_late_policy(v1::LATE_POLICY_WHOLE);
  whole.set_late_limit_us(60 * second);
  Bench bench;
  bench.core().journal_began(std::nullopt);
  bench.give(0, Bench::plan({whole}), 1, true);
  EXPECT_EQ(bench.account(whole), "");
}

TEST(BeforeJournal, IsPutRightWhenTheClockThatBeganItWasAhead) {
  Bench bench;
  bench.core().journal_began(std::nullopt);
  const auto lie = bench.at(86'400, 0, Tick{});
  ASSERT_NE(began(lie), nullptr);
  EXPECT_EQ(began(lie)->instant, at(86'400));
  const auto right = bench.at(10, 10, Tick{});
  ASSERT_NE(began(right), nullptr) << "the leap was not borne out";
  EXPECT_EQ(began(right)->instant, at(0));
}

// It began ten years ahead, so the whole plan lay before it; when the time comes its cues sound.
TEST(BeforeJournal, BurnsNoCueWhenTheClockThatBeganItWasAhead) {
  const auto soon = Bench::cue("trua/2026-11-21/072000", 0, 1'200, 60);
  const auto over = Bench::cue("sang/2026-11-21/065000", 0, -600, 300);
  Bench bench;
  bench.core().journal_began(std::nullopt);
  bench.at(3'650.0 * 86'400, 0, Tick{});
  PlanArrived event{Bench::plan({over, soon}), 1, {}, false};
  event.held.insert(*Sha256::from_bytes(Bench::object_name('a')));
  bench.at(3'650.0 * 86'400 + 1, 1, event);
  EXPECT_NE(began(bench.at(20, 20, Tick{})), nullptr) << "the leap was not borne out";
  EXPECT_EQ(bench.account(soon), "");
  const auto actions = bench.at(1'198, 1'198, Tick{});
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  bench.at(1'260, 1'260, Bench::part(soon, 1'200, 1'260, "complete"));
  EXPECT_EQ(bench.account(soon), "played 0.0-60.0 complete");
  EXPECT_EQ(bench.account(over), "");
}

TEST(BeforeJournal, BeganWhenItDidThoughALaterProcessGoesByAClockThatLiesBehind) {
  ClockMemory memory;
  memory.sure = at(3'600);  // the office has signed by then
  Bench bench{memory};
  bench.core().journal_began(at(600));
  for (int minute = 0; minute <= 11; ++minute) {
    const auto actions = bench.at(-14 * 86'400 + minute * 60, minute * 60, Tick{});  // insists for ten minutes
    EXPECT_EQ(began(actions), nullptr) << "minute " << minute;
  }
}

TEST(BeforeJournal, IsNoLaterThanAnyProcessThatHasIt) {
  Bench bench;
  bench.core().journal_began(at(20 * 86'400));
  const auto actions = bench.at(5, 5, Tick{});
  ASSERT_NE(began(actions), nullptr);
  EXPECT_EQ(began(actions)->instant, at(0));
}

}  // namespace
}  // namespace loa::station::core
