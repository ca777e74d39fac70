#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using Bench = CoreBench;

const v1::Cue bulletin = Bench::cue("sang/2026-11-21/070100", 0, 60, 60);
const v1::Cue flood = Bench::emergency(0, 80, 10);

v1::Command order(const char* what, std::int64_t until_s = 0) {
  v1::Command command;
  command.set_id("c1");
  if (std::string_view{what} == "stop") {
    command.mutable_stop()->set_reason("funeral");
  } else {
    command.mutable_mute()->set_until_us(Bench::t0 + until_s * Bench::second);
  }
  return command;
}

TEST(Emergency, TakesTheAirFromAProgrammeAndGivesItBack) {
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(57);
  bench.alarm(70, Bench::plan({flood}));
  ASSERT_NE(Bench::first<Arm>(bench.at(77)), nullptr);
  const auto actions = bench.at(80);
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  EXPECT_EQ(Bench::first<Halt>(actions)->cue, CueKey::of(bulletin));
  bench.heard(80.02, bulletin, 60, 80, "halted");
  ASSERT_NE(Bench::first<Arm>(bench.heard(90.02, flood, 80, 90, "complete")), nullptr);
  bench.heard(120.02, bulletin, 90.3, 120, "complete");
  EXPECT_EQ(bench.account(flood), "played 0.0-10.0 complete");
  EXPECT_EQ(bench.account(bulletin),
            "played 0.0-20.0 halted | interrupted 20.0-30.3 pre-empted | played 30.3-60.0 complete");
  EXPECT_EQ(bench.core().plan_sequence(), 1U);
}

