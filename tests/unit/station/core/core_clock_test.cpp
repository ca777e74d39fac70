// What the core does when its clock moves, beside the clock matrix.
#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using Bench = CoreBench;

const v1::Cue notice = Bench::cue("sang/2026-11-21/070100", 0, 60, 10);

v1::Cue slogan(const std::string& occurrence, double start_s, std::int64_t length_s) {
  auto cue = Bench::cue(occurrence, 0, static_cast<std::int64_t>(start_s), length_s);
  cue.set_medium(v1::MEDIUM_SIGN);
  return cue;
}

TEST(CoreClock, TheAmplifierGoesOffAfterTheLastSampleThoughTheClockIsSetBack) {
  Bench bench;
  bench.give(0, Bench::plan({notice}));
  bench.at(57);
  bench.at(58.6);
  bench.heard(70.1, notice, 60, 70, "complete");
  bench.at(66.5, 70.5, Tick{});  // four seconds back
  const auto actions = bench.at(68.2, 72.2, Tick{});
  ASSERT_NE(Bench::first<Awake>(actions), nullptr);
  EXPECT_FALSE(Bench::first<Awake>(actions)->awake);
}

TEST(CoreClock, ASignOnAirLetsGoOfAWrongTieAndTheSoundAfterItIsOnTime) {
  const auto day_long = slogan("bang/2026-11-21/070000", 0, 3600);
  Bench bench;
  bench.give(-10, Bench::plan({day_long, notice}));
  bench.at(-3);
  bench.at(0.01, PartStarted{CueKey::of(day_long), 0});
  const auto step = bench.at(21, 20, Tick{});  // a second ahead
  ASSERT_NE(Bench::first<Halt>(step), nullptr);
  EXPECT_EQ(Bench::first<Arm>(bench.at(21.01, 20.01, Tick{})), nullptr) << "nothing while it lets go";
  v1::Proof part;
  part.set_occurrence("bang/2026-11-21/070000");
  part.set_bucket(v1::BUCKET_PLAYED);
  part.set_reason("halted");
  part.set_from_us(Bench::t0);
  part.set_to_us(Bench::t0 + 20 * Bench::second + 16'000);
  const auto again = bench.at(21.02, 20.02, PartEnded{part});
  ASSERT_NE(Bench::first<Arm>(again), nullptr);
  EXPECT_EQ(to_us(Bench::first<Arm>(again)->assignment.from), Bench::t0 + 21'020'000) << "in place under the new tie";
  EXPECT_EQ(bench.account(day_long), "played 0.0-20.0 halted | clock 20.0-21.0 clock-stepped");
  const auto sound = bench.at(57.5, 56.5, Tick{});
  ASSERT_NE(Bench::first<Arm>(sound), nullptr);
  EXPECT_EQ(Bench::first<Arm>(sound)->assignment.from_mono, MonoTime{std::chrono::seconds{59}});
}

// It was on for long before: what it showed of a time that has not come is shown again in its time.
TEST(CoreClock, ASignThatWasAheadForLongGoesOnWhereItsTimeIs) {
  auto sign = CoreBench::cue("bang/2026-11-21/070100", 0, 60, 1800);
  sign.set_medium(v1::MEDIUM_SIGN);
  CoreBench bench;
  bench.give(0, CoreBench::plan({sign}));
  ASSERT_NE(CoreBench::first<Arm>(bench.at(57)), nullptr);
  bench.at(60, PartStarted{CueKey::of(sign), 0});
  bench.at(1000);
  const auto letting_go = bench.at(701, 1001, Tick{});
  ASSERT_NE(CoreBench::first<Halt>(letting_go), nullptr);
  const auto again = bench.at(701.03, 1001.03, CoreBench::part(sign, 60, 1001, "halted"));
  const auto* arm = CoreBench::first<Arm>(again);
  ASSERT_NE(arm, nullptr);
  EXPECT_NEAR(static_cast<double>(to_us(arm->assignment.from) - CoreBench::t0) / 1e6, 701.03, 0.01);
}

TEST(CoreClock, NothingIsArmedAgainUntilTheLastSignHasLetGo) {
  const auto one = slogan("bang/2026-11-21/070000", 0, 30), next = slogan("bang-2/2026-11-21/070000", 30, 30);
  Bench bench;
  bench.give(-10, Bench::plan({one, next}));
  bench.at(-3);
  bench.at(28);  // both are in the presenter's hands
  bench.at(30, 29, Tick{});
  v1::Proof part;
  part.set_occurrence("bang/2026-11-21/070000");
  part.set_bucket(v1::BUCKET_PLAYED);
  part.set_reason("halted");
  part.set_from_us(Bench::t0);
  part.set_to_us(Bench::t0 + 29 * Bench::second);
  EXPECT_EQ(Bench::first<Arm>(bench.at(30.02, 29.02, PartEnded{part})), nullptr);
  EXPECT_NE(Bench::first<Arm>(bench.at(30.03, 29.03,
                                       [&] {
                                         v1::Proof none;
                                         none.set_occurrence("bang-2/2026-11-21/070000");
                                         none.set_reason("halted");
                                         return PartEnded{none};
                                       }())),
            nullptr);
  bench.at(61.1);
  EXPECT_EQ(bench.account(one), "played 0.0-29.0 halted | clock 29.0-30.0 clock-stepped");
}

// What a late plan names of the time before it came was late, whatever the clock did in between.
TEST(CoreClock, ALatePlanIsNotTakenForDarknessAfterALeap) {
  const auto since = Bench::cue("muon/2026-11-21/073000", 0, 1800, 7200);
  for (const double leap_s : {3600.0, -86'400.0}) {
    Bench bench;
    const double wrong_s = leap_s < 0 ? -leap_s : 0;  // the clock is right afterwards
    bench.grade = ClockGrade::none;
    bench.at(wrong_s, 0, Tick{});
    bench.grade = ClockGrade::disciplined;
    bench.at(wrong_s + 1, 1, Tick{});
    bench.at(wrong_s + leap_s + 2000, 2000, Tick{});
    bench.at(wrong_s + leap_s + 2601, 2601, Tick{});
    const double now_s = wrong_s + leap_s + 2602;
    PlanArrived event{Bench::plan({since}), 1, {}, false};
    event.held.insert(*Sha256::from_bytes(Bench::object_name('a')));
    const auto actions = bench.at(now_s, 2602, event);
    ASSERT_NE(Bench::first<Arm>(actions), nullptr) << leap_s;
    v1::Proof part;
    part.set_occurrence(since.occurrence());
    part.set_bucket(v1::BUCKET_PLAYED);
    part.set_reason("complete");
    part.set_from_us(Bench::t0 + static_cast<std::int64_t>(now_s * 1e6));
    part.set_to_us(since.start_us() + since.duration_us());
    bench.at(9001 - leap_s - wrong_s, 9001, PartEnded{part});
    EXPECT_EQ(bench.account(since).find("late 0.0-"), 0U) << bench.account(since);
  }
}

TEST(CoreClock, TheRestOfACueThatIsSureWaitsForItsOwnInstant) {
  const auto hour_long = Bench::cue("dai/2026-11-21/080000", 0, 3600, 3600);
  Bench bench{
      {{CueKey::of(hour_long), hour_long.start_us(), hour_long.start_us() + 1800 * Bench::second, v1::BUCKET_PLAYED}},
      Bench::Final{}};
  bench.give(0, Bench::plan({hour_long}), 1, true);
  EXPECT_EQ(Bench::first<Arm>(bench.at(3600)), nullptr);
  EXPECT_EQ(bench.core().next_deadline(), MonoTime{std::chrono::seconds{5397}});
  const auto actions = bench.at(5397);
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  EXPECT_EQ(to_us(Bench::first<Arm>(actions)->assignment.from), Bench::t0 + 5400 * Bench::second);
}

TEST(CoreClock, AJournalFromAClockThatWasAheadDoesNotSilenceWhatIsStillToCome) {
  const auto ahead_us = notice.start_us() + 14 * 86'400 * Bench::second;
  Bench bench{{{CueKey{"mai", 0}, ahead_us, ahead_us + Bench::second, v1::BUCKET_CLOCK_UNTRUSTED}}};
  bench.give(0, Bench::plan({notice}), 1, true);
  EXPECT_NE(Bench::first<Arm>(bench.at(57)), nullptr);
}

TEST(CoreClock, ASignOnAirIsNotDisturbedByTheNoiseOfReadingClocks) {
  const auto day_long = slogan("bang/2026-11-21/070000", 0, 3600);
  Bench bench;
  bench.give(-10, Bench::plan({day_long}));
  bench.at(-3);
  EXPECT_EQ(Bench::first<Halt>(bench.at(20.0005, 20, Tick{})), nullptr);
}

TEST(CoreClock, ASignLetsGoOnlyWhenTheSoundBesideItHasEnded) {
  const auto day_long = slogan("bang/2026-11-21/070000", 0, 3600);
  Bench bench;
  bench.give(-10, Bench::plan({day_long, notice}));
  bench.at(-3);
  bench.at(57);
  EXPECT_EQ(Bench::first<Halt>(bench.at(66, 65, Tick{})), nullptr);
  v1::Proof part;
  part.set_occurrence(notice.occurrence());
  part.set_bucket(v1::BUCKET_PLAYED);
  part.set_reason("complete");
  part.set_from_us(notice.start_us());
  part.set_to_us(notice.start_us() + notice.duration_us());
  const auto actions = bench.at(71.1, 70.1, PartEnded{part});
  EXPECT_EQ(bench.account(notice), "played 0.0-10.0 complete");
  ASSERT_NE(Bench::first<Halt>(actions), nullptr);
  EXPECT_EQ(Bench::first<Halt>(actions)->cue, CueKey::of(day_long));
}

TEST(CoreClock, ACueGoesOnByTheMonotonicClockWhenTheClockIsLost) {
  auto strict = notice;
  strict.set_required_grade(v1::CLOCK_GRADE_DISCIPLINED);
  Bench bench;
  bench.give(0, Bench::plan({strict}));
  bench.grade = ClockGrade::none;
  const auto actions = bench.at(-1e9, 57.5, Tick{});  // 1995, and nobody answers for it
  ASSERT_NE(Bench::first<Arm>(actions), nullptr);
  EXPECT_EQ(Bench::first<Arm>(actions)->assignment.from_mono, MonoTime{std::chrono::seconds{60}});
  bench.at(-1e9, 70.1, [&] {
    v1::Proof part;
    part.set_occurrence(strict.occurrence());
    part.set_bucket(v1::BUCKET_PLAYED);
    part.set_reason("complete");
    part.set_from_us(strict.start_us());
    part.set_to_us(strict.start_us() + strict.duration_us());
    return PartEnded{part};
  }());
  ASSERT_EQ(bench.kept().size(), 1U);
  EXPECT_EQ(bench.kept()[0].clock_grade(), v1::CLOCK_GRADE_LAST_KNOWN) << "nobody confirms it any more";
}

TEST(CoreClock, ATieMovedByANetworkClockIsDisciplinedNoMore) {
  auto strict = notice;
  strict.set_required_grade(v1::CLOCK_GRADE_DISCIPLINED);
  Bench bench;
  bench.give(0, Bench::plan({strict}));
  bench.grade = ClockGrade::network;
  EXPECT_EQ(Bench::first<Arm>(bench.at(58.5, 57.5, Tick{})), nullptr);
  bench.grade = ClockGrade::disciplined;
  EXPECT_NE(Bench::first<Arm>(bench.at(62, 61, Tick{})), nullptr);
  EXPECT_EQ(bench.account(strict), "");
}

TEST(CoreClock, ProofsNameTheGradeTheirPartBeganWith) {
  Bench bench;
  bench.give(0, Bench::plan({notice}));
  bench.at(57);
  bench.grade = ClockGrade::none;
  bench.heard(70.1, notice, 60, 70, "complete");
  ASSERT_EQ(bench.kept().size(), 1U);
  EXPECT_EQ(bench.kept()[0].clock_grade(), v1::CLOCK_GRADE_DISCIPLINED);
}

TEST(CoreClock, NoCueIsPlayedByTheLastKnownTimeWhateverItAsksFor) {
  for (const auto required : {v1::CLOCK_GRADE_NONE, v1::CLOCK_GRADE_LAST_KNOWN}) {
    auto easy = notice;
    easy.set_required_grade(required);
    StationCore core{{}, {}, MonoTime{}, ClockMemory{wall_from_us(Bench::t0), {}, {}}};
    PlanArrived event{Bench::plan({easy}), 1, {}, true};
    event.held.insert(*Sha256::from_bytes(Bench::object_name('a')));
    for (const double at_s : {0.0, 57.0, 61.0, 100.0}) {
      const Now now{WallTime{Micros{1}}, MonoTime{std::chrono::milliseconds{static_cast<int>(at_s * 1000)}},
                    ClockGrade::none};
      const auto actions = core.on(at_s == 0 ? Event{event} : Event{Tick{}}, now);
      EXPECT_EQ(Bench::first<Arm>(actions), nullptr);
      EXPECT_EQ(Bench::first<Keep>(actions), nullptr);
      EXPECT_EQ(Bench::first<Remember>(actions), nullptr);
    }
  }
}

TEST(CoreClock, AClockBeforeTheMakingOfTheSignedPlanMustInsist) {
  Bench bench;
  bench.give(-7 * 86'400.0, Bench::plan({notice}), 1, true);
  EXPECT_FALSE(bench.core().clock_believed());
  ASSERT_TRUE(bench.core().next_deadline());
  const auto actions = bench.at(0, 1, Tick{});
  EXPECT_TRUE(bench.core().clock_believed()) << "put right in the meantime";
  ASSERT_NE(Bench::first<Remember>(actions), nullptr);
  EXPECT_EQ(Bench::first<Remember>(actions)->memory.pending, wall_from_us(Bench::t0)) << "nothing has borne it out yet";
}

// A session is counted by the plan's instants: no step makes an hour, a day or a week of its own.
TEST(CoreClock, SessionsOfADayAreCountedByThePlanAlsoWhenTheClockIsStepped) {
  const auto noon = Bench::cue("trua/2026-11-21/080000", 0, 3600, 10);
  const auto tomorrow = Bench::cue("sang/2026-11-22/080000", 0, 25 * 3600, 10);
  auto plan = Bench::plan({notice, noon, tomorrow});
  plan.mutable_policy()->set_sessions_per_day(1);
  Bench bench;
  bench.give(0, plan);
  bench.at(57);
  bench.at(60.1, PartStarted{CueKey::of(notice), 0});
  bench.heard(70.1, notice, 60, 70, "complete");
  const double day = 86'400;
  bench.at(day + 100, 100, Tick{});
  bench.at(day + 701, 701, Tick{});  // a day ahead for ten minutes: believed, and over the second session of today
  EXPECT_EQ(bench.account(noon), "clock 0.0-10.0 clock-stepped");
  EXPECT_NE(Bench::first<Arm>(bench.at(25 * 3600 - 2, 3600 - 2, Tick{})), nullptr) << "tomorrow's first session";
  bench.at(25 * 3600 + 0.1, 3600.1, PartStarted{CueKey::of(tomorrow), 0});
  bench.heard(3610.1, tomorrow, 25 * 3600, 25 * 3600 + 10, "complete");
  const auto second = Bench::cue("trua/2026-11-22/090000", 0, 26 * 3600, 10);
  auto more = Bench::plan({notice, noon, tomorrow, second});
  *more.mutable_policy() = plan.policy();
  bench.at(4000, 4000, PlanArrived{more, 2, {*Sha256::from_bytes(Bench::object_name('a'))}, false});
  bench.at(4700, 4700, Tick{});  // back to today: tomorrow's session has not been
  EXPECT_NE(Bench::first<Arm>(bench.at(26 * 3600 - 1, 26 * 3600 - 1, Tick{})), nullptr);
}

TEST(CoreClock, TheDaysOfAWeekAreCountedAlsoAcrossAStepIntoTheNext) {
  auto plan = Bench::plan({});
  const auto saturday = notice;
  const auto sunday = Bench::cue("sang/2026-11-22/070100", 0, 86'400 + 60, 10);
  const auto monday = Bench::cue("sang/2026-11-23/000010", 0, 41 * 3600 + 10, 10);  // ten seconds into the local week
  plan = Bench::plan({saturday, sunday, monday});
  plan.mutable_policy()->set_days_per_week(1);
  Bench bench;
  bench.give(0, plan);
  bench.at(57);
  bench.at(60.1, PartStarted{CueKey::of(saturday), 0});
  bench.heard(70.1, saturday, 60, 70, "complete");
  bench.at(86'400 + 57, 86'400 + 57, Tick{});
  bench.at(86'400 + 71, 86'400 + 71, Tick{});
  EXPECT_EQ(bench.account(sunday), "refused 0.0-10.0 policy-days");
  bench.at(41 * 3600 + 4, 41 * 3600, Tick{});  // four seconds ahead, over local midnight
  EXPECT_NE(Bench::first<Arm>(bench.at(41 * 3600 + 8, 41 * 3600 + 4, Tick{})), nullptr);
}

// The office made the newer plan when the notice had begun; by our clock the notice is still to come.
TEST(CoreClock, APlanFromTheFutureWaitsForTheCuesThatItLeavesOut) {
  Bench bench;
  bench.give(0, Bench::plan({notice}));
  auto newer = Bench::plan({});
  newer.set_made_us(notice.start_us());
  EXPECT_FALSE(bench.core().awaits_cue_before(newer)) << "the notice begins when the plan is made: it has been dropped";
  newer.set_made_us(notice.start_us() + Bench::second);
  EXPECT_TRUE(bench.core().awaits_cue_before(newer));
  auto naming = Bench::plan({notice});
  naming.set_made_us(newer.made_us());
  EXPECT_FALSE(bench.core().awaits_cue_before(naming)) << "it names the notice itself";
  bench.at(57);
  bench.at(60.1, PartStarted{CueKey::of(notice), 0});
  EXPECT_FALSE(bench.core().awaits_cue_before(newer)) << "begun: what it owes is on its mark";
}

}  // namespace
}  // namespace loa::station::core
