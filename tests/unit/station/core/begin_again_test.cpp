// Cues that begin from their beginning later than planned: late policy WHOLE, pre-emption policies RESTART and DROP.
#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using Bench = CoreBench;

v1::Cue whole(std::int64_t start_s, std::int64_t length_s, std::int64_t limit_s) {
  auto cue = Bench::cue("sang/2026-11-21/070100", 0, start_s, length_s);
  cue.set_late_policy(v1::LATE_POLICY_WHOLE);
  cue.set_late_limit_us(limit_s * Bench::second);
  return cue;
}

const ObjectHeld held{*Sha256::from_bytes(Bench::object_name('a'))};

/// Where an action's assignment begins on the plan's line, and on the clock, in seconds after t0.
std::string begins(const Actions& actions) {
  const auto* arm = Bench::first<Arm>(actions);
  if (arm == nullptr) return "nothing";
  const auto& assignment = arm->assignment;
  return fmt::format("{:.1f} at {:.1f} late {:.1f}", static_cast<double>(to_us(assignment.from) - Bench::t0) / 1e6,
                     std::chrono::duration<double>(assignment.from_mono.time_since_epoch()).count(),
                     static_cast<double>(assignment.late_us) / 1e6);
}

// ---- whole, if at most N late
// -----------------------------------------------------------------------------------------

TEST(LateWhole, PlaysFromItsBeginningShiftedByHowLateItIs) {
  const auto cue = whole(60, 20, 30);
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({cue}), 1, {}, false});
  bench.at(57);
  EXPECT_EQ(begins(bench.at(70, held)), "60.0 at 71.5 late 11.5");
  bench.at(75);
  bench.at(91.6, Bench::part(cue, 60, 80, "complete"));
  EXPECT_EQ(bench.account(cue), "played 0.0-20.0 complete");
  EXPECT_EQ(bench.kept().at(0).late_us(), 11'500'000);
  EXPECT_EQ(bench.kept().at(0).again_us(), 0);
}

TEST(LateWhole, OnTimeIsOnTime) {
  const auto cue = whole(60, 20, 30);
  Bench bench;
  bench.give(0, Bench::plan({cue}));
  EXPECT_EQ(begins(bench.at(57)), "60.0 at 60.0 late 0.0");
  bench.at(80.1, Bench::part(cue, 60, 80, "complete"));
  EXPECT_EQ(bench.kept().at(0).late_us(), 0);
}

TEST(LateWhole, WakesItselfToSayThatItIsTooLate) {
  const auto cue = whole(60, 20, 30);
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({cue}), 1, {}, false});
  bench.at(57);
  bench.at(60);
  bench.at(80);
  EXPECT_EQ(bench.account(cue), "") << "it may still be heard";
  const auto deadline = bench.core().next_deadline();
  ASSERT_TRUE(deadline.has_value());
  const double at = std::chrono::duration<double>(deadline->time_since_epoch()).count();
  EXPECT_NEAR(at, 60 + 30 - 1.5, 0.01);
  bench.at(at);
  EXPECT_EQ(bench.account(cue), "missing 0.0-20.0 content-missing");
  EXPECT_EQ(begins(bench.at(95, held)), "nothing");
}

TEST(LateWhole, LaterThanItsLimitItIsSkippedWithTheReason) {
  const auto cue = whole(60, 100, 30);
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({cue}), 1, {}, false});
  bench.at(57);
  bench.at(89);
  EXPECT_EQ(bench.account(cue), "missing 0.0-29.0 content-missing | late 29.0-100.0 late-limit");
  EXPECT_EQ(begins(bench.at(95, held)), "nothing");
}

TEST(LateWhole, WithoutRoomBeforeTheNextCueItIsSkipped) {
  const auto cue = whole(60, 20, 600);
  auto next = Bench::cue("sang/2026-11-21/070100", 1, 90, 10);
  for (const auto rank : {v1::CUE_CLASS_SCHEDULED, v1::CUE_CLASS_PRIORITY}) {
    next.set_cue_class(rank);
    Bench early, late;
    early.at(0, PlanArrived{Bench::plan({cue, next}), 1, {}, false});
    early.at(57);
    EXPECT_EQ(begins(early.at(68.5, held)), "60.0 at 70.0 late 10.0") << "it just fits";
    late.at(0, PlanArrived{Bench::plan({cue, next}), 1, {}, false});
    late.at(57);
    EXPECT_EQ(begins(late.at(69, held)), "nothing");
    EXPECT_EQ(late.account(cue), "missing 0.0-9.0 content-missing | late 9.0-20.0 late-no-room");
  }
  next.set_cue_class(v1::CUE_CLASS_FILLER);
  next.set_occurrence("lap-cho-trong/2026-11-21/070130");
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({cue, next}), 1, {}, false});
  EXPECT_EQ(begins(bench.at(80, held)), "60.0 at 81.5 late 21.5") << "a lower class gives way";
}

