#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using Bench = CoreBench;

const v1::Cue opening = Bench::cue("sang/2026-11-21/070100", 0, 60, 10);
const v1::Cue bulletin = Bench::cue("sang/2026-11-21/070100", 1, 70, 20);

TEST(StationCore, ArmsEachCueBeforeItsStartAtItsInstant) {
  Bench bench;
  EXPECT_EQ(Bench::first<Arm>(bench.give(0, Bench::plan({opening, bulletin}))), nullptr);
  EXPECT_EQ(Bench::first<Arm>(bench.at(56.9)), nullptr);
  const auto actions = bench.at(57.0);
  const auto* arm = Bench::first<Arm>(actions);
  ASSERT_NE(arm, nullptr);
  EXPECT_EQ(arm->assignment.cue.segment(), 0U);
  EXPECT_EQ(to_us(arm->assignment.from), opening.start_us());
  EXPECT_EQ(arm->assignment.from_mono, MonoTime{std::chrono::seconds{60}});
}

TEST(StationCore, AsksToBeWokenWhenThereIsSomethingToDo) {
  Bench bench;
  bench.give(0, Bench::plan({opening}));
  ASSERT_TRUE(bench.core().next_deadline().has_value());
  EXPECT_EQ(*bench.core().next_deadline(), MonoTime{std::chrono::seconds{57}});
}

TEST(StationCore, OpensTheDeviceBeforeTheFirstSampleAndClosesItAfterTheLast) {
  Bench bench;
  bench.give(0, Bench::plan({opening}));
  EXPECT_EQ(Bench::first<Awake>(bench.at(57.0)), nullptr);
  const auto up = bench.at(58.5);
  ASSERT_NE(Bench::first<Awake>(up), nullptr);
  EXPECT_TRUE(Bench::first<Awake>(up)->awake);
  bench.heard(70.1, opening, 60, 70, "complete");
  EXPECT_EQ(Bench::first<Awake>(bench.at(71.0)), nullptr);
  const auto down = bench.at(72.2);
  ASSERT_NE(Bench::first<Awake>(down), nullptr);
  EXPECT_FALSE(Bench::first<Awake>(down)->awake);
}

