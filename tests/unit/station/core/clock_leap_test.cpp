// A clock that is ahead for a while: nothing of a time that has not come is final, and every cue whose time comes under
// a right clock sounds.
#include "tests/unit/station/core/clock_matrix_rules.hpp"

namespace loa::station::core {
namespace {

using namespace matrix;

constexpr std::int64_t begin_us = CoreBench::t0 - 3600 * CoreBench::second;  // when the plan is made
constexpr auto right = ClockGrade::disciplined;

/// One minute, each day at 07:00 local time and half past noon, for so many days.
std::vector<v1::Cue> daily(int days) {
  std::vector<v1::Cue> cues;
  for (int day = 0; day < days; ++day) {
    for (const std::int64_t hours : {0, 5}) {
      const auto name = fmt::format("tin-{}/2026-11-{:02}/070000", hours, day % 28 + 1) + (day < 28 ? "" : "0");
      cues.push_back(CoreBench::cue(name, static_cast<std::uint32_t>(day), day * 86'400 + hours * 3600 + 60, 60));
    }
  }
  return cues;
}

struct Station {
  explicit Station(std::vector<Phase> phases, int days = 30, std::int64_t boot_us = begin_us)
      : cues(daily(days)), bench(std::move(phases), boot_us, {}), plan(CoreBench::plan(cues)) {
    plan.set_made_us(begin_us);
    plan.set_horizon_us(begin_us + (days + 2) * day);
  }
  /// The office signs something every so often, as its receipts do.
  void hear_the_office(std::int64_t from_us, std::int64_t to_us, std::int64_t every_us = 5 * hour) {
    for (std::int64_t at = from_us; at < to_us; at += every_us) bench.office_speaks(at, at);
  }
  void run() { bench.run(plan, plan.horizon_us()); }

  /// The cue was heard whole at its own true instant, counts as played once, and as nothing else.
  void expect_sounds(const v1::Cue& cue) const {
    const bool heard = std::any_of(bench.heard().begin(), bench.heard().end(), [&](const Heard& one) {
      return CueKey::of(one.cue) == CueKey::of(cue) && std::abs(one.at_us - cue.start_us()) <= 1000 &&
             one.from_us == cue.start_us() && one.to_us == cue.start_us() + cue.duration_us();
    });
    EXPECT_TRUE(heard) << cue.title() << " " << cue.start_us();
    EXPECT_EQ(told(cue, account_of(cue, bench.kept())), "played 0.00-60.00") << cue.title();
  }
  void expect_all_from(std::int64_t right_us) const {
    for (const auto& cue : cues)
      if (cue.start_us() >= right_us) expect_sounds(cue);
  }
  [[nodiscard]] int times_heard(const v1::Cue& cue) const {
    return static_cast<int>(std::count_if(bench.heard().begin(), bench.heard().end(),
                                          [&](const Heard& one) { return CueKey::of(one.cue) == CueKey::of(cue); }));
  }

  std::vector<v1::Cue> cues;
  ClockMatrixBench bench;
  v1::Plan plan;
};

TEST(ClockLeap, TwentyDaysAheadForHalfAMinuteAtTheStartSilenceNothing) {
  for (const bool killed : {false, true}) {
    for (const bool online : {false, true}) {
      SCOPED_TRACE(fmt::format("killed {}, online {}", killed, online));
      const std::int64_t righted_us = begin_us + 35 * second;
      Station station{{{begin_us, 20 * day, right}, {righted_us, 0, right}}};
      if (online) station.hear_the_office(begin_us + 5 * second, begin_us + 30 * day);
      if (killed) station.bench.restart_at(righted_us);
      station.run();
      station.expect_all_from(righted_us);
      EXPECT_TRUE(std::any_of(station.bench.kept().begin(), station.bench.kept().end(),
                              [](const v1::Proof& part) { return part.anew(); }));
    }
  }
}

TEST(ClockLeap, FortyDaysAheadForElevenMinutesInMidRunSilenceNothingAfterwards) {
  for (const bool online : {false, true}) {
    const std::int64_t lies_us = begin_us + 3 * day + 7 * hour, righted_us = lies_us + 11 * minute;
    Station station{{{begin_us, 0, right}, {lies_us, 40 * day, right}, {righted_us, 0, right}}};
    if (online) station.hear_the_office(begin_us + second, begin_us + 30 * day);
    station.run();
    station.expect_all_from(righted_us);
    for (const auto& cue : station.cues)
      if (cue.start_us() < lies_us) station.expect_sounds(cue);
  }
}

TEST(ClockLeap, TenYearsAheadForTwelveMinutesDoNotCostTheCueThatBeginsSoonAfter) {
  for (const bool online : {false, true}) {
    const std::int64_t cue_us = daily(9)[16].start_us(), righted_us = cue_us - 210 * second;
    Station station{{{begin_us, 0, right}, {righted_us - 12 * minute, 3650 * day, right}, {righted_us, 0, right}}};
    if (online) station.hear_the_office(begin_us + second, begin_us + 30 * day);
    station.run();
    station.expect_all_from(righted_us);
  }
}

TEST(ClockLeap, WhatWasHeardUnderALieIsHeardAgainInItsTimeAndCountsOnce) {
  const std::int64_t lies_us = begin_us + 30 * minute, righted_us = lies_us + 3 * hour;
  Station station{{{begin_us, 0, right}, {lies_us, 5 * day + 4 * hour, right}, {righted_us, 0, right}}};
  station.run();
  station.expect_all_from(righted_us);
  const auto& twice = station.cues[11];  // of the sixth day's noon
  ASSERT_EQ(station.times_heard(twice), 2);
  const auto& kept = station.bench.kept();
  const auto last = std::find_if(kept.rbegin(), kept.rend(),
                                 [&](const v1::Proof& part) { return CueKey::of(part) == CueKey::of(twice); });
  EXPECT_TRUE(last->anew());
  EXPECT_EQ(last->again_us(), 60 * second);
}

TEST(ClockLeap, WhatIsSureIsNeverPlayedAgainByAClockThatIsSetBack) {
  const std::int64_t lies_us = begin_us + 8 * day, righted_us = lies_us + 3 * hour;
  for (const bool online : {false, true}) {
    Station station{{{begin_us, 0, right}, {lies_us, -6 * day, right}, {righted_us, 0, right}}};
    if (online) station.hear_the_office(begin_us + second, lies_us);
    station.run();
    for (const auto& cue : station.cues) {
      if (cue.start_us() < lies_us) {
        EXPECT_EQ(station.times_heard(cue), 1) << cue.title();
      }
    }
    station.expect_all_from(righted_us);
  }
}

TEST(ClockLeap, ALeapThatTheOfficeBearsOutIsFinal) {
  const std::int64_t wakes_us = begin_us + 10 * day;  // without power until then, and nobody knows
  const std::int64_t lies_us = wakes_us + hour;
  Station station{{{wakes_us, 0, right}, {lies_us, -9 * day, right}, {lies_us + hour, 0, right}}, 30, wakes_us};
  station.bench.office_speaks(wakes_us + minute, wakes_us + minute);
  station.run();
  for (const auto& cue : station.cues) {
    if (cue.start_us() < wakes_us) {
      EXPECT_EQ(station.times_heard(cue), 0) << cue.title();
    }
  }
  station.expect_all_from(lies_us + hour);
}

TEST(ClockLeap, ADayOfUptimeOverRestartsBearsOutALeapToo) {
  const std::int64_t wakes_us = begin_us + 10 * day, lies_us = wakes_us + 7 * day;
  Station station{{{wakes_us, 0, right}, {lies_us, -9 * day, right}, {lies_us + hour, 0, right}}, 30, wakes_us};
  for (int half_days = 1; half_days < 14; ++half_days) station.bench.restart_at(wakes_us + half_days * 12 * hour);
  station.run();
  for (const auto& cue : station.cues) {
    if (cue.start_us() < wakes_us) {
      EXPECT_EQ(station.times_heard(cue), 0) << cue.title();
    }
  }
  station.expect_all_from(lies_us + hour + 11 * minute);
}

TEST(ClockLeap, MonthsOfflineNothingOfATimeThatHasNotComeIsFinal) {
  std::vector<Phase> phases{{begin_us, 0, right}};
  std::vector<std::pair<std::int64_t, std::int64_t>> lies;
  for (int n = 0; n < 9; ++n) {
    const std::int64_t at = begin_us + (10 * n + 4) * day + 8 * hour + n * 37 * minute;
    lies.emplace_back(at, at + 13 * minute);
    phases.push_back({at, (n % 2 == 0 ? 20 : 3650) * day, right});
    phases.push_back({at + 13 * minute, 0, right});
  }
  Station station{phases, 100};
  for (int n = 0; n < 9; n += 3) station.bench.restart_at(lies[static_cast<std::size_t>(n)].second);
  station.run();
  for (const auto& cue : station.cues) {
    const bool lied = std::any_of(lies.begin(), lies.end(), [&](const auto& lie) {
      return cue.start_us() + cue.duration_us() > lie.first - 3 * second && cue.start_us() < lie.second;
    });
    if (!lied) station.expect_sounds(cue);
  }
}

// Started ahead, it heard the sessions of Thursday: they are none of this week's three days.
TEST(ClockLeap, ASessionThatWasHeardBeforeItsTimeIsNoSessionOfItsDay) {
  const std::int64_t righted_us = begin_us + 9 * hour;
  for (const bool killed : {false, true}) {
    Station station{{{begin_us, 5 * day, right}, {righted_us, 0, right}}};
    station.plan.mutable_policy()->set_days_per_week(3);
    if (killed) station.bench.restart_at(righted_us);
    station.run();
    ASSERT_EQ(station.times_heard(station.cues[10]), 1) << "under the lie, and refused in its time";
    for (std::size_t of_monday = 4, i = of_monday; i < of_monday + 6; ++i) station.expect_sounds(station.cues[i]);
  }
}

// Its clock moved while a cue was on air: what sounds is not moved, and is not cut into pieces afterwards.
TEST(ClockLeap, WhatIsOnAirWhenTheClockIsPutRightKeepsItsAccount) {
  const std::int64_t righted_us = begin_us + hour - 20 * minute + 90 * second;  // by the lie, in the midst of the first
  Station station{{{begin_us, 20 * minute, right}, {righted_us, 0, right}}};
  station.run();
  EXPECT_EQ(station.times_heard(station.cues[0]), 2) << "twenty minutes early, and in its time";
  station.expect_all_from(righted_us + minute);
}

// It lost the air and does not come back: its account reaches to its end, which has not come.
TEST(ClockLeap, ACueThatWasGivenUpInItsTimeDoesNotComeBackAfterARestart) {
  const auto news = CoreBench::cue("tin/2026-11-21/070100", 0, 60, 60);
  const auto at = [](int s) { return CoreBench::t0 + s * CoreBench::second; };
  for (const bool clock_at_once : {true, false}) {
    CoreBench bench{std::vector<Accounted>{{CueKey::of(news), at(60), at(70), v1::BUCKET_PLAYED},
                                           {CueKey::of(news), at(70), at(120), v1::BUCKET_INTERRUPTED}}};
    bench.grade = clock_at_once ? ClockGrade::disciplined : ClockGrade::none;
    bench.give(75, CoreBench::plan({news}), 1, true);
    bench.grade = ClockGrade::disciplined;
    EXPECT_EQ(CoreBench::first<Arm>(bench.at(76)), nullptr);
    bench.at(121);
    EXPECT_EQ(bench.account(news), "");
  }
}

// The clock is set back for a while, and nothing was sure yet: what was heard in its time is open again, and the right
// clock leaps over it. Nothing takes the place of what was said.
TEST(ClockLeap, WhatTheRightClockLeapsOverAgainKeepsTheAccountOfItsTime) {
  Station station{
      {{begin_us, 0, right}, {begin_us + 2 * hour, -110 * minute, right}, {begin_us + 140 * minute, 0, right}}};
  station.run();
  EXPECT_EQ(station.times_heard(station.cues[0]), 1);
  station.expect_all_from(begin_us);
}

// The restart forgot that the clock had been ahead when the whole cue was given up; the part said anew tells it.
/// Muted when a clock that is right is set back for half an hour: on the way forth again nobody would remember why.
TEST(ClockLeap, WhatWasWaitedForWhenTheClockWasSetBackKeepsItsReason) {
  using Bench = CoreBench;
  const auto bulletin = Bench::cue("tin/2026-11-21/070500", 0, 300, 600);
  v1::Command command;
  command.set_id("c1");
  command.mutable_mute()->set_reason("funeral");
  command.mutable_mute()->set_until_us(Bench::t0 + 3'600 * Bench::second);
  Bench bench;
  bench.give(0, Bench::plan({bulletin}));
  bench.at(10, CommandArrived{command});
  bench.at(300);
  bench.at(600);
  bench.at(-3'000, 600.5, Tick{});
  bench.at(-2'000, 1'600.5, Tick{});  // believed: it has insisted
  bench.at(2'000, 2'000, Tick{});
  bench.at(3'000, 3'000, Tick{});
  EXPECT_EQ(bench.account(bulletin), "muted 0.0-300.5 muted-by-command | clock 300.5-600.0 clock-stepped");
}

TEST(ClockLeap, ACueThatAClockAheadGaveUpGoesOnAfterARestartInItsMidst) {
  const auto news = CoreBench::cue("tin/2026-11-21/070100", 0, 60, 60);
  const auto at = [](int s) { return CoreBench::t0 + s * CoreBench::second; };
  CoreBench bench{
      std::vector<Accounted>{{CueKey::of(news), at(60), at(120), v1::BUCKET_SKIPPED_LATE},
                             {CueKey::of(news), at(60), at(70), v1::BUCKET_PLAYED, v1::MEDIUM_AUDIO, true}}};
  const auto actions = bench.give(75, CoreBench::plan({news}), 1, true);
  const auto* arm = CoreBench::first<Arm>(actions);
  ASSERT_NE(arm, nullptr);
  EXPECT_EQ(to_us(arm->assignment.from), at(75));
  EXPECT_TRUE(arm->assignment.anew);
}

// What the journal says of a sign is no session: on a sign's page nobody counts hours.
TEST(ClockLeap, WhatASignShowedIsNoSessionAfterARestart) {
  const auto news = CoreBench::cue("tin/2026-11-21/070100", 0, 60, 10);
  std::vector<Accounted> journal;
  for (const char* page : {"bang/2026-11-21/063000", "bang/2026-11-21/060000"})
    journal.push_back({CueKey{page, 0}, CoreBench::t0 - 1800 * CoreBench::second,
                       CoreBench::t0 - 60 * CoreBench::second, v1::BUCKET_PLAYED, v1::MEDIUM_SIGN});
  CoreBench bench{journal};
  auto plan = CoreBench::plan({news});
  plan.mutable_policy()->set_sessions_per_day(2);
  bench.give(0, plan, 1, true);
  EXPECT_NE(CoreBench::first<Arm>(bench.at(57)), nullptr);
}

}  // namespace
}  // namespace loa::station::core
