#include "tests/unit/station/core/core_bench.hpp"

// What has its account already, whatever clocks and offices do in between.
namespace loa::station::core {
namespace {

using Bench = CoreBench;

const v1::Cue bulletin = Bench::cue("sang/2026-11-21/070100", 1, 70, 20);

TEST(StationCore, LeavesAloneWhatTheJournalMayHaveForgotten) {
  const auto start = bulletin.start_us();
  const std::int64_t nine_days = 9 * 86'400 * Bench::second;
  for (const bool forgotten : {false, true}) {
    Bench bench{{{CueKey::of(bulletin), start + 3 * Bench::second, start + 5 * Bench::second, v1::BUCKET_PLAYED}}};
    auto plan = Bench::plan({bulletin});
    plan.set_made_us(start + bulletin.duration_us() + nine_days + (forgotten ? 1 : 0));
    bench.at(10 * 86'400, 0.5, PlanArrived{plan, 1, {}, true});
    EXPECT_EQ(bench.account(bulletin).empty(), forgotten);
    EXPECT_EQ(to_us(bench.core().remembers_since()), plan.made_us() - nine_days);
  }
}

// What a clock ten years ahead has booked makes nothing old: three dark days of the same plan have their account.
TEST(StationCore, AProofOfATimeThatNeverWasMakesNoCueAnOldOne) {
  const CueKey later{"sau", 0};
  const std::int64_t in_a_month = Bench::t0 + 30 * 86'400 * Bench::second;
  Bench bench{{{later, in_a_month, in_a_month + Bench::second, v1::BUCKET_NODE_DARK}}};
  bench.at(3 * 86'400, 0.5, PlanArrived{Bench::plan({bulletin}), 1, {}, true});
  EXPECT_NE(bench.account(bulletin), "");
}

// A clock that was ahead has booked it; then the office moves it away and back.
TEST(StationCore, ACueThatIsMovedAndMovedBackKeepsItsAccount) {
  const auto end_us = bulletin.start_us() + bulletin.duration_us();
  for (const int later_s : {3600, 15}) {  // the second place meets the first
    auto elsewhere = bulletin;
    elsewhere.set_start_us(bulletin.start_us() + later_s * Bench::second);
    for (const auto& between : {Bench::plan({elsewhere}), Bench::plan({})}) {
      Bench bench{{{CueKey::of(bulletin), bulletin.start_us(), end_us, v1::BUCKET_NODE_DARK}}, Bench::Final{}};
      bench.give(0, Bench::plan({bulletin}));
      bench.give(1, Bench::plan({elsewhere}), 2);
      bench.give(2, between, 3);
      bench.give(3, Bench::plan({bulletin}), 4);
      EXPECT_EQ(Bench::first<Arm>(bench.at(67)), nullptr) << "it would have two proofs";
      bench.at(100);
      EXPECT_EQ(bench.account(bulletin), "");
    }
  }
}

// The same with its length, over a restart between: what lay beyond the short one is not asked for again.
TEST(StationCore, ACueThatIsShortenedAndLengthenedAgainKeepsItsAccount) {
  auto shortened = bulletin;
  shortened.set_duration_us(bulletin.duration_us() / 4);
  const auto end_us = bulletin.start_us() + bulletin.duration_us();
  Bench bench{{{CueKey::of(bulletin), bulletin.start_us(), end_us, v1::BUCKET_NODE_DARK}}, Bench::Final{}};
  bench.give(0, Bench::plan({shortened}));
  bench.give(1, Bench::plan({bulletin}), 2);
  bench.at(100);
  EXPECT_EQ(bench.account(bulletin), "");
}

// It sounds a part of a day that is sure; its clock is set back, and the office has planned it around that part.
TEST(StationCore, WhatHasItsAccountInTheMiddleOfACueIsNotSoundedAgain) {
  const auto made = [](v1::Plan plan) {
    plan.set_made_us(Bench::t0 - 86'400 * Bench::second);
    return plan;
  };
  const auto early = Bench::cue("sang/2026-11-21/070100", 1, 70, 5),
             around = Bench::cue("sang/2026-11-21/070100", 1, 60, 30);
  Bench bench{{}, Bench::Final{}};
  bench.give(0, made(Bench::plan({early})));
  EXPECT_NE(Bench::first<Arm>(bench.at(68)), nullptr);
  bench.heard(75, early, 70, 75, "complete");
  const double back_s = 7'200;
  for (double s = 80; s <= 700; s += 5) bench.at(s - back_s, s, Tick{});  // it insists
  PlanArrived second{made(Bench::plan({around})), 2, {*Sha256::from_bytes(around.object())}, false};
  bench.at(710 - back_s, 710, second);
  const auto to_the_known = bench.at(58, 58 + back_s, Tick{});
  ASSERT_NE(Bench::first<Arm>(to_the_known), nullptr);
  EXPECT_EQ(Bench::first<Arm>(to_the_known)->assignment.cue.duration_us(), 10 * Bench::second);
  const auto after_it = bench.at(70.02, 70.02 + back_s, Bench::part(around, 60, 70, "complete"));
  EXPECT_EQ(Bench::first<Arm>(after_it), nullptr) << "not yet";
  const auto rest = bench.at(72.5, 72.5 + back_s, Tick{});
  ASSERT_NE(Bench::first<Arm>(rest), nullptr);
  EXPECT_EQ(to_us(Bench::first<Arm>(rest)->assignment.from), Bench::t0 + 75 * Bench::second);
  bench.at(90.02, 90.02 + back_s, Bench::part(around, 75, 90, "complete"));
  EXPECT_EQ(bench.account(around), "played 10.0-15.0 complete | played 0.0-10.0 complete | played 15.0-30.0 complete");
}

// A clock that was two hours ahead sounds a part; when it is right again, the office has planned it around that part.
TEST(StationCore, WhatAClockAheadSoundedInTheMiddleOfACueIsSoundedAgainInItsTime) {
  const auto made = [](v1::Plan plan) {
    plan.set_made_us(Bench::t0 - 86'400 * Bench::second);
    return plan;
  };
  const auto early = Bench::cue("sang/2026-11-21/070100", 1, 70, 5),
             around = Bench::cue("sang/2026-11-21/070100", 1, 60, 30);
  Bench bench;
  bench.give(0, made(Bench::plan({early})));
  bench.at(68);
  bench.heard(75, early, 70, 75, "complete");
  const double ahead_s = 7'200;
  bench.at(80 - ahead_s, 80, Tick{});
  PlanArrived second{made(Bench::plan({around})), 2, {*Sha256::from_bytes(around.object())}, false};
  bench.at(710 - ahead_s, 710, second);
  const auto whole = bench.at(58, 58 + ahead_s, Tick{});
  ASSERT_NE(Bench::first<Arm>(whole), nullptr);
  EXPECT_EQ(Bench::first<Arm>(whole)->assignment.cue.duration_us(), 30 * Bench::second);
  EXPECT_TRUE(Bench::first<Arm>(whole)->assignment.anew);
  bench.at(90.02, 90.02 + ahead_s, Bench::part(around, 60, 90, "complete"));
  EXPECT_EQ(bench.account(around), "played 10.0-15.0 complete | played 0.0-30.0 complete");
  EXPECT_TRUE(bench.kept().back().anew());
  EXPECT_EQ(bench.kept().back().again_us(), 5 * Bench::second);
}

}  // namespace
}  // namespace loa::station::core