TEST(LateWhole, NeverPastThePolicysWindowNorThePlansHorizon) {
  const auto cue = whole(60, 20, 600);
  auto plan = Bench::plan({cue});
  plan.mutable_policy()->mutable_windows(0)->set_to_minute(7 * 60 + 2);  // 07:02 is t0 + 120 s
  Bench inside, outside;
  inside.at(0, PlanArrived{plan, 1, {}, false});
  EXPECT_EQ(begins(inside.at(98, held)), "60.0 at 99.5 late 39.5");
  outside.at(0, PlanArrived{plan, 1, {}, false});
  outside.at(57);
  EXPECT_EQ(begins(outside.at(99, held)), "nothing");
  EXPECT_EQ(outside.account(cue), "missing 0.0-20.0 content-missing");
  plan = Bench::plan({cue});
  plan.set_horizon_us(Bench::t0 + 100 * Bench::second);
  Bench horizon;
  horizon.at(0, PlanArrived{plan, 1, {}, false});
  EXPECT_EQ(begins(horizon.at(79, held)), "nothing");
}

TEST(LateWhole, AfterARestartItIsPlayedWholeIfNothingOfItWasHeard) {
  const auto cue = whole(60, 20, 60);
  Bench bench;
  PlanArrived event{Bench::plan({cue}), 1, {held.object}, true};
  EXPECT_EQ(begins(bench.at(75, 0.5, event)), "60.0 at 2.0 late 16.5");
  bench.at(97, 22.5, Bench::part(cue, 60, 80, "complete"));
  EXPECT_EQ(bench.account(cue), "played 0.0-20.0 complete");
}

TEST(LateWhole, WhatIsPartlyKnownIsNotBegunAgain) {
  const auto cue = whole(60, 20, 60);
  Bench bench{{{CueKey::of(cue), cue.start_us(), cue.start_us() + 5 * Bench::second, v1::BUCKET_PLAYED}}};
  PlanArrived event{Bench::plan({cue}), 1, {held.object}, true};
  EXPECT_EQ(begins(bench.at(70, 0.5, event)), "nothing");
  bench.at(90, 20.5, Tick{});
  EXPECT_EQ(bench.account(cue).substr(0, 25), "dark 5.0-9.5 station-off ") << bench.account(cue);
}

TEST(LateWhole, AFailedDeviceInTheMiddleGoesOnInPlaceOfTheShiftedLine) {
  const auto cue = whole(60, 20, 60);
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({cue}), 1, {}, false});
  bench.at(57);
  bench.at(68.5, held);  // heard from 70 to 90
  bench.at(75, Bench::part(cue, 60, 65, "device-lost"));
  EXPECT_EQ(begins(bench.at(76.1)), "65.0 at 75.0 late 10.0");
  bench.at(90.1, Bench::part(cue, 66.5, 80, "complete"));
  EXPECT_EQ(bench.account(cue),
            "played 0.0-5.0 device-lost | interrupted 5.0-6.5 device-lost | played 6.5-20.0 complete");
  for (const auto& part : bench.kept()) {
    EXPECT_EQ(part.late_us(), part.bucket() == v1::BUCKET_PLAYED ? 10'000'000 : 0);
  }
}

TEST(LateWhole, StoppedWhileItWaitsItIsNotHeard) {
  const auto cue = whole(60, 20, 600);
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({cue}), 1, {}, false});
  bench.at(57);
  bench.at(65, StopsRestored{{cue.occurrence()}});
  bench.at(90);
  EXPECT_EQ(bench.account(cue), "missing 0.0-5.0 content-missing | interrupted 5.0-20.0 stopped-by-command");
}

// ---- what was pre-empted ------------------------------------------------------------------------------------------

