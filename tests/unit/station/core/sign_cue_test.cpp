#include "protocol/message/compact.hpp"
#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using Bench = CoreBench;

/// A playlist of two pages, 'p' and 'q', from second 60 on.
v1::Cue playlist(std::int64_t length_s) {
  auto cue = Bench::cue("bang-led/2026-11-21/070100", 0, 60, length_s);
  cue.set_medium(v1::MEDIUM_SIGN);
  for (const char object : {'p', 'q'}) {
    auto* page = cue.add_pages();
    page->set_object(Bench::object_name(object));
    page->set_dwell_us(10 * Bench::second);
  }
  cue.set_object(cue.pages(0).object());
  return cue;
}

v1::Plan plan(const v1::Cue& cue) {
  auto made = Bench::plan({cue});
  made.clear_objects();
  for (const auto& page : cue.pages()) made.add_objects()->set_sha256(page.object());
  return made;
}

Sha256 object(char letter) { return *Sha256::from_bytes(Bench::object_name(letter)); }

TEST(SignCue, BeginsWithThePagesThatAreHereAndAsksForTheOthers) {
  Bench bench;
  const auto cue = playlist(60);
  const auto given = bench.at(0, PlanArrived{plan(cue), 1, {object('q')}, false});
  const auto* want = Bench::first<Want>(given);
  ASSERT_NE(want, nullptr);
  ASSERT_EQ(want->objects.size(), 1U);
  EXPECT_EQ(want->objects[0].sha256(), Bench::object_name('p'));
  const auto actions = bench.at(57);
  EXPECT_NE(Bench::first<Arm>(actions), nullptr);
  EXPECT_EQ(Bench::first<Raise>(given), nullptr) << "it may be on its way";
}

TEST(SignCue, APageThatDoesNotComeForAMinuteIsAFault) {
  Bench bench;
  const auto cue = playlist(600);
  EXPECT_EQ(Bench::first<Raise>(bench.at(0, PlanArrived{plan(cue), 1, {object('q')}, false})), nullptr);
  EXPECT_LE(*bench.core().next_deadline(), MonoTime{std::chrono::seconds{60}});
  EXPECT_EQ(Bench::first<Raise>(bench.at(59.9)), nullptr);
  const auto told = bench.at(60);
  const auto* fault = Bench::first<Raise>(told);
  ASSERT_NE(fault, nullptr);
  EXPECT_EQ(fault->fault.code(), "content-missing");
  bench.at(70, ObjectHeld{object('p')});
  const auto held = bench.at(700);  // after the hold of the fault
  ASSERT_NE(Bench::first<Raise>(held), nullptr);
  EXPECT_EQ(Bench::first<Raise>(held)->fault.state(), v1::FAULT_STATE_RESOLVED);
}

TEST(SignCue, WithoutAnyPageIsAccountedAsMissingContent) {
  Bench bench;
  const auto cue = playlist(60);
  bench.at(0, PlanArrived{plan(cue), 1, {}, false});
  EXPECT_EQ(Bench::first<Arm>(bench.at(60)), nullptr);
  bench.at(130);
  EXPECT_EQ(bench.account(cue), "missing 0.0-60.0 content-missing");
}

TEST(SignCue, ADamagedPageIsInspectedAndFetchedAgain) {
  Bench bench;
  const auto cue = playlist(60);
  bench.give(0, plan(cue));
  bench.at(57);
  const auto told = bench.at(62, PageDamaged{object('q')});
  ASSERT_NE(Bench::first<Inspect>(told), nullptr);
  EXPECT_EQ(Bench::first<Inspect>(told)->object, object('q'));
  EXPECT_EQ(Bench::first<Halt>(told), nullptr) << "the others go on";
  const auto lost = bench.at(62.1, ObjectLost{object('q')});
  ASSERT_NE(Bench::first<Want>(lost), nullptr);
  EXPECT_EQ(Bench::first<Want>(lost)->objects.size(), 1U);
}