TEST(StationCore, TheAmplifierStaysOnForAWhileAndBetweenCuesSecondsApart) {
  const auto gong = Bench::cue("gong/2026-11-21/070100", 0, 60, 1);
  Bench bench;
  bench.give(0, Bench::plan({gong}));
  bench.at(57);
  ASSERT_NE(Bench::first<Awake>(bench.at(59.9)), nullptr) << "late: the machine was busy";
  bench.heard(61.05, gong, 60, 61, "complete");
  EXPECT_EQ(Bench::first<Awake>(bench.at(63.2)), nullptr) << "five seconds at least";
  ASSERT_TRUE(bench.core().next_deadline().has_value());
  EXPECT_EQ(*bench.core().next_deadline(), MonoTime{std::chrono::milliseconds{64'900}});
  const auto off = bench.at(64.9);
  ASSERT_NE(Bench::first<Awake>(off), nullptr);
  EXPECT_FALSE(Bench::first<Awake>(off)->awake);

  const auto next = Bench::cue("gong/2026-11-21/070100", 1, 69, 1);  // eight seconds later
  Bench two;
  two.give(0, Bench::plan({gong, next}));
  two.at(57);
  EXPECT_NE(Bench::first<Awake>(two.at(58.5)), nullptr);
  two.heard(61.1, gong, 60, 61, "complete");
  for (const double at : {63.2, 64.0, 66.0, 67.5, 68.9}) EXPECT_EQ(Bench::first<Awake>(two.at(at)), nullptr) << at;
  two.heard(70.1, next, 69, 70, "complete");
  EXPECT_EQ(Bench::first<Awake>(two.at(72.0)), nullptr);
  EXPECT_NE(Bench::first<Awake>(two.at(72.2)), nullptr);
}

TEST(StationCore, KeepsWhatThePresenterMeasuredAndNothingMore) {
  Bench bench;
  bench.give(0, Bench::plan({opening, bulletin}));
  bench.at(57);
  bench.at(67);
  bench.heard(70.1, opening, 60, 70, "complete");
  bench.heard(90.1, bulletin, 70, 90, "complete");
  bench.at(200);
  EXPECT_EQ(bench.account(opening), "played 0.0-10.0 complete");
  EXPECT_EQ(bench.account(bulletin), "played 0.0-20.0 complete");
  EXPECT_EQ(bench.kept().size(), 2U);
}

TEST(StationCore, AccountsForTheTimeTheStationWasOff) {
  Bench bench{
      {{CueKey::of(bulletin), bulletin.start_us(), bulletin.start_us() + 5 * Bench::second, v1::BUCKET_PLAYED}}};
  const auto actions = bench.at(82, 0.5, [&] {
    PlanArrived event{Bench::plan({opening, bulletin}), 1, {}, true};
    event.held.insert(*Sha256::from_bytes(Bench::object_name('a')));
    return event;
  }());
  const auto* arm = Bench::first<Arm>(actions);
  ASSERT_NE(arm, nullptr);
  EXPECT_EQ(to_us(arm->assignment.from), bulletin.start_us() + 11'500'000) << "joins in place, not from the beginning";
  v1::Proof part;
  part.set_occurrence(bulletin.occurrence());
  part.set_segment(1);
  part.set_bucket(v1::BUCKET_PLAYED);
  part.set_reason("complete");
  part.set_from_us(bulletin.start_us() + 12'200'000);
  part.set_to_us(bulletin.start_us() + 20'000'000);
  bench.at(90.1, 8.6, PartEnded{part});
  EXPECT_EQ(bench.account(opening), "dark 0.0-10.0 station-off");
  EXPECT_EQ(bench.account(bulletin), "dark 5.0-11.5 station-off | dark 11.5-12.2 starting | played 12.2-20.0 complete");
}

TEST(StationCore, AccountsForTheTimeBeforeAKilledProcessCameOnAir) {
  const auto start = bulletin.start_us();
  Bench bench{{{CueKey::of(bulletin), start + 8 * Bench::second, start + 9 * Bench::second, v1::BUCKET_PLAYED},
               {CueKey::of(bulletin), start + 3 * Bench::second, start + 5 * Bench::second, v1::BUCKET_PLAYED}}};
  PlanArrived event{Bench::plan({opening, bulletin}), 1, {}, true};
  bench.at(100, 0.5, event);
  const std::string dark = "dark 0.0-3.0 station-off | dark 5.0-8.0 station-off | dark 9.0-20.0 station-off";
  EXPECT_EQ(bench.account(bulletin), dark);
  event.sequence = 2;
  bench.at(101, 1.5, event);
  EXPECT_EQ(bench.account(bulletin), dark) << "once";
}

TEST(StationCore, PlaysNoCueTwiceWhateverTheClockDoes) {
  Bench bench;
  bench.give(0, Bench::plan({opening}));
  bench.at(57);
  bench.heard(70.1, opening, 60, 70, "complete");
  for (const double wall : {10.0, 57.0, 60.0, 65.0, -86'400.0, 57.5}) {
    EXPECT_EQ(Bench::first<Arm>(bench.at(wall, 80 + wall / 1e6, Tick{})), nullptr) << wall;
  }
  EXPECT_EQ(bench.account(opening), "played 0.0-10.0 complete");
}

TEST(StationCore, HoldsPlanTimeThroughAStepInTheMiddleOfACue) {
  Bench bench;
  bench.give(0, Bench::plan({opening, bulletin}));
  bench.at(57);
  bench.at(66.9);
  const auto actions = bench.at(3'667.1, 67.1, Tick{});  // the wall clock leaps ahead by an hour
  const auto* arm = Bench::first<Arm>(actions);
  ASSERT_NE(arm, nullptr) << "the next segment still follows";
  EXPECT_EQ(arm->assignment.from_mono, MonoTime{std::chrono::seconds{70}});
}

TEST(StationCore, DoesNothingBeforeTheClockIsBelieved) {
  Bench bench;
  bench.grade = ClockGrade::none;
  bench.give(65, Bench::plan({opening, bulletin}));
  bench.at(75);
  EXPECT_TRUE(bench.kept().empty());
  EXPECT_FALSE(bench.core().next_deadline().has_value());
}

TEST(StationCore, WaitsForContentAndJoinsWhenItComes) {
  Bench bench;
  PlanArrived event{Bench::plan({bulletin}), 1, {}, false};
  bench.at(0, event);
  EXPECT_EQ(Bench::first<Arm>(bench.at(68)), nullptr);
  const auto actions = bench.at(75, ObjectHeld{*Sha256::from_bytes(Bench::object_name('a'))});
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  bench.heard(90.1, bulletin, 75.2, 90, "complete");
  EXPECT_EQ(bench.account(bulletin), "missing 0.0-5.2 content-missing | played 5.2-20.0 complete");
}

TEST(StationCore, ContentThatNeverCameIsNamed) {
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({bulletin}), 1, {}, false});
  bench.at(68);
  bench.at(90.1);
  EXPECT_EQ(bench.account(bulletin), "missing 0.0-20.0 content-missing");
}

TEST(StationCore, DamagedContentIsFetchedAgain) {
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(67);
  const auto actions = bench.silent(67.1, bulletin, "content-damaged");
  ASSERT_NE(Bench::first<Inspect>(actions), nullptr);
  EXPECT_EQ(Bench::first<Inspect>(actions)->object, *Sha256::from_bytes(Bench::object_name('a')));
  const auto lost = bench.at(67.2, ObjectLost{*Sha256::from_bytes(Bench::object_name('a'))});
  ASSERT_NE(Bench::first<Want>(lost), nullptr);
  EXPECT_EQ(Bench::first<Want>(lost)->objects.size(), 1U);
}

TEST(StationCore, TheLossOfWhatNoPlanNamesIsNoNews) {
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(1, ObjectLost{*Sha256::from_bytes(Bench::object_name('x'))});
  EXPECT_EQ(bench.core().content().wanted, 1U);
  EXPECT_EQ(bench.core().content().held, 1U);
}

TEST(StationCore, WhatOnlyPastCuesNameIsWantedByNobody) {
  Bench bench;
  auto gone = Bench::cue("sang/2026-11-21/060000", 0, -3'600, 60);  // over, and its object never came
  gone.set_object(Bench::object_name('b'));
  auto short_one = Bench::cue("sang/2026-11-21/070010", 0, 10, 5);
  short_one.set_object(Bench::object_name('c'));
  auto later = Bench::cue("chieu/2026-11-21/170000", 0, 36'000, 60);
  PlanArrived event{Bench::plan({gone, short_one, later}), 1, {}, false};
  event.held.insert(*Sha256::from_bytes(Bench::object_name('a')));
  bench.at(0, event);
  EXPECT_EQ(bench.core().content().wanted, 2U) << "of the two to come";
  EXPECT_EQ(bench.core().content().held, 1U);
  bench.at(20);
  EXPECT_EQ(bench.core().content().wanted, 1U);
  EXPECT_EQ(bench.core().content().held, 1U) << "ready, not fetching for ever";
}

TEST(StationCore, WhatACueOnAirOrToComeNamesIsWantedThoughAPastOneNamedItToo) {
  Bench bench;
  bench.give(0, Bench::plan({Bench::cue("sang/2026-11-21/060000", 0, -3'600, 60), bulletin}));
  EXPECT_EQ(bench.core().content().wanted, 1U);
}

TEST(StationCore, WholeContentThatIsNoSoundIsTriedMoreAndMoreSeldom) {
  const ObjectHeld whole{*Sha256::from_bytes(Bench::object_name('a'))};
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(67);
  bench.silent(67.1, bulletin, "content-damaged");
  EXPECT_EQ(Bench::first<Arm>(bench.at(67.2, whole)), nullptr);
  ASSERT_NE(Bench::first<Arm>(bench.at(68.2)), nullptr);
  bench.silent(68.3, bulletin, "content-damaged");
  bench.at(68.4, whole);
  EXPECT_EQ(Bench::first<Arm>(bench.at(69.4)), nullptr);
  ASSERT_NE(Bench::first<Arm>(bench.at(70.4)), nullptr);
}

TEST(StationCore, TriesALostDeviceAgainAndNamesTheGap) {
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(67);
  bench.heard(74, bulletin, 70, 74, "device-lost");
  EXPECT_EQ(Bench::first<Arm>(bench.at(74.5)), nullptr);
  ASSERT_NE(Bench::first<Arm>(bench.at(75.1)), nullptr);
  bench.heard(90.1, bulletin, 75.3, 90, "complete");
  EXPECT_EQ(bench.account(bulletin),
            "played 0.0-4.0 device-lost | interrupted 4.0-5.3 device-lost | played 5.3-20.0 complete");
}

TEST(StationCore, ADeviceThatStaysAwayIsOneStretchOfSilence) {
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(67);
  bench.heard(74, bulletin, 70, 74, "device-lost");
  for (const double at : {75.1, 76.2, 77.3}) {
    ASSERT_NE(Bench::first<Arm>(bench.at(at)), nullptr);
    bench.silent(at + 0.05, bulletin, "device-lost");
  }
  EXPECT_EQ(bench.account(bulletin), "played 0.0-4.0 device-lost") << "not a proof for each attempt";
  bench.at(91);
  EXPECT_EQ(bench.account(bulletin), "played 0.0-4.0 device-lost | interrupted 4.0-20.0 device-lost");
}

/// The device is lost and comes back; then the occurrence is stopped.
TEST(StationCore, WhatEndsACueIsNotTheReasonOfTheSilenceBefore) {
  v1::Command command;
  command.set_id("c1");
  command.mutable_stop()->set_reason("funeral");
  const auto account = [&](bool heard) {
    Bench bench;
    bench.give(0, Bench::plan({bulletin}));
    bench.at(67);
    bench.heard(74, bulletin, 70, 74, "device-lost");
    EXPECT_NE(Bench::first<Arm>(bench.at(75.1)), nullptr);
    bench.at(80, CommandArrived{command});
    heard ? bench.heard(80.1, bulletin, 77, 80, "halted") : bench.silent(80.1, bulletin, "halted");
    bench.at(91);
    return bench.account(bulletin);
  };
  EXPECT_EQ(account(true),
            "played 0.0-4.0 device-lost | interrupted 4.0-7.0 device-lost | played 7.0-10.0 halted | interrupted "
            "10.0-20.0 stopped-by-command");
  EXPECT_EQ(account(false),
            "played 0.0-4.0 device-lost | interrupted 4.0-10.1 device-lost | interrupted 10.1-20.0 stopped-by-command");
}

TEST(StationCore, RefusesWhatThePolicyForbidsAndProvesIt) {
  auto plan = Bench::plan({opening});
  plan.mutable_policy()->mutable_windows(0)->set_from_minute(8 * 60);  // 07:01 is too early
  Bench bench;
  bench.give(0, plan);
  EXPECT_EQ(Bench::first<Arm>(bench.at(58)), nullptr);
  bench.at(70.1);
  EXPECT_EQ(bench.account(opening), "refused 0.0-10.0 policy-hours");
}

TEST(StationCore, CapsTheLevelByTheHour) {
  auto plan = Bench::plan({opening});
  plan.mutable_policy()->mutable_windows(0)->set_level_cap_cb(-600);
  Bench bench;
  bench.give(0, plan);
  const auto actions = bench.at(57);
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  EXPECT_EQ(Bench::first<Arm>(actions)->assignment.gain_cb, -600);
}

TEST(StationCore, StopEndsTheOccurrenceAndTheRestIsCounted) {
  Bench bench;
  bench.give(0, Bench::plan({opening, bulletin}));
  bench.at(57);
  v1::Command command;
  command.set_id("c1");
  command.mutable_stop()->set_reason("funeral");
  const auto actions = bench.at(64, CommandArrived{command});
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  ASSERT_NE(Bench::first<Reply>(actions), nullptr);
  EXPECT_TRUE(Bench::first<Reply>(actions)->answer.accepted());
  bench.heard(64.02, opening, 60, 64, "halted");
  EXPECT_EQ(Bench::first<Arm>(bench.at(68)), nullptr);
  bench.at(90.1);
  EXPECT_EQ(bench.account(opening), "played 0.0-4.0 halted | interrupted 4.0-10.0 stopped-by-command");
  EXPECT_EQ(bench.account(bulletin), "interrupted 0.0-20.0 stopped-by-command");
}

TEST(StationCore, MuteIsCountedAndEndsByItself) {
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  v1::Command command;
  command.set_id("c1");
  command.mutable_mute()->set_reason("exam");
  command.mutable_mute()->set_until_us(Bench::t0 + 80 * Bench::second);
  bench.at(10, CommandArrived{command});
  EXPECT_EQ(Bench::first<Arm>(bench.at(68)), nullptr);
  ASSERT_NE(Bench::first<Arm>(bench.at(80)), nullptr);
  bench.heard(90.1, bulletin, 80.2, 90, "complete");
  EXPECT_EQ(bench.account(bulletin), "muted 0.0-10.2 muted-by-command | played 10.2-20.0 complete");
}

TEST(StationCore, AMuteOutlivesTheProcess) {
  Bench bench;
  v1::Command::Mute mute;
  mute.set_until_us(Bench::t0 + 80 * Bench::second);
  bench.at(0, MuteRestored{mute});
  bench.give(1, Bench::plan({bulletin}), 1, true);
  EXPECT_EQ(Bench::first<Arm>(bench.at(68)), nullptr);
  EXPECT_NE(Bench::first<Arm>(bench.at(80)), nullptr);
}

TEST(StationCore, AStopOutlivesTheProcess) {
  v1::Command command;
  command.set_id("c1");
  command.mutable_stop()->set_reason("funeral");
  Bench before;
  before.give(0, Bench::plan({opening, bulletin}));
  before.at(57);
  EXPECT_EQ(before.core().stops(), std::vector{opening.occurrence()}) << "known before it is obeyed, to be durable";
  before.at(64, CommandArrived{command});
  const auto stops = before.core().stops();

  Bench after{{{CueKey::of(opening), opening.start_us(), opening.start_us() + 4 * Bench::second, v1::BUCKET_PLAYED}}};
  after.at(65, StopsRestored{stops});
  after.alarm(65, Bench::plan({Bench::emergency(0, 300, 5)}), 1, true);
  EXPECT_EQ(Bench::first<Arm>(after.give(65, Bench::plan({opening, bulletin}), 1, true)), nullptr);
  EXPECT_EQ(Bench::first<Arm>(after.at(72)), nullptr);
  after.at(90.1);
  EXPECT_NE(after.account(bulletin).find("stopped-by-command"), std::string::npos) << after.account(bulletin);
  EXPECT_EQ(after.core().stops(), stops);
}

TEST(StationCore, StopsAreForgottenWithTheirSessions) {
  Bench bench;
  bench.at(0, StopsRestored{{"cu/2026-01-01/050000"}});
  bench.give(1, Bench::plan({bulletin}));
  EXPECT_TRUE(bench.core().stops().empty());
}

TEST(StationCore, ANewPlanThatDropsACueOnAirHaltsIt) {
  Bench bench;
  bench.give(0, Bench::plan({opening, bulletin}));
  bench.at(57);
  const auto actions = bench.give(63, Bench::plan({bulletin}), 2);
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  bench.heard(63.02, opening, 60, 63, "halted");
  EXPECT_EQ(bench.account(opening), "played 0.0-3.0 halted | interrupted 3.0-10.0 plan-changed");
  EXPECT_EQ(bench.core().plan_sequence(), 2U);
}

TEST(StationCore, ANewPlanThatEndsACueOnAirEarlierThanNowCountsWhatItLeavesOfIt) {
  Bench bench;
  bench.give(0, Bench::plan({opening}));
  bench.at(57);
  auto shortened = opening;
  shortened.set_duration_us(2 * Bench::second);
  ASSERT_NE(Bench::first<Halt>(bench.give(63, Bench::plan({shortened}), 2)), nullptr);
  bench.at(63.05, Bench::part(opening, 60, 63.03, "halted"));
  EXPECT_EQ(bench.account(shortened), "played 0.0-2.0 halted");
  EXPECT_EQ(bench.kept().back().frames(), 2U * 48'000);
  EXPECT_EQ(bench.kept().back().again_us(), 1'030'000) << "heard, and counted nowhere";
}

TEST(StationCore, ANewPlanWithTheSameCueOnAirDoesNotDisturbIt) {
  Bench bench;
  bench.give(0, Bench::plan({opening, bulletin}));
  bench.at(57);
  bench.at(60.1, PartStarted{CueKey::of(opening), 12});
  EXPECT_EQ(Bench::first<Halt>(bench.give(63, Bench::plan({opening, bulletin}), 2)), nullptr);
  bench.heard(70.1, opening, 60, 70, "complete");
  EXPECT_EQ(bench.account(opening), "played 0.0-10.0 complete");
}

TEST(StationCore, WhatWasHeardNamesThePlanThatOrderedIt) {
  Bench bench;
  bench.give(0, Bench::plan({opening}), 1);
  const auto armed = bench.at(57);
  ASSERT_NE(Bench::first<Arm>(armed), nullptr);
  auto replaced = opening;
  replaced.set_object(Bench::object_name('b'));
  ASSERT_NE(Bench::first<Halt>(bench.give(63, Bench::plan({replaced}), 2)), nullptr);
  auto part = Bench::part(opening, 60, 63, "halted");
  part.part.set_object(opening.object());
  part.part.set_plan_sequence(Bench::first<Arm>(armed)->assignment.plan_sequence);
  bench.at(63.05, part);
  EXPECT_EQ(bench.kept().back().plan_sequence(), 1U) << "plan 2 never ordered this content";
  EXPECT_EQ(bench.kept().back().object(), opening.object());
}

TEST(StationCore, AHigherClassTakesTheAirAndGivesItBack) {
  auto priority = Bench::cue("khan/2026-11-21/070115", 0, 75, 5);
  priority.set_cue_class(v1::CUE_CLASS_PRIORITY);
  Bench bench;
  bench.give(0, Bench::plan({bulletin, priority}));
  bench.at(67);
  bench.at(72);
  const auto actions = bench.at(75);
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  EXPECT_EQ(Bench::first<Halt>(actions)->cue, CueKey::of(bulletin));
  bench.heard(75.02, bulletin, 70, 75, "halted");
  ASSERT_NE(Bench::first<Arm>(bench.heard(80.02, priority, 75, 80, "complete")), nullptr)
      << "joins again where the neighbours would be";
  bench.heard(90.1, bulletin, 80.3, 90, "complete");
  EXPECT_EQ(bench.account(bulletin),
            "played 0.0-5.0 halted | interrupted 5.0-10.3 pre-empted | played 10.3-20.0 complete");
}

TEST(StationCore, EveryMicrosecondOfAPlanHasOneBucket) {
  // Random lives: parts end early, devices fail, content comes and goes, mutes and stops arrive.
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::uint64_t state = seed * 2654435761ULL + 1;
    const auto dice = [&state](std::uint64_t sides) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      return (state >> 33) % sides;
    };
    std::vector<v1::Cue> cues;
    for (std::uint32_t i = 0; i < 6; ++i) cues.push_back(Bench::cue("sang/2026-11-21/070100", i, 60 + 10 * i, 10));
    Bench bench;
    bench.give(0, Bench::plan(cues));
    std::map<CueKey, std::pair<v1::Cue, double>> armed;
    const auto note = [&](const Actions& actions, double now) {
      for (const auto& action : actions) {
        if (const auto* arm = std::get_if<Arm>(&action)) {
          const double from = static_cast<double>(to_us(arm->assignment.from) - Bench::t0) / 1e6;
          armed[CueKey::of(arm->assignment.cue)] = {arm->assignment.cue, std::max(from, now)};
        }
      }
    };
    const auto halted = [](const Actions& actions) {
      std::vector<CueKey> keys;
      for (const auto& action : actions) {
        if (const auto* halt = std::get_if<Halt>(&action)) keys.push_back(halt->cue);
      }
      return keys;
    };
    for (double now = 55; now < 140; now += 0.5) {
      Actions actions;
      const auto roll = dice(40);
      if (roll == 0) {
        v1::Command command;
        command.mutable_mute()->set_until_us(Bench::t0 + static_cast<std::int64_t>((now + 5) * 1e6));
        actions = bench.at(now, CommandArrived{command});
      } else if (roll == 1) {
        actions = bench.at(now, ObjectLost{*Sha256::from_bytes(Bench::object_name('a'))});
      } else if (roll == 2) {
        actions = bench.at(now, ObjectHeld{*Sha256::from_bytes(Bench::object_name('a'))});
      } else {
        actions = bench.at(now);
      }
      note(actions, now);
      const auto stop = halted(actions);
      for (auto entry = armed.begin(); entry != armed.end();) {
        const auto [key, value] = *entry;
        const double end = static_cast<double>(value.first.start_us() - Bench::t0) / 1e6 + 10;
        const bool halt = std::find(stop.begin(), stop.end(), key) != stop.end();
        const bool fail = dice(60) == 0;
        if (!halt && !fail && now < end) {
          ++entry;
          continue;
        }
        entry = armed.erase(entry);
        const double to = std::min(now, end);
        const char* reason = halt ? "halted" : fail ? "device-lost" : "complete";
        note(to > value.second ? bench.heard(now, value.first, value.second, to, reason)
                               : bench.silent(now, value.first, reason),
             now);
      }
    }
    bench.at(200);
    for (const auto& cue : cues) {
      SCOPED_TRACE(seed);
      bench.expect_closed(cue);
    }
  }
}

// ---- what simfleet found --------------------------------------------------------------------------------------------

TEST(StationCore, AHoleBeforeSomethingProvedIsBookedAndNotPlayed) {
  const auto cue = CoreBench::cue("a/2026-11-21/070100", 0, 60, 60);
  const auto at = [&](int s) { return CoreBench::t0 + s * CoreBench::second; };
  CoreBench bench{std::vector<Accounted>{{CueKey::of(cue), at(60), at(70), v1::BUCKET_PLAYED},
                                         {CueKey::of(cue), at(80), at(90), v1::BUCKET_PLAYED}},
                  CoreBench::Final{}};
  const auto actions = bench.give(0, CoreBench::plan({cue}), 1, true);
  EXPECT_EQ(CoreBench::first<Arm>(actions), nullptr);
  EXPECT_EQ(bench.account(cue), "");
  bench.at(100);
  EXPECT_EQ(bench.account(cue), "dark 10.0-20.0 station-off");
}

TEST(StationCore, ADarkCueThatANewerPlanNoLongerNamesStillGetsItsAccount) {
  const auto cue = CoreBench::cue("a/2026-11-21/070100", 0, 60, 60);
  CoreBench bench;
  bench.grade = ClockGrade::none;  // ten minutes after a boot nobody has told the time yet
  bench.give(600, CoreBench::plan({cue}), 1, true);
  auto newer = CoreBench::plan({});
  newer.set_made_us(CoreBench::t0 + 600 * CoreBench::second);
  bench.give(601, newer, 2);
  EXPECT_EQ(bench.account(cue), "");
  bench.grade = ClockGrade::disciplined;
  bench.at(602);
  bench.expect_closed(cue);
}

TEST(StationCore, ACueThatANewerPlanCancelledBeforeItsStartOwesNothing) {
  const auto cue = CoreBench::cue("a/2026-11-21/070100", 0, 60, 60);
  CoreBench bench;
  bench.give(0, CoreBench::plan({cue}));
  auto newer = CoreBench::plan({});
  newer.set_made_us(CoreBench::t0 + 10 * CoreBench::second);
  bench.give(11, newer, 2);
  bench.at(200);
  EXPECT_EQ(bench.account(cue), "");
}

TEST(StationCore, TimeSpentWaitingForAClockIsNotDarkness) {
  const auto cue = CoreBench::cue("a/2026-11-21/070100", 0, 60, 60);
  CoreBench bench;
  bench.grade = ClockGrade::none;
  bench.give(0, CoreBench::plan({cue}), 1, true);
  EXPECT_FALSE(bench.core().clock_believed());
  bench.grade = ClockGrade::disciplined;
  bench.at(90);
  EXPECT_TRUE(bench.core().clock_believed());
  EXPECT_EQ(bench.account(cue), "clock 0.0-30.0 clock-none");
}

}  // namespace
}  // namespace loa::station::core