TEST(Emergency, ItsContentIsNeededBeforeAllOtherAndThatOfAPastCueByNobody) {
  auto evening = Bench::cue("toi/2026-11-21/180000", 0, 40'000, 60);
  auto again = Bench::cue("toi/2026-11-21/190000", 0, 43'600, 60);
  evening.set_object(Bench::object_name('t'));
  again.set_object(Bench::object_name('t'));
  const auto object = [](char letter) { return *Sha256::from_bytes(Bench::object_name(letter)); };
  const auto at_s = [](std::int64_t s) { return wall_from_us(Bench::t0 + s * Bench::second); };
  Bench bench;
  bench.give(0, Bench::plan({bulletin, evening, again}));
  EXPECT_EQ(bench.core().objects_needed(),
            (std::map<Sha256, WallTime>{{object('a'), at_s(60)}, {object('t'), at_s(40'000)}}));
  bench.alarm(1, Bench::plan({flood}));
  EXPECT_EQ(bench.core().objects_needed().at(object('e')), WallTime{});
  bench.at(67, Tick{});
  bench.heard(120.02, bulletin, 60, 120, "complete");
  EXPECT_FALSE(bench.core().objects_needed().contains(object('a')));
}

TEST(Emergency, PassesHoursSessionsMuteAndStop) {
  auto plan = Bench::plan({bulletin});
  plan.mutable_policy()->clear_windows();  // never
  Bench bench;
  bench.give(0, plan);
  auto alarm = Bench::plan({flood});
  *alarm.mutable_policy() = plan.policy();
  bench.at(1, CommandArrived{order("mute", 1000)});
  bench.alarm(2, alarm);
  bench.at(57);
  ASSERT_NE(Bench::first<Arm>(bench.at(77)), nullptr);
  bench.at(80);
  const auto actions = bench.at(82, CommandArrived{order("stop")});
  EXPECT_EQ(Bench::first<Halt>(actions), nullptr);
  ASSERT_NE(Bench::first<Reply>(actions), nullptr);
  EXPECT_EQ(Bench::first<Reply>(actions)->answer.text(), "nothing is on air");
  bench.heard(90.1, flood, 80, 90, "complete");
  bench.at(200);
  EXPECT_EQ(bench.account(flood), "played 0.0-10.0 complete");
  EXPECT_EQ(bench.account(bulletin), "refused 0.0-60.0 policy-hours");
}

TEST(Emergency, KeepsTheGreatestLevelThatThePolicyAllows) {
  auto alarm = Bench::plan({flood});
  alarm.mutable_policy()->mutable_windows(0)->set_level_cap_cb(-1200);
  alarm.mutable_policy()->mutable_windows(0)->set_from_minute(600);  // it is 07:00
  auto* louder = alarm.mutable_policy()->add_windows();
  *louder = alarm.policy().windows(0);
  louder->set_level_cap_cb(-300);
  Bench bench;
  bench.alarm(0, alarm);
  const auto actions = bench.at(77);
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  EXPECT_EQ(Bench::first<Arm>(actions)->assignment.gain_cb, -300);
}

TEST(Emergency, CalledOffEndsAtOnceAndTheProgrammeComesBack) {
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(57);
  const auto second = Bench::emergency(1, 90, 10);
  bench.alarm(70, Bench::plan({flood, second}));
  bench.at(77);
  bench.at(80);
  bench.heard(80.02, bulletin, 60, 80, "halted");
  auto off = Bench::plan({});
  off.set_made_us(Bench::t0 + 84 * Bench::second);
  const auto actions = bench.alarm(84, off, 2);
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  EXPECT_EQ(Bench::first<Halt>(actions)->cue, CueKey::of(flood));
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  EXPECT_EQ(CueKey::of(Bench::first<Arm>(actions)->assignment.cue), CueKey::of(bulletin));
  bench.heard(84.02, flood, 80, 84, "halted");
  bench.at(200);
  EXPECT_EQ(bench.account(flood), "played 0.0-4.0 halted | interrupted 4.0-10.0 called-off");
  EXPECT_EQ(bench.account(second), "") << "it had not begun";
}

// By the office's clock the second part has begun; by the station's, eleven seconds behind, it is armed only.
TEST(Emergency, APartThatHadBegunWhenItWasCalledOffOwesItsAccountThoughOurClockIsBehind) {
  const auto first = Bench::emergency(0, 60, 15), second = Bench::emergency(1, 75, 15),
             third = Bench::emergency(2, 90, 15);
  Bench bench;
  bench.alarm(57, Bench::plan({first, second, third}));
  EXPECT_NE(Bench::first<Arm>(bench.at(72.5)), nullptr) << "the second";
  auto all_clear = Bench::plan({});
  all_clear.set_made_us(Bench::t0 + 85 * Bench::second);
  bench.alarm(74, all_clear, 2);
  bench.at(74.03, Bench::part(first, 60, 74, "halted"));
  bench.at(74.03, Bench::part(second, 75, 75, "halted"));
  for (double s = 75; s < 110; s += 1) EXPECT_EQ(Bench::first<Arm>(bench.at(s)), nullptr);
  EXPECT_EQ(bench.account(first), "played 0.0-14.0 halted | interrupted 14.0-15.0 called-off");
  EXPECT_EQ(bench.account(second), "interrupted 0.0-15.0 called-off");
  EXPECT_EQ(bench.account(third), "") << "called off before it began";
}

TEST(Emergency, ANewPlanOfTheWardLeavesItAlone) {
  Bench bench;
  bench.alarm(70, Bench::plan({flood}));
  bench.at(77);
  EXPECT_EQ(Bench::first<Halt>(bench.give(82, Bench::plan({bulletin}), 9)), nullptr);
  bench.heard(90.1, flood, 80, 90, "complete");
  EXPECT_EQ(bench.account(flood), "played 0.0-10.0 complete");
}

TEST(Emergency, ItsContentIsFetchedFirstAndFromItsOwnAddress) {
  auto plan = Bench::plan({Bench::cue("sang/2026-11-21/070005", 0, 5, 5)});
  plan.set_content_url("https://plan/");
  auto alarm = Bench::plan({flood});
  alarm.set_content_url("https://emergency/");
  Bench bench;
  bench.at(0, PlanArrived{plan, 1, {}, false});
  const auto actions = bench.at(0.1, PlanArrived{alarm, 1, {}, false, Slot::emergency});
  const auto* want = Bench::first<Want>(actions);
  ASSERT_NE(want, nullptr);
  ASSERT_EQ(want->objects.size(), 2U);
  EXPECT_EQ(want->objects[0].sha256(), flood.object());
  EXPECT_EQ(want->content_url, "https://emergency/");
  const auto later = bench.at(0.2, ObjectHeld{*Sha256::from_bytes(flood.object())});
  ASSERT_NE(Bench::first<Want>(later), nullptr);
  EXPECT_EQ(Bench::first<Want>(later)->content_url, "https://plan/");
}

TEST(Emergency, IsTakenUpAfterARestartThoughAClockHadLeaptDaysAhead) {  // found by simfleet
  const auto booked = Bench::cue("mai/2026-11-23/070000", 0, 170'000, 60);
  Bench bench{{{CueKey::of(booked), booked.start_us(), booked.start_us() + 60 * Bench::second, v1::BUCKET_NODE_DARK}},
              Bench::Final{}};
  bench.alarm(70, Bench::plan({flood}), 1, true);
  EXPECT_NE(Bench::first<Arm>(bench.at(77)), nullptr);
}

/// The power was cut after the second had come, before the first had its account: both lie on disk.
TEST(Emergency, TwoThatAreTakenUpAfterARestartBothGetTheirAccount) {  // found by simfleet
  auto fire = Bench::emergency(0, -40, 10);
  fire.set_occurrence("khan-cap/2026-11-21/071000");
  const auto earlier = Bench::emergency(0, -80, 20);
  auto newer = Bench::plan({fire});
  newer.set_made_us(earlier.start_us() + 5 * Bench::second);
  Bench bench;
  bench.alarm(1, Bench::plan({earlier}), 1, true);
  EXPECT_FALSE(bench.core().owes_for_dropped());
  bench.alarm(1, newer, 2, true);
  bench.at(2);
  EXPECT_EQ(bench.core().emergency_sequence(), 2U);
  EXPECT_EQ(bench.account(earlier), "dark 0.0-20.0 station-off");
  EXPECT_EQ(bench.account(fire), "dark 0.0-10.0 station-off");
  EXPECT_FALSE(bench.core().owes_for_dropped());
}

TEST(Emergency, IsNoSessionOfThePolicy) {
  auto plan = Bench::plan({bulletin});
  plan.mutable_policy()->set_sessions_per_day(1);
  const auto early = Bench::emergency(0, 20, 10);
  Bench bench{{{CueKey::of(Bench::emergency(7, -600, 10)), Bench::t0 - 600 * Bench::second,
                Bench::t0 - 590 * Bench::second, v1::BUCKET_PLAYED}}};
  bench.give(0, plan);
  bench.alarm(0, Bench::plan({early}));
  bench.at(17);
  bench.at(20.1, PartStarted{CueKey::of(early), 0});
  bench.heard(30.1, early, 20, 30, "complete");
  EXPECT_NE(Bench::first<Arm>(bench.at(57)), nullptr);
}

// ---- precedence: every pair of classes ------------------------------------------------------------------------------

struct Pair {
  v1::CueClass lower, higher;
};

class Precedence : public testing::TestWithParam<Pair> {
 protected:
  static v1::Cue of_class(v1::CueClass rank, std::int64_t start_s, std::int64_t length_s) {
    auto cue =
        Bench::cue(rank == v1::CUE_CLASS_FILLER ? "lap-cho-trong/2026-11-21/070100"
                                                : fmt::format("lop-{}/2026-11-21/070100", static_cast<int>(rank)),
                   0, start_s, length_s);
    if (rank == v1::CUE_CLASS_EMERGENCY) cue = Bench::emergency(0, start_s, length_s);
    cue.set_cue_class(rank);
    return cue;
  }
  static void give(Bench& bench, const v1::Cue& cue, const v1::Cue& other) {
    std::vector<v1::Cue> plan, alarm;
    for (const auto& one : {cue, other}) (one.cue_class() == v1::CUE_CLASS_EMERGENCY ? alarm : plan).push_back(one);
    bench.give(0, Bench::plan(plan));
    if (!alarm.empty()) bench.alarm(0, Bench::plan(alarm));
  }
};

TEST_P(Precedence, TheHigherClassHasTheAirAndTheLowerComesBack) {
  const auto [lower_class, higher_class] = GetParam();
  auto lower = of_class(lower_class, 60, 40), higher = of_class(higher_class, 75, 10);
  if (lower_class == v1::CUE_CLASS_FILLER) {  // it sounds only where something is missing
    lower.set_object(Bench::object_name('f'));
    auto missing = of_class(v1::CUE_CLASS_SCHEDULED, 60, 15);
    missing.set_occurrence("mat/2026-11-21/070100");
    missing.set_object(Bench::object_name('m'));
    auto more = missing;
    more.set_segment(1);
    more.set_start_us(missing.start_us() + 25 * Bench::second);
    Bench bench;
    auto plan = Bench::plan(higher_class == v1::CUE_CLASS_EMERGENCY ? std::vector{missing, lower, more}
                                                                    : std::vector{missing, lower, higher, more});
    PlanArrived event{plan, 1, {*Sha256::from_bytes(lower.object()), *Sha256::from_bytes(higher.object())}, false};
    bench.at(0, event);
    if (higher_class == v1::CUE_CLASS_EMERGENCY) bench.alarm(0, Bench::plan({higher}));
    ASSERT_NE(Bench::first<Arm>(bench.at(57)), nullptr);
    bench.at(72);
    const auto actions = bench.at(75);
    ASSERT_NE(Bench::first<Halt>(actions), nullptr);
    EXPECT_EQ(Bench::first<Halt>(actions)->cue, CueKey::of(lower));
    bench.heard(75.02, lower, 60, 75, "halted");
    const auto back = bench.heard(85.02, higher, 75, 85, "complete");
    ASSERT_NE(Bench::first<Arm>(back), nullptr);
    EXPECT_EQ(CueKey::of(Bench::first<Arm>(back)->assignment.cue), CueKey::of(lower));
    return;
  }
  Bench bench;
  give(bench, lower, higher);
  bench.at(57);
  bench.at(72);
  const auto actions = bench.at(75);
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  EXPECT_EQ(Bench::first<Halt>(actions)->cue, CueKey::of(lower));
  bench.heard(75.02, lower, 60, 75, "halted");
  ASSERT_NE(Bench::first<Arm>(bench.heard(85.02, higher, 75, 85, "complete")), nullptr);
  bench.heard(100.1, lower, 85.3, 100, "complete");
  EXPECT_EQ(bench.account(lower),
            "played 0.0-15.0 halted | interrupted 15.0-25.3 pre-empted | played 25.3-40.0 complete");
}

TEST_P(Precedence, TheLowerClassNeverTakesTheAir) {
  const auto [lower_class, higher_class] = GetParam();
  const auto higher = of_class(higher_class, 60, 40), lower = of_class(lower_class, 75, 10);
  Bench bench;
  give(bench, higher, lower);
  ASSERT_NE(Bench::first<Arm>(bench.at(57)), nullptr);
  for (const double at : {72.0, 75.0, 80.0, 85.0}) {
    const auto actions = bench.at(at);
    EXPECT_EQ(Bench::first<Arm>(actions), nullptr) << at;
    EXPECT_EQ(Bench::first<Halt>(actions), nullptr) << at;
  }
  EXPECT_EQ(bench.account(lower), lower_class == v1::CUE_CLASS_FILLER ? "" : "interrupted 0.0-10.0 pre-empted");
}

std::vector<Pair> every_pair() {
  std::vector<Pair> pairs;
  for (int low = v1::CUE_CLASS_FILLER; low <= v1::CUE_CLASS_LIVE; ++low) {
    for (int high = low + 1; high <= v1::CUE_CLASS_EMERGENCY; ++high)
      pairs.push_back({static_cast<v1::CueClass>(low), static_cast<v1::CueClass>(high)});
  }
  return pairs;
}

INSTANTIATE_TEST_SUITE_P(EachPair, Precedence, testing::ValuesIn(every_pair()), [](const auto& entry) {
  return v1::CueClass_Name(entry.param.lower).substr(10) + "_" + v1::CueClass_Name(entry.param.higher).substr(10);
});

}  // namespace
}  // namespace loa::station::core