TEST(SignCue, EndsWithThePlansHorizonInTheMiddle) {
  Bench bench;
  const auto cue = playlist(60);
  auto expiring = plan(cue);
  expiring.set_horizon_us(cue.start_us() + 25 * Bench::second);
  bench.give(0, expiring);
  const auto armed = bench.at(57);
  ASSERT_NE(Bench::first<Arm>(armed), nullptr);
  EXPECT_EQ(Bench::first<Arm>(armed)->assignment.cue.duration_us(), 25 * Bench::second)
      << "the presenter itself knows the end: nothing stands after it, even if nobody tells it";
  bench.heard(85.1, cue, 60, 85, "complete");
  EXPECT_EQ(Bench::first<Arm>(bench.at(86)), nullptr) << "not armed again";
  bench.at(130);
  EXPECT_EQ(bench.account(cue), "played 0.0-25.0 complete | refused 25.0-60.0 plan-expired");
  bench.expect_closed(cue);
}

TEST(SignCue, ANewPlanAfterTheHorizonBringsItBackInPlace) {
  Bench bench;
  const auto cue = playlist(60);
  auto expiring = plan(cue);
  expiring.set_horizon_us(cue.start_us() + 25 * Bench::second);
  bench.give(0, expiring);
  bench.at(57);
  bench.heard(85.1, cue, 60, 85, "complete");
  bench.at(90);
  const auto back = bench.give(95, plan(cue), 2);
  ASSERT_NE(Bench::first<Arm>(back), nullptr);
  bench.heard(120.1, cue, 95, 120, "complete");
  EXPECT_EQ(bench.account(cue),
            "played 0.0-25.0 complete | refused 25.0-35.0 plan-expired | played 35.0-60.0 complete");
}

TEST(SignCue, SoundEndsWithTheHorizonToo) {
  Bench bench;
  const auto sound = Bench::cue("sang/2026-11-21/070100", 0, 60, 60);
  auto expiring = Bench::plan({sound});
  expiring.set_horizon_us(sound.start_us() + 25 * Bench::second);
  bench.give(0, expiring);
  bench.at(57);
  bench.heard(85.1, sound, 60, 85, "complete");
  bench.at(130);
  EXPECT_EQ(bench.account(sound), "played 0.0-25.0 complete | refused 25.0-60.0 plan-expired");
}

TEST(SignCue, IsDimmedAtTheMinuteAndAsksToBeWokenForIt) {
  Bench bench;
  const auto cue = playlist(600);
  auto dimmed = plan(cue);
  auto* stretch = dimmed.add_brightness();
  stretch->set_from_minute(7 * 60 + 3);  // 07:03 local, 180 s after t0
  stretch->set_to_minute(7 * 60 + 5);
  stretch->set_percent(30);
  bench.give(0, dimmed);
  bench.at(57);
  ASSERT_TRUE(bench.core().next_deadline());
  bench.at(150);
  bench.at(156);  // after the least time that a device stays open
  EXPECT_EQ(*bench.core().next_deadline(), MonoTime{std::chrono::seconds{180}});
  EXPECT_EQ(Bench::first<Dim>(bench.at(179.9)), nullptr);
  const auto dim = bench.at(180);
  ASSERT_NE(Bench::first<Dim>(dim), nullptr);
  EXPECT_EQ(Bench::first<Dim>(dim)->percent, 30);
  EXPECT_EQ(Bench::first<Dim>(bench.at(200)), nullptr) << "told once";
  const auto full = bench.at(300);
  ASSERT_NE(Bench::first<Dim>(full), nullptr);
  EXPECT_EQ(Bench::first<Dim>(full)->percent, 100);
}

TEST(SignCue, ANewPlanThatEndsItEarlierThanNowLeavesThePagesTheirShare) {
  Bench bench;
  const auto cue = playlist(60);
  bench.give(0, plan(cue));
  bench.at(57);
  auto shortened = cue;
  shortened.set_duration_us(15 * Bench::second);
  const auto told = bench.give(80, plan(shortened), 2);
  EXPECT_EQ(Bench::first<Halt>(told), nullptr);
  ASSERT_NE(Bench::first<Shorten>(told), nullptr);
  PartEnded shown = Bench::part(cue, 60, 80, "complete");
  shown.part.set_frames(600);
  shown.part.set_first_frame(0);
  for (const char letter : {'p', 'q'}) {
    auto* page = shown.part.add_pages();
    page->set_object(Bench::object_name(letter));
    page->set_frames(300);
    page->set_shown_us(10 * Bench::second);
  }
  bench.at(80.05, shown);
  EXPECT_EQ(bench.account(shortened), "played 0.0-15.0 complete");
  EXPECT_EQ(bench.kept().back().again_us(), 5 * Bench::second) << "what stood past its end counts nowhere";
  const auto& part = bench.kept().back();
  EXPECT_EQ(part.frames(), 450U);
  ASSERT_EQ(part.pages_size(), 2);
  EXPECT_EQ(part.pages(0).frames() + part.pages(1).frames(), 450U);
  EXPECT_EQ(part.pages(0).shown_us() + part.pages(1).shown_us(), 15 * Bench::second);
}

