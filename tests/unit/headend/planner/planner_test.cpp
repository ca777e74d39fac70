#include "headend/planner/planner.hpp"

#include <gmock/gmock.h>

#include "headend/planner/rotation.hpp"
#include "headend/timetable/timetable.hpp"
#include "protocol/message/check.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::planner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");  // Monday 12:00 local

Settings settings() {
  Settings made;
  made.content_url = "https://headend:8443/content/";
  return made;
}

store::Catalogue ward() {
  auto all = sample::catalogue();
  all.policies = {sample::policy()};
  all.slogans = {sample::slogan("a", "page"), sample::slogan("b", "strip")};
  return all;
}

Planned plan(const store::Catalogue& all, const char* station, WallTime now = noon,
             const std::vector<store::PlannedCue>& begun = {}) {
  return compile(all, *all.station(station), now, settings(), begun).value();
}

TEST(Planner, CutsAProgrammeIntoCuesOnExactPositions) {
  const auto planned = plan(ward(), "loa-1").plan;
  ASSERT_GE(planned.cues_size(), 2);
  const auto &first = planned.cues(0), &second = planned.cues(1);
  EXPECT_EQ(first.occurrence(), "sang/2026-11-24/050000");
  EXPECT_EQ(format_utc(wall_from_us(first.start_us())), "2026-11-23T22:00:00.000000Z");
  EXPECT_EQ(second.start_us() - first.start_us(), timetable::position_of(480001).count());
  EXPECT_EQ(second.start_us() + second.duration_us() - first.start_us(),
            timetable::position_of(480001 + 960001).count());
  EXPECT_EQ(second.segment(), 1U);
  EXPECT_EQ(second.category(), "tin");
  EXPECT_EQ(second.object(), sample::object_of("ban tin").view());
}

TEST(Planner, CoversAtLeastThirtyDaysWhateverTheHour) {
  for (const char* instant : {"2026-11-22T17:00:00Z", "2026-11-23T05:00:00Z", "2026-11-23T16:59:59Z"}) {
    const auto now = sample::utc(instant);
    const auto planned = plan(ward(), "loa-1", now).plan;
    EXPECT_GE(wall_from_us(planned.horizon_us()) - now, std::chrono::days{30}) << instant;
    EXPECT_TRUE(protocol::message::check(planned));
  }
  EXPECT_EQ(plan(ward(), "loa-1").plan.cues_size(), 2 * 30);
}

TEST(Planner, IsDeterministic) {
  const auto one = plan(ward(), "bang-1"), other = plan(ward(), "bang-1");
  EXPECT_EQ(one.plan.SerializeAsString(), other.plan.SerializeAsString());
}

TEST(Planner, GivesEachStationItsOwn) {
  auto all = ward();
  all.programmes[0].groups = {"to-1"};
  EXPECT_EQ(plan(all, "loa-2").plan.cues_size(), 0);
  EXPECT_GT(plan(all, "loa-1").plan.cues_size(), 0);
  const auto sign = plan(all, "bang-1").plan;
  for (const auto& cue : sign.cues()) EXPECT_EQ(cue.medium(), v1::MEDIUM_SIGN);
  EXPECT_EQ(plan(all, "bang-1").plan.sign().width_px(), 192U);
}

TEST(Planner, ListsEachObjectOnce) {
  const auto planned = plan(ward(), "loa-1").plan;
  ASSERT_EQ(planned.objects_size(), 2);
  EXPECT_LT(planned.objects(0).sha256(), planned.objects(1).sha256());
  EXPECT_EQ(planned.objects(0).bytes(), 4000U);
}

TEST(Planner, PutsTheStaggerIntoTheStart) {
  auto all = ward();
  all.stations[1].stagger = 250ms;
  all.stations[1].gain_cb = -120;
  const auto staggered = plan(all, "loa-1").plan.cues(0), plain = plan(all, "loa-2").plan.cues(0);
  EXPECT_EQ(staggered.start_us() - plain.start_us(), 250000);
  EXPECT_EQ(staggered.stagger_us(), 250000);
  EXPECT_EQ(staggered.gain_cb(), -120);
  EXPECT_EQ(staggered.occurrence(), plain.occurrence());
}

