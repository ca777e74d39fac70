#include "station/core/device_trials.hpp"

#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using namespace std::chrono_literals;

CoreSettings with_outputs(std::vector<v1::Medium> outputs) {
  CoreSettings settings;
  settings.trials.outputs = std::move(outputs);
  return settings;
}

/// A station with loudspeaker and sign.
class TrialBench : public testing::Test, protected CoreBench {
 protected:
  TrialBench() : CoreBench(with_outputs({v1::MEDIUM_AUDIO, v1::MEDIUM_SIGN})) {}

  static int tries(const Actions& actions, v1::Medium medium) {
    return static_cast<int>(std::count_if(actions.begin(), actions.end(), [&](const Action& action) {
      const auto* order = std::get_if<Try>(&action);
      return order != nullptr && order->medium == medium;
    }));
  }
  int sound_tries(double at_s) { return tries(at(at_s), v1::MEDIUM_AUDIO); }
  Actions tried(double at_s, v1::Medium medium, const std::string& trouble = {}) {
    return at(at_s, DeviceTried{medium, trouble});
  }
  [[nodiscard]] std::string state_of(const std::string& code) {
    for (const auto& fault : core().faults().standing()) {
      if (fault.code() == code) return v1::FaultState_Name(fault.state()).substr(12) + " " + fault.text();
    }
    return "";
  }
};