/// What an edit makes of the playlist: cut at second `at_s`, and another one there with a page 'r' that is new.
struct Edit {
  v1::Cue cut, next;
  v1::Plan plan;

  Edit(const v1::Cue& cue, std::int64_t at_s, std::int64_t length_s) : cut(cue), next(cue) {
    cut.set_duration_us(Bench::t0 + at_s * Bench::second - cue.start_us());
    next.set_occurrence("bang-led/2026-11-21/070120");
    next.set_start_us(Bench::t0 + at_s * Bench::second);
    next.set_duration_us(length_s * Bench::second);
    next.mutable_pages(0)->set_object(Bench::object_name('r'));
    next.set_object(next.pages(0).object());
    plan = Bench::plan({cut, next});
    plan.clear_objects();
    for (const char letter : {'p', 'q', 'r'}) plan.add_objects()->set_sha256(Bench::object_name(letter));
  }
};

TEST(SignCue, AnEditCutsTheCueOnAirWithoutABreakAndArmsWhatAdjoins) {
  Bench bench;
  const auto cue = playlist(600);
  bench.give(0, plan(cue));
  bench.at(57);
  const Edit edit{cue, 80, 540};
  const auto told = bench.give(78, edit.plan, 2);
  EXPECT_EQ(Bench::first<Halt>(told), nullptr) << "nothing goes dark";
  const auto* shortened = Bench::first<Shorten>(told);
  ASSERT_NE(shortened, nullptr);
  EXPECT_EQ(shortened->cue, CueKey::of(cue));
  EXPECT_EQ(to_us(shortened->end), Bench::t0 + 80 * Bench::second);
  const auto* armed = Bench::first<Arm>(told);
  ASSERT_NE(armed, nullptr) << "at once: two seconds are less than the usual lead";
  EXPECT_EQ(armed->assignment.cue.occurrence(), edit.next.occurrence());
  bench.heard(80.1, cue, 60, 80, "complete");
  bench.heard(620.1, edit.next, 80, 620, "complete");
  EXPECT_EQ(bench.account(edit.cut), "played 0.0-20.0 complete");
  EXPECT_EQ(bench.account(edit.next), "played 0.0-540.0 complete");
  bench.expect_closed(edit.cut);
  bench.expect_closed(edit.next);
}

TEST(SignCue, APageThatComesAfterArmingIsAskedForOnceMore) {
  Bench bench;
  const auto cue = playlist(600);
  bench.give(0, plan(cue));
  bench.at(57);
  const Edit edit{cue, 80, 540};
  const auto told = bench.at(78, PlanArrived{edit.plan, 2, {object('p'), object('q')}, false});
  ASSERT_NE(Bench::first<Arm>(told), nullptr) << "with the pages that are here";
  const auto came = bench.at(78.5, ObjectHeld{object('r')});
  ASSERT_NE(Bench::first<LookAgain>(came), nullptr);
  EXPECT_EQ(Bench::first<LookAgain>(came)->cue, CueKey::of(edit.next));
  EXPECT_EQ(Bench::first<LookAgain>(bench.at(79, ObjectHeld{object('x')})), nullptr);
}