class PreEmption : public testing::Test {
 protected:
  /// The cue is on air from 60 s, the priority takes it from 70 to 80 s.
  void lose_the_air(v1::PreemptPolicy policy, const std::vector<v1::Cue>& others = {}) {
    cue_.set_preempt_policy(policy);
    std::vector<v1::Cue> cues{cue_, priority_};
    cues.insert(cues.end(), others.begin(), others.end());
    bench_.give(0, Bench::plan(cues));
    bench_.at(57);
    bench_.at(67);
    ASSERT_NE(Bench::first<Halt>(bench_.at(70)), nullptr);
    bench_.at(70.02, Bench::part(cue_, 60, 70, "halted"));
  }
  Actions give_it_back() { return bench_.at(80.02, Bench::part(priority_, 70, 80, "complete")); }

  static v1::Cue made(const char* occurrence, std::int64_t start_s, std::int64_t length_s, v1::CueClass rank) {
    auto cue = Bench::cue(occurrence, 0, start_s, length_s);
    cue.set_cue_class(rank);
    return cue;
  }
  v1::Cue cue_ = made("sang/2026-11-21/070100", 60, 40, v1::CUE_CLASS_SCHEDULED);
  v1::Cue priority_ = made("khan/2026-11-21/070110", 70, 10, v1::CUE_CLASS_PRIORITY);
  Bench bench_;
};

TEST_F(PreEmption, ResumesInPlace) {
  lose_the_air(v1::PREEMPT_POLICY_RESUME);
  EXPECT_EQ(begins(give_it_back()), "70.0 at 70.0 late 0.0") << "the presenter joins where the neighbours are";
}