TEST(Planner, NeverPlansWhatBeganBeforeNow) {
  const auto during = sample::utc("2026-11-23T22:00:05Z");
  EXPECT_EQ(plan(ward(), "loa-1", during).plan.cues(0).occurrence(), "sang/2026-11-25/050000");
  const auto at_start = sample::utc("2026-11-23T22:00:00Z");
  EXPECT_EQ(plan(ward(), "loa-1", at_start).plan.cues(0).occurrence(), "sang/2026-11-24/050000");
}

TEST(Planner, KeepsABegunOccurrenceAsItWasPromised) {
  auto all = ward();
  const auto before = plan(all, "loa-1").cues;
  const std::vector<store::PlannedCue> begun{before[0], before[1]};
  const auto during = sample::utc("2026-11-23T22:00:05Z");
  std::swap(all.programmes[0].segments[0], all.programmes[0].segments[1]);
  const auto after = plan(all, "loa-1", during, begun);
  EXPECT_EQ(after.plan.cues(0).SerializeAsString(), before[0].cue.SerializeAsString());
  EXPECT_EQ(after.plan.cues(1).SerializeAsString(), before[1].cue.SerializeAsString());
  EXPECT_EQ(after.plan.cues(2).object(), before[1].cue.object()) << "tomorrow the edited order";
  ASSERT_FALSE(after.cues.empty());
  EXPECT_EQ(after.cues[0].cue.segment(), 1U) << "the second segment has still to come: it stays promised";
}

TEST(Planner, ABegunCueThatCannotBeDoneAnyMoreIsLeftOutWithANote) {
  auto all = ward();
  const auto sign_cues = plan(all, "bang-1").cues;
  all.stations[0].sign = store::Geometry{512, 256};
  const auto after = plan(all, "bang-1", sample::utc("2026-11-23T23:00:05Z"), {sign_cues[0]});
  EXPECT_EQ(after.plan.cues_size(), 0);
  ASSERT_EQ(after.notes.size(), 1U);
  EXPECT_THAT(after.notes[0], HasSubstr("another one now"));
}

TEST(Planner, OfTwoThatOverlapTheEarlierOneStays) {
  auto all = ward();
  auto later = sample::morning();
  later.id = "chen";
  later.start = 5h + 10s;
  all.programmes = {later, all.programmes[0]};
  const auto planned = plan(all, "loa-1");
  for (const auto& cue : planned.plan.cues()) EXPECT_TRUE(cue.occurrence().starts_with("sang/"));
  ASSERT_FALSE(planned.notes.empty());
  EXPECT_THAT(planned.notes[0], HasSubstr("chen/2026-11-24/050010"));
}

TEST(Planner, SendsThePolicyOfTheDayUntilAnotherTakesItsPlace) {
  auto all = ward();
  auto next = sample::policy();
  next.id = "moi";
  next.reference = "QĐ mới";
  next.validity.from = sample::date(2026, 12, 1);
  all.policies.push_back(next);
  const auto policy = plan(all, "loa-1").plan.policy();
  EXPECT_EQ(policy.reference(), "QĐ 1246/QĐ-UBND 2021");
  EXPECT_EQ(format_utc(wall_from_us(policy.valid_until_us())), "2026-11-30T17:00:00.000000Z");
  EXPECT_EQ(policy.windows_size(), 2);
  EXPECT_EQ(policy.utc_offset_s(), 25200);
  EXPECT_EQ(plan(all, "loa-1", sample::utc("2026-12-01T05:00:00Z")).plan.policy().reference(), "QĐ mới");
}

TEST(Planner, WithoutAPolicyThePlanPermitsNoSound) {
  auto all = ward();
  all.policies.clear();
  const auto planned = plan(all, "loa-1");
  EXPECT_EQ(planned.plan.policy().windows_size(), 0);
  EXPECT_THAT(planned.notes, testing::Contains(HasSubstr("will stay silent")));
}

TEST(Planner, CutsALongTitleAtAWholeCharacter) {
  auto all = ward();
  std::string title;
  for (int i = 0; i < 90; ++i) title += "ữ";  // 3 bytes each
  for (auto& content : all.contents) content.title = "x" + title;
  const auto planned = plan(all, "loa-1").plan;
  EXPECT_EQ(planned.cues(0).title().size(), 199U);
}