TEST_F(TrialBench, TriesEachOutputWhenItStartsAndOnceADayWithoutAPlanOrAClock) {
  grade = ClockGrade::none;
  EXPECT_EQ(sound_tries(1), 0);
  const auto first = at(2);
  EXPECT_EQ(tries(first, v1::MEDIUM_AUDIO), 1);
  EXPECT_EQ(tries(first, v1::MEDIUM_SIGN), 1);
  EXPECT_EQ(sound_tries(3), 0) << "it is under way";
  tried(4, v1::MEDIUM_AUDIO);
  EXPECT_EQ(sound_tries(86'403), 0);
  EXPECT_EQ(sound_tries(86'404), 1);
}

TEST_F(TrialBench, AFailureThatIsConfirmedIsAFaultAndPassesWhenTheOutputWorksAgain) {
  at(2);
  tried(2.1, v1::MEDIUM_AUDIO, "no such card");
  EXPECT_EQ(state_of("device-gone"), "") << "a card may be slow to appear";
  EXPECT_EQ(sound_tries(12.1), 1);
  tried(12.2, v1::MEDIUM_AUDIO, "no such card");
  EXPECT_EQ(state_of("device-gone"), "NEW no such card");
  EXPECT_EQ(state_of("panel"), "");
  EXPECT_EQ(sound_tries(42.2), 1) << "so it passes half a minute after somebody has put the card in";
  tried(42.3, v1::MEDIUM_AUDIO);
  at(42.3 + 3600);
  EXPECT_EQ(state_of("device-gone").substr(0, 8), "RESOLVED");
}

TEST_F(TrialBench, AFailureOfTheSignIsTheFaultPanel) {
  at(2);
  tried(2.1, v1::MEDIUM_SIGN, "no display");
  at(13);
  tried(13.1, v1::MEDIUM_SIGN, "no display");
  EXPECT_EQ(state_of("panel"), "NEW no display");
  EXPECT_EQ(state_of("device-gone"), "");
}

TEST_F(TrialBench, TriesNothingThatIsInUseOrDueWithinAMinute) {
  give(0, plan({cue("sang/2026-11-21/070100", 0, 61, 100)}));
  EXPECT_EQ(sound_tries(2), 0) << "59 s before";
  EXPECT_EQ(sound_tries(100), 0) << "on air";
  at(162, part(cue("sang/2026-11-21/070100", 0, 61, 100), 61, 161, "complete"));
  EXPECT_EQ(sound_tries(163), 0) << "awake";
  int total = 0;
  for (int s = 170; s < 200; ++s) total += sound_tries(s);
  EXPECT_EQ(total, 1) << "soon after";
}

TEST_F(TrialBench, ASignThatShowsSlogansAllDayDoesNotKeepTheSoundCardFromItsTrial) {
  auto slogan = cue("kh/2026-11-21/070000", 0, 0, 80'000);
  slogan.set_medium(v1::MEDIUM_SIGN);
  give(0, plan({slogan}));
  const auto actions = at(2);
  EXPECT_EQ(tries(actions, v1::MEDIUM_AUDIO), 1);
  EXPECT_EQ(tries(actions, v1::MEDIUM_SIGN), 0);
}

TEST_F(TrialBench, WhatFailsInUseIsAFaultAtOnceAndIsTriedUntilItWorks) {
  const auto bulletin = cue("sang/2026-11-21/070100", 0, 61, 10);
  give(0, plan({bulletin}));
  at(58);
  at(61, part(bulletin, 61, 61, "device-lost"));
  EXPECT_EQ(state_of("device-gone").substr(0, 3), "NEW");
  at(72);
  int total = 0;
  for (int s = 73; s < 140; ++s) {
    if (sound_tries(s) == 0) continue;
    ++total;
    tried(s + 0.5, v1::MEDIUM_AUDIO);
  }
  EXPECT_EQ(total, 1);
  at(4'000);
  EXPECT_EQ(state_of("device-gone").substr(0, 8), "RESOLVED") << "long before the next programme";
}

TEST_F(TrialBench, IsNeverAskedToBeWokenInThePast) {
  for (double s = 0; s < 400; s += 0.7) {
    for (const auto& action : at(s)) {
      if (const auto* order = std::get_if<Try>(&action)) tried(s, order->medium, s < 200 ? "gone" : "");
    }
    ASSERT_TRUE(core().next_deadline());
    EXPECT_GT(*core().next_deadline(), MonoTime{std::chrono::nanoseconds{static_cast<std::int64_t>(s * 1e9)}}) << s;
  }
}

// ---- tests by order -------------------------------------------------------------------------------------------------

class OutputTestBench : public TrialBench {
 protected:
  Actions order(double at_s, int gain_cb = 0) {
    v1::Command command;
    command.set_id("thu-1");
    command.mutable_test()->set_gain_cb(gain_cb);
    return at(at_s, CommandArrived{command});
  }
  static std::optional<v1::Answer> answer(const Actions& actions) {
    for (const auto& action : actions) {
      if (const auto* reply = std::get_if<Reply>(&action)) return reply->answer;
    }
    return std::nullopt;
  }
  static std::vector<Assignment> armed(const Actions& actions) {
    std::vector<Assignment> all;
    for (const auto& action : actions) {
      if (const auto* arm = std::get_if<Arm>(&action)) all.push_back(arm->assignment);
    }
    return all;
  }
  v1::Plan open_all_day() {
    auto made = plan({cue("sang/2026-11-21/190000", 0, 43'200, 60)});
    made.mutable_policy()->mutable_windows(0)->set_level_cap_cb(-400);
    return made;
  }
};

TEST_F(OutputTestBench, SoundsATonePastNoCapAndShowsAPageAndSaysWhatTheSinkMeasured) {
  give(0, open_all_day());
  const auto actions = order(100, -100);
  EXPECT_FALSE(answer(actions)) << "when it is over";
  const auto assignments = armed(actions);
  ASSERT_EQ(assignments.size(), 2U);
  EXPECT_TRUE(assignments[0].test);
  EXPECT_EQ(assignments[0].gain_cb, -400) << "the policy's cap";
  EXPECT_EQ(assignments[0].cue.duration_us(), 2 * second);
  EXPECT_EQ(assignments[1].cue.duration_us(), 3 * second);
  EXPECT_TRUE(std::any_of(actions.begin(), actions.end(), [](const Action& action) {
    const auto* awake = std::get_if<Awake>(&action);
    return awake != nullptr && awake->medium == v1::MEDIUM_AUDIO && awake->awake;
  }));
  at(102, PartStarted{CueKey::of(assignments[0].cue), -210});
  EXPECT_TRUE(core().broadcasting());
  auto sound = part(assignments[0].cue, 102, 104, "complete");
  sound.part.set_gain_cb(-400);
  sound.part.set_start_error_us(-210);
  EXPECT_FALSE(answer(at(104, sound))) << "the sign is not over";
  const auto said = answer(at(105, part(assignments[1].cue, 102, 105, "complete")));
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->accepted());
  ASSERT_EQ(said->measured_size(), 2);
  EXPECT_EQ(said->measured(0).medium(), v1::MEDIUM_AUDIO);
  EXPECT_EQ(said->measured(0).frames(), 96'000U);
  EXPECT_EQ(said->measured(0).start_error_us(), -210);
  EXPECT_EQ(said->measured(1).medium(), v1::MEDIUM_SIGN);
  EXPECT_TRUE(protocol::message::check(*said)) << protocol::message::check(*said).error().text;
  EXPECT_TRUE(kept().empty()) << "no proof: it is no cue";
}

TEST_F(OutputTestBench, IsRefusedOutsideTheLawfulHoursAndWithoutAPlan) {
  const auto page = armed(order(10));
  ASSERT_EQ(page.size(), 1U) << "of the sign alone";
  const auto said = answer(at(16, part(page[0].cue, 12, 15, "complete")));
  ASSERT_TRUE(said);
  EXPECT_NE(said->text().find("no plan"), std::string::npos) << said->text();
  auto closed = open_all_day();
  closed.mutable_policy()->mutable_windows(0)->set_from_minute(1'200);
  give(20, closed, 2);
  const auto actions = order(30);
  EXPECT_EQ(armed(actions).size(), 1U) << "a sign has no hours";
  at(34, part(armed(actions)[0].cue, 32, 35, "complete"));
  EXPECT_EQ(armed(actions)[0].cue.medium(), v1::MEDIUM_SIGN);
}

TEST_F(OutputTestBench, SaysWhyAnOutputWasLeftOut) {
  auto closed = open_all_day();
  closed.mutable_policy()->mutable_windows(0)->set_from_minute(1'200);
  give(20, closed, 2);
  const auto actions = order(30);
  const auto said = answer(at(36, part(armed(actions).at(0).cue, 32, 35, "complete")));
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->accepted());
  EXPECT_NE(said->text().find("ngoài giờ"), std::string::npos) << said->text();
}

TEST_F(OutputTestBench, IsNeverHeardOverAProgrammeNorShortlyBeforeOne) {
  give(0, plan({cue("sang/2026-11-21/070100", 0, 61, 100)}));
  for (const double at_s : {10.0, 62.0}) {
    const auto actions = order(at_s);
    for (const auto& assignment : armed(actions)) {
      EXPECT_FALSE(assignment.test && assignment.cue.medium() == v1::MEDIUM_AUDIO) << at_s;
      if (assignment.test) at(at_s + 6, part(assignment.cue, at_s + 2, at_s + 5, "complete"));
    }
  }
}

TEST_F(OutputTestBench, CountsAsNoSession) {
  auto strict = plan({cue("sang/2026-11-21/071000", 0, 600, 60), cue("chieu/2026-11-21/072000", 0, 1'200, 60)});
  strict.mutable_policy()->set_sessions_per_day(1);
  give(0, strict);
  const auto tone = armed(order(10)).at(0).cue;
  at(12, PartStarted{CueKey::of(tone), 0});
  at(14, part(tone, 12, 14, "complete"));
  EXPECT_EQ(armed(at(598)).size(), 1U) << "the one session of the day is still free";
}

TEST_F(OutputTestBench, EndsWithAStopAndSaysWhatWasHeardUntilThen) {
  give(0, open_all_day());
  const auto tone = armed(order(10)).at(0).cue;
  at(12, PartStarted{CueKey::of(tone), 0});
  v1::Command stop;
  stop.set_id("dung");
  stop.mutable_stop();
  const auto actions = at(13, CommandArrived{stop});
  EXPECT_EQ(std::count_if(actions.begin(), actions.end(),
                          [](const Action& action) { return std::holds_alternative<Halt>(action); }),
            2);
  EXPECT_FALSE(answer(order(13.1))->accepted()) << "one at a time";
}

TEST_F(OutputTestBench, ADeviceThatFailsIsInTheAnswerAndAFault) {
  give(0, open_all_day());
  const auto assignments = armed(order(10));
  at(12, part(assignments[0].cue, 12, 12, "device-lost"));
  const auto said = answer(at(15, part(assignments[1].cue, 12, 15, "complete")));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->measured(0).reason(), "device-lost");
  EXPECT_EQ(said->measured(0).frames(), 0U);
  EXPECT_EQ(state_of("device-gone").substr(0, 3), "NEW");
}

}  // namespace
}  // namespace loa::station::core