TEST_F(PreEmption, RestartBeginsAgainAndSaysWhatWasHeardTwice) {
  lose_the_air(v1::PREEMPT_POLICY_RESTART);
  EXPECT_EQ(begins(give_it_back()), "60.0 at 81.5 late 21.5");
  bench_.at(121.6, Bench::part(cue_, 60, 100, "complete"));
  EXPECT_EQ(bench_.account(cue_), "played 0.0-10.0 halted | played 10.0-40.0 complete");
  const auto& second = bench_.kept().back();
  EXPECT_EQ(second.again_us(), 10'000'000);
  EXPECT_EQ(second.late_us(), 21'520'000);
  EXPECT_EQ(second.first_frame(), 480'000U) << "what it heard again is no part of it";
  EXPECT_EQ(second.frames(), 30U * 48'000);
}

TEST_F(PreEmption, RestartThatEndsBeforeItReachesNewGroundIsSaidWithTheRest) {
  lose_the_air(v1::PREEMPT_POLICY_RESTART);
  give_it_back();
  bench_.at(85.5, Bench::part(cue_, 60, 64, "device-lost"));
  bench_.at(200);
  EXPECT_EQ(bench_.account(cue_), "played 0.0-10.0 halted | interrupted 10.0-40.0 device-lost");
  EXPECT_EQ(bench_.kept().back().again_us(), 4'000'000);
}

TEST(PreEmptionAfterARestart, WhatIsPartlyKnownResumesInPlace) {  // found by simfleet
  auto cue = Bench::cue("sang/2026-11-21/070100", 0, 60, 60);
  cue.set_preempt_policy(v1::PREEMPT_POLICY_RESTART);
  auto priority = Bench::cue("khan/2026-11-21/070110", 0, 70, 20);
  priority.set_cue_class(v1::CUE_CLASS_PRIORITY);
  Bench bench{{{CueKey::of(cue), cue.start_us(), cue.start_us() + 10 * Bench::second, v1::BUCKET_PLAYED}}};
  PlanArrived event{Bench::plan({cue, priority}), 1, {held.object}, true};
  bench.at(72, 0.5, event);
  const auto actions = bench.at(90.1, 18.6, Bench::part(priority, 72, 90, "complete"));
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  EXPECT_GT(to_us(Bench::first<Arm>(actions)->assignment.from), cue.start_us());
  EXPECT_EQ(Bench::first<Arm>(actions)->assignment.late_us, 0);
}

TEST_F(PreEmption, RestartWithoutRoomDoesNotComeBack) {
  lose_the_air(v1::PREEMPT_POLICY_RESTART, {made("trua/2026-11-21/070200", 120, 10, v1::CUE_CLASS_SCHEDULED)});
  bench_.at(72.1);  // the device had been kept open so long
  ASSERT_TRUE(bench_.core().next_deadline().has_value());
  EXPECT_EQ(*bench_.core().next_deadline(), MonoTime{std::chrono::microseconds{78'500'001}});
  bench_.at(78.6);
  EXPECT_EQ(bench_.account(cue_),
            "played 0.0-10.0 halted | interrupted 10.0-18.6 pre-empted | interrupted 18.6-40.0 restart-no-room");
  EXPECT_EQ(begins(give_it_back()), "nothing");
}

TEST_F(PreEmption, DropDoesNotComeBackNorAfterARestart) {
  lose_the_air(v1::PREEMPT_POLICY_DROP);
  EXPECT_EQ(bench_.account(cue_), "played 0.0-10.0 halted | interrupted 10.0-40.0 pre-empted")
      << "its account is closed at once, so that no later process plays it";
  EXPECT_EQ(begins(give_it_back()), "nothing");
  EXPECT_EQ(begins(bench_.at(90)), "nothing");
}

TEST_F(PreEmption, DropHoldsForWhatLosesTheAirAtItsStart) {
  cue_ = made("sang/2026-11-21/070100", 72, 20, v1::CUE_CLASS_SCHEDULED);
  cue_.set_preempt_policy(v1::PREEMPT_POLICY_DROP);
  bench_.give(0, Bench::plan({priority_, cue_}));
  bench_.at(67);
  bench_.at(69);
  EXPECT_EQ(bench_.account(cue_), "") << "it may still have the air";
  bench_.at(72);
  EXPECT_EQ(bench_.account(cue_), "interrupted 0.0-20.0 pre-empted");
}

TEST_F(PreEmption, AShiftedCueGivesWayToOneThatANewPlanPutsInItsWay) {
  lose_the_air(v1::PREEMPT_POLICY_RESTART);
  give_it_back();
  const auto next = made("trua/2026-11-21/070150", 100, 10, v1::CUE_CLASS_SCHEDULED);
  bench_.give(90, Bench::plan({cue_, priority_, next}), 2);
  EXPECT_NE(Bench::first<Arm>(bench_.at(97)), nullptr);
  const auto actions = bench_.at(100);
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  EXPECT_EQ(Bench::first<Halt>(actions)->cue, CueKey::of(cue_));
}

TEST(TrackCut, LeavesOutFramesAndGapsOfTheFront) {
  v1::Proof part;
  part.set_medium(v1::MEDIUM_AUDIO);
  part.set_from_us(0);
  part.set_to_us(10'000'000);
  part.set_frames(8 * 48'000);
  for (const std::int64_t at : {1, 4}) {  // the second lies across the cut
    auto* gap = part.add_gaps();
    gap->set_at_us(at * 1'000'000);
    gap->set_length_us(1'000'000);
  }
  cut(part, 4'500'000, 10'000'000);
  EXPECT_EQ(part.from_us(), 4'500'000);
  EXPECT_EQ(part.first_frame(), 216'000U);
  ASSERT_EQ(part.gaps_size(), 1);
  EXPECT_EQ(part.gaps(0).at_us(), 4'500'000);
  EXPECT_EQ(part.gaps(0).length_us(), 500'000);
  EXPECT_EQ(part.frames(), 5U * 48'000);
  EXPECT_EQ(part.again_us(), 4'500'000);
}

TEST(TrackCut, LeavesOutFramesAndGapsOfTheEnd) {
  v1::Proof part;
  part.set_medium(v1::MEDIUM_AUDIO);
  part.set_to_us(10'000'000);
  part.set_first_frame(7);
  part.set_frames(8 * 48'000);
  for (const std::int64_t at : {4, 8}) {  // the first lies across the cut
    auto* gap = part.add_gaps();
    gap->set_at_us(at * 1'000'000);
    gap->set_length_us(1'000'000);
  }
  cut(part, 0, 4'500'000);
  EXPECT_EQ(part.to_us(), 4'500'000);
  EXPECT_EQ(part.first_frame(), 7U);
  ASSERT_EQ(part.gaps_size(), 1);
  EXPECT_EQ(part.gaps(0).length_us(), 500'000);
  EXPECT_EQ(part.frames(), 4U * 48'000);
  EXPECT_EQ(part.again_us(), 5'500'000);
}

}  // namespace
}  // namespace loa::station::core