TEST(SignCue, WithOnlyNewPagesItIsArmedAsSoonAsOneIsHere) {
  Bench bench;
  const auto cue = playlist(600);
  bench.give(0, plan(cue));
  bench.at(57);
  Edit edit{cue, 80, 540};
  auto& next = *edit.plan.mutable_cues(1);
  next.mutable_pages()->DeleteSubrange(1, 1);
  EXPECT_EQ(Bench::first<Arm>(bench.at(78, PlanArrived{edit.plan, 2, {object('p'), object('q')}, false})), nullptr);
  bench.heard(80.1, cue, 60, 80, "complete");
  ASSERT_NE(Bench::first<Arm>(bench.at(80.5, ObjectHeld{object('r')})), nullptr);
  bench.heard(620.1, next, 80.6, 620, "complete");
  EXPECT_EQ(bench.account(next), "missing 0.0-0.6 content-missing | played 0.6-540.0 complete");
}

TEST(SignCue, AnEditThatComesLateIsCountedFromWhenItWasShown) {
  Bench bench;
  const auto cue = playlist(600);
  bench.give(0, plan(cue));
  bench.at(57);
  const Edit edit{cue, 80, 540};
  ASSERT_NE(Bench::first<Shorten>(bench.give(90, edit.plan, 2)), nullptr) << "the station was cut off for ten seconds";
  bench.heard(90.05, cue, 60, 90.05, "complete");
  bench.heard(620.1, edit.next, 90.2, 620, "complete");
  EXPECT_EQ(bench.account(edit.cut), "played 0.0-20.0 complete");
  EXPECT_EQ(bench.account(edit.next), "late 0.0-10.2 plan-late | played 10.2-540.0 complete");
}

TEST(SignCue, ACutBeforeItsBeginIsHaltedAndArmedAnew) {
  Bench bench;
  const auto cue = playlist(60);
  bench.give(0, plan(cue));
  bench.at(57);
  auto other = cue;
  other.mutable_pages(1)->set_object(Bench::object_name('r'));
  ASSERT_NE(Bench::first<Halt>(bench.give(58, plan(other), 2)), nullptr) << "other pages are more than another end";
}

/// The same orders as the gate hands them on: pages in the plan's tables.
v1::Plan folded(v1::Plan plan) {
  protocol::message::fold_pages(plan);
  return plan;
}

TEST(SignCue, GivesItsPresenterThePagesThatThePlanHoldsOnce) {
  Bench bench;
  const auto cue = playlist(60);
  const auto given = bench.at(0, PlanArrived{folded(plan(cue)), 1, {object('q')}, false});
  ASSERT_NE(Bench::first<Want>(given), nullptr);
  EXPECT_EQ(Bench::first<Want>(given)->objects.at(0).sha256(), Bench::object_name('p'));
  const auto armed = bench.at(57);
  const auto* arm = Bench::first<Arm>(armed);
  ASSERT_NE(arm, nullptr);
  EXPECT_EQ(arm->assignment.cue.SerializeAsString(), cue.SerializeAsString());
}

TEST(SignCue, OnAirDoesNotMindInWhichFormOrOrderANewerPlanSaysTheSame) {
  Bench bench;
  const auto cue = playlist(600);
  bench.give(0, folded(plan(cue)));
  ASSERT_NE(Bench::first<Arm>(bench.at(57)), nullptr);
  bench.at(60, PartStarted{CueKey::of(cue), 0});
  auto before = cue;  // of another playlist, so that the numbers change
  before.set_occurrence("bang-led/2026-11-21/070000");
  before.set_start_us(cue.start_us() - 50 * Bench::second);
  before.set_duration_us(50 * Bench::second);
  before.mutable_pages()->DeleteSubrange(1, 1);
  auto newer = plan(cue);
  newer.clear_cues();
  *newer.add_cues() = before;
  *newer.add_cues() = cue;
  EXPECT_EQ(folded(newer).cues(1).playlist_number(), 2U);
  EXPECT_EQ(Bench::first<Halt>(bench.give(70, folded(newer), 2)), nullptr);
  EXPECT_EQ(Bench::first<Halt>(bench.give(80, newer, 3)), nullptr) << "an older office, in the first form";
  auto other = newer;
  other.mutable_cues(1)->mutable_pages(1)->set_dwell_us(20 * Bench::second);
  EXPECT_NE(Bench::first<Halt>(bench.give(90, folded(other), 4)), nullptr) << "other turns are another order";
}

}  // namespace
}  // namespace loa::station::core