TEST(Planner, SlogansTakeTurns) {
  const auto planned = plan(ward(), "bang-1").plan;
  ASSERT_GT(planned.cues_size(), 3);
  EXPECT_EQ(planned.cues(0).occurrence(), "a/2026-11-24/060000");
  EXPECT_TRUE(planned.cues(1).occurrence().starts_with("b/2026-11-24/0600"));
  EXPECT_TRUE(planned.cues(2).occurrence().starts_with("a/2026-11-24/060"));
  EXPECT_EQ(planned.cues(0).scroll_px_s(), 0U) << "a page stands still";
  EXPECT_EQ(planned.cues(1).scroll_px_s(), 40U) << "a strip moves";
}

std::chrono::seconds covered(const Rotation& rotation) {
  std::chrono::seconds sum{0}, end{0};
  for (const auto& showing : rotation.showings) {
    EXPECT_GE(showing.from, end) << "turns overlap";
    EXPECT_GT(showing.length, 0s);
    end = showing.from + showing.length;
    sum += showing.length;
  }
  return sum;
}

TEST(Rotation, FillsEveryWindowExactly) {
  auto a = sample::slogan("a", "page"), b = sample::slogan("b", "page");
  a.from = 6h, a.to = 6h + 1min + 5s;
  b.from = 6h + 30s, b.to = 6h + 2min;
  a.dwell = 7s, b.dwell = 11s;
  const auto rotation = rotate({&a, &b}, {});
  EXPECT_EQ(covered(rotation), 2min);
  EXPECT_EQ(rotation.stretched, 1U);
  EXPECT_EQ(rotation.showings[0].length, 30s) << "alone until the other comes";
  EXPECT_EQ(rotation.showings[1].length, 7s);
  EXPECT_EQ(rotation.showings[2].length, 11s);
}

TEST(Rotation, StretchesTurnsInsteadOfGrowingWithoutBound) {
  auto a = sample::slogan("a", "page"), b = sample::slogan("b", "page");
  a.from = b.from = 0h;
  a.to = b.to = 24h;
  a.dwell = b.dwell = 1s;
  const auto rotation = rotate({&a, &b}, {120, 900s});
  EXPECT_LE(rotation.showings.size(), 120U);
  EXPECT_GE(rotation.showings.size(), 60U);
  EXPECT_EQ(covered(rotation), 24h);
  EXPECT_GT(rotation.stretched, 1U);
}

TEST(Rotation, ALoneSloganIsCutSoThatAnEditIsSeenSoon) {
  auto a = sample::slogan("a", "page");
  const auto rotation = rotate({&a}, {120, 900s});
  ASSERT_EQ(rotation.showings.size(), 4U);
  EXPECT_EQ(covered(rotation), 1h);
  EXPECT_TRUE(rotate({}, {}).showings.empty());
}

TEST(Planner, TellsOrdersApartFromMereAge) {
  auto all = ward();
  const auto today = plan(all, "loa-1").plan;
  const auto later = noon + 3h, tomorrow = noon + 24h;
  EXPECT_TRUE(same_orders(today, plan(all, "loa-1", later).plan, later));
  EXPECT_TRUE(same_orders(today, plan(all, "loa-1", tomorrow).plan, tomorrow)) << "the common part is the same";
  const auto changed = [&](auto&& change) {
    auto other = ward();
    change(other);
    return !same_orders(today, plan(other, "loa-1", later).plan, later);
  };
  EXPECT_TRUE(changed([](auto& w) { w.programmes[0].start = 5h + 1s; }));
  EXPECT_TRUE(changed([](auto& w) { w.programmes.clear(); }));
  EXPECT_TRUE(changed([](auto& w) { w.policies[0].sessions_per_day = 1; }));
  EXPECT_TRUE(changed([](auto& w) { w.stations[1].gain_cb = -10; }));
  EXPECT_TRUE(changed([](auto& w) { w.stations[1].groups = {"to-2"}; }));
  EXPECT_FALSE(changed([](auto& w) { w.stations[1].name = "other name"; }));
}

}  // namespace
}  // namespace loa::headend::planner
