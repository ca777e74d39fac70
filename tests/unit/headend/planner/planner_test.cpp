#include "headend/planner/planner.hpp"

#include <gmock/gmock.h>

#include "headend/planner/comparison.hpp"
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

model::Catalogue ward() {
  auto all = sample::catalogue();
  all.policies = {sample::policy()};
  all.slogans = {sample::slogan("a", "page"), sample::slogan("b", "strip")};
  return all;
}

Planned plan(const model::Catalogue& all, const char* station, WallTime now = noon,
             const std::vector<model::PlannedCue>& begun = {}) {
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

TEST(Planner, PlansAProgrammeOverMidnightAlsoOnTheLastNight) {
  auto all = ward();
  all.programmes[0].start = 23h + 59min + 55s;  // its second segment begins the day after
  const auto planned = plan(all, "loa-1").plan;
  const auto& last = planned.cues(planned.cues_size() - 1);
  EXPECT_EQ(last.occurrence(), "sang/2026-12-23/235955");
  EXPECT_EQ(last.segment(), 0U) << "tomorrow's plan has the rest";
  EXPECT_EQ(planned.cues_size(), 2 * 31 - 1);
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
  const std::vector<model::PlannedCue> begun{before[0], before[1]};
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
  all.stations[0].sign = model::Geometry{512, 256};
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

TEST(Planner, SlogansThatMeetAreOnePlaylist) {
  const auto planned = plan(ward(), "bang-1").plan;
  ASSERT_GT(planned.cues_size(), 3);
  const auto& cue = planned.cues(0);
  EXPECT_EQ(cue.occurrence(), "bang-led/2026-11-24/060000");
  ASSERT_EQ(cue.pages_size(), 2);
  EXPECT_EQ(cue.object(), cue.pages(0).object());
  EXPECT_EQ(cue.pages(0).object(), sample::object_of("page").view());
  EXPECT_EQ(cue.pages(0).scroll_px_s(), 0U) << "a page stands still";
  EXPECT_EQ(cue.pages(0).dwell_us(), 10'000'000);
  EXPECT_EQ(cue.pages(1).scroll_px_s(), 40U) << "a strip moves";
  EXPECT_EQ(cue.pages(1).dwell_us(), (700 + 192) * 1'000'000LL / 40) << "and goes through whole";
  EXPECT_EQ(planned.objects_size(), 2);
  EXPECT_THAT(cue.title(), HasSubstr("(+1)"));
}

TEST(Planner, CoversADayWindowWithWholeRoundsOfAtMostHalfAnHour) {
  auto all = ward();
  for (auto& slogan : all.slogans) slogan.from = 6h, slogan.to = 22h;
  const auto planned = plan(all, "bang-1", sample::utc("2026-11-23T17:00:00Z")).plan;
  std::int64_t at = to_us(sample::utc("2026-11-23T23:00:00Z"));
  const std::int64_t end = at + 16 * 3'600'000'000LL, round = 10'000'000 + 22'300'000;
  int cues = 0;
  for (const auto& cue : planned.cues()) {
    if (cue.start_us() >= end) break;
    EXPECT_EQ(cue.start_us(), at) << "no hole";
    EXPECT_LE(cue.duration_us(), 1'800'000'000);
    at += cue.duration_us();
    if (at < end) {
      EXPECT_EQ(cue.duration_us() % round, 0) << "the cut is between rounds";
    }
    ++cues;
  }
  EXPECT_EQ(at, end);
  EXPECT_EQ(cues, 33);
}

TEST(Planner, KeepsTheOrderOfSlogans) {
  auto all = ward();
  all.slogans[0].position = 5;
  const auto cue = plan(all, "bang-1").plan.cues(0);
  EXPECT_EQ(cue.pages(0).object(), sample::object_of("strip").view());
  EXPECT_EQ(cue.scroll_px_s(), 40U);
}

TEST(Planner, SendsTheBrightnessToSignsOnly) {
  auto all = ward();
  all.brightness = {{0, 300, 20}, {1'320, 1'440, 20}};
  EXPECT_EQ(plan(all, "bang-1").plan.brightness_size(), 2);
  EXPECT_EQ(plan(all, "bang-1").plan.brightness(1).percent(), 20U);
  EXPECT_EQ(plan(all, "loa-1").plan.brightness_size(), 0);
  EXPECT_FALSE(same_orders(plan(all, "bang-1").plan, plan(ward(), "bang-1").plan, noon));
}

Micros covered(const std::vector<Playlist>& playlists) {
  Micros sum{0}, end{0};
  for (const auto& playlist : playlists) {
    EXPECT_GE(playlist.from, end) << "playlists overlap";
    EXPECT_GT(playlist.to, playlist.from);
    end = playlist.to;
    sum += playlist.to - playlist.from;
  }
  return sum;
}

TEST(Playlists, FillEveryWindowExactly) {
  const auto all = ward();
  auto a = sample::slogan("a", "page"), b = sample::slogan("b", "page");
  a.from = 6h, a.to = 6h + 1min + 5s;
  b.from = 6h + 30s, b.to = 6h + 2min;
  a.dwell = 7s, b.dwell = 11s;
  const auto playlists = playlists_of({&a, &b}, all, 30min);
  EXPECT_EQ(covered(playlists), 2min);
  ASSERT_EQ(playlists.size(), 3U);
  EXPECT_EQ(playlists[0].pages, (std::vector<PageTurn>{{&a, 7s}})) << "alone until the other comes";
  EXPECT_EQ(playlists[1].pages, (std::vector<PageTurn>{{&a, 7s}, {&b, 11s}}));
  EXPECT_EQ(playlists[2].pages, (std::vector<PageTurn>{{&b, 11s}}));
  EXPECT_TRUE(playlists_of({}, all, 30min).empty());
}

TEST(Playlists, TurnsAreTheSameOnSignsOfAllSizes) {
  auto all = ward();
  auto wide = sample::picture("wide", {512, 256}, 2'000);
  all.contents.push_back(wide);
  std::sort(all.contents.begin(), all.contents.end(), [](auto& x, auto& y) { return x.object < y.object; });
  auto strip = sample::slogan("b", "strip");
  strip.images.push_back({{512, 256}, wide.object});
  EXPECT_EQ(dwell_of(strip, all), Micros{(2'000 + 512) * 1'000'000LL / 40}) << "the longest way counts";
  strip.dwell = 100s;
  EXPECT_EQ(dwell_of(strip, all), 2 * Micros{(2'000 + 512) * 1'000'000LL / 40}) << "whole passes, as long as asked";
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

TEST(Planner, APromiseCarriesWhatItCountsFor) {
  auto all = ward();
  all.stations[1].groups = {"all", "to-1", "to-2"};
  const auto planned = plan(all, "loa-1");
  const auto& second = *planned.cues.at(1).facts;
  EXPECT_EQ(second.station, "Trạm loa-1");
  EXPECT_EQ(second.groups, (std::vector<model::Named>{{"to-1", "Tổ 1"}, {"to-2", "Tổ 2"}}));
  EXPECT_EQ(second.column, (model::Named{"tin", "Bản tin"}));
  EXPECT_EQ(second.title, "ban tin");
  EXPECT_TRUE(second.pages.empty());
  EXPECT_FALSE(second.as_of_migration);
  for (const auto& cue : planned.cues) EXPECT_NE(cue.facts, nullptr);
}

TEST(Planner, APageBelongsToTheSloganThatPutItThere) {
  auto all = ward();
  all.slogans[1].images = all.slogans[0].images;
  all.slogans[1].category = "tin";
  const auto planned = plan(all, "bang-1");
  ASSERT_FALSE(planned.cues.empty());
  const auto& facts = *planned.cues[0].facts;
  ASSERT_EQ(facts.pages.size(), 2U);
  EXPECT_EQ(facts.pages[0], (model::PageFacts{{"tuyen-truyen", "Tuyên truyền"}, "a", "Phòng cháy hơn chữa cháy"}));
  EXPECT_EQ(facts.pages[1], (model::PageFacts{{"tin", "Bản tin"}, "b", "Phòng cháy hơn chữa cháy"}));
}

/// Whether each page stands under the slogan whose picture it is.
void expect_facts_in_order(const model::Catalogue& all, const Planned& planned) {
  int pages = 0;
  for (const auto& [station, cue, begins, sequence, cancelled, facts] : planned.cues) {
    if (cue.medium() != v1::MEDIUM_SIGN) continue;
    ASSERT_EQ(static_cast<std::size_t>(cue.pages_size()), facts->pages.size());
    for (int i = 0; i < cue.pages_size(); ++i, ++pages) {
      const auto* slogan = all.slogan(facts->pages[static_cast<std::size_t>(i)].slogan);
      ASSERT_NE(slogan, nullptr);
      EXPECT_EQ(slogan->images[0].object.view(), cue.pages(i).object()) << cue.occurrence() << " page " << i;
    }
  }
  EXPECT_GT(pages, 3);
}

TEST(Planner, PagesAndTheirFactsStandInOneOrderAlsoAfterAnEditOnTheSign) {
  auto all = ward();
  const auto before = plan(all, "bang-1");
  expect_facts_in_order(all, before);
  const auto now = sample::utc("2026-11-23T23:10:07Z");  // 06:10 local, in the middle of a cue
  std::vector<model::PlannedCue> begun;
  for (const auto& cue : before.cues) {
    const auto start = wall_from_us(cue.cue.start_us());
    if (start < now && now < start + Micros{cue.cue.duration_us()}) begun.push_back(cue);
  }
  ASSERT_EQ(begun.size(), 1U);
  all.contents.push_back(sample::picture("extra", {192, 32}, 192));
  std::sort(all.contents.begin(), all.contents.end(), [](auto& x, auto& y) { return x.object < y.object; });
  all.slogans.push_back(sample::slogan("c", "extra"));
  expect_facts_in_order(all, plan(all, "bang-1", now, begun));
}

TEST(Planner, AFillerCarriesItsOwnFacts) {
  auto all = ward();
  all.filler = sample::object_of("nhac hieu");
  int fillers = 0;
  for (const auto& cue : plan(all, "loa-1").cues) {
    if (cue.cue.cue_class() != v1::CUE_CLASS_FILLER) continue;
    ++fillers;
    EXPECT_EQ(cue.facts->column.id, "lap-cho-trong");
    EXPECT_EQ(cue.facts->title, "nhac hieu");
  }
  EXPECT_GT(fillers, 0);
}

}  // namespace
}  // namespace loa::headend::planner
