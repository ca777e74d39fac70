#include <gmock/gmock.h>

#include "headend/publisher/record.hpp"
#include "tests/unit/headend/store/port_suite.hpp"

namespace loa::headend::port_suite {
namespace {

using namespace model;

using std::chrono::hours;
using std::chrono::minutes;
using store::Store;

const WallTime base = sample::utc("2026-11-20T22:00:00Z");  // 05:00 local

class PlannedCues : public PortSuite {};
class PromiseFactsPorts : public PortSuite {};
class PlanPorts : public PortSuite {};
INSTANTIATE_TEST_SUITE_P(Every, PlannedCues, testing::ValuesIn(backends()), backend_name);
INSTANTIATE_TEST_SUITE_P(Every, PromiseFactsPorts, testing::ValuesIn(backends()), backend_name);
INSTANTIATE_TEST_SUITE_P(Every, PlanPorts, testing::ValuesIn(backends()), backend_name);

PlannedCue cue_at(const std::string& occurrence, std::uint32_t segment, Micros offset, Micros occurrence_offset) {
  PlannedCue planned;
  planned.cue.set_occurrence(occurrence);
  planned.cue.set_segment(segment);
  planned.cue.set_start_us(to_us(base + offset));
  planned.cue.set_duration_us(Micros{minutes{1}}.count());
  planned.cue.set_title(occurrence);
  planned.occurrence_start = base + occurrence_offset;
  return planned;
}

IssuedPlan plan(std::uint64_t sequence, WallTime made) {
  return {"loa-1", sequence, made, made + std::chrono::days{31}, "sealed " + std::to_string(sequence)};
}

std::vector<PlannedCue> all_cues(Store& store) {
  return store.promises().in({base - minutes{60}, base + minutes{60}}).value();
}

TEST_P(PlannedCues, LastPlanBeforeTheStartWins) {
  ASSERT_TRUE(publisher::record_plan(store(), plan(1, base - minutes{5}), {cue_at("a", 0, minutes{0}, minutes{0})}));
  auto changed = cue_at("a", 0, minutes{0}, minutes{0});
  changed.cue.set_title("changed in time");
  ASSERT_TRUE(publisher::record_plan(store(), plan(2, base - minutes{1}), {changed}));
  changed.cue.set_title("changed too late");
  ASSERT_TRUE(publisher::record_plan(store(), plan(3, base + minutes{1}), {changed}));
  const auto cues = all_cues(store());
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_EQ(cues[0].cue.title(), "changed in time");
  EXPECT_EQ(cues[0].plan_sequence, 2U);
  EXPECT_EQ(store().plans().newest("loa-1").value()->sequence, 3U);
}

TEST_P(PlannedCues, WhatALaterPlanLeavesOutIsCancelledUnlessItHadBegun) {
  ASSERT_TRUE(publisher::record_plan(
      store(), plan(1, base - minutes{5}),
      {cue_at("begun", 0, minutes{0}, minutes{0}), cue_at("later", 0, minutes{10}, minutes{10})}));
  ASSERT_TRUE(publisher::record_plan(store(), plan(2, base + minutes{1}), {}));
  auto cues = all_cues(store());
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_FALSE(cues[0].cancelled.has_value());
  EXPECT_EQ(cues[1].cancelled, base + minutes{1});
  ASSERT_TRUE(
      publisher::record_plan(store(), plan(3, base + minutes{2}), {cue_at("later", 0, minutes{10}, minutes{10})}));
  cues = all_cues(store());
  EXPECT_FALSE(cues[1].cancelled.has_value());
  EXPECT_EQ(cues[1].plan_sequence, 3U);
}

TEST_P(PlannedCues, OnlyTheEndOfASignsBegunCueMayComeForward) {
  auto sign = cue_at("bang-led", 0, minutes{0}, minutes{0}), sound = cue_at("sang", 0, minutes{0}, minutes{0});
  sign.cue.set_medium(v1::MEDIUM_SIGN);
  sound.cue.set_medium(v1::MEDIUM_AUDIO);
  ASSERT_TRUE(publisher::record_plan(store(), plan(1, base - minutes{5}), {sign, sound}));
  const auto lasts = [&](PlannedCue cue, int seconds) {
    cue.cue.set_duration_us(seconds * 1'000'000LL);
    return cue;
  };
  const auto made = base + std::chrono::seconds{10};
  ASSERT_TRUE(publisher::record_plan(store(), plan(2, made), {lasts(sign, 12), lasts(sound, 12)}));
  const auto duration = [&](const char* occurrence) {
    for (const auto& one : all_cues(store())) {
      if (one.cue.occurrence() == occurrence) return one.cue.duration_us() / 1'000'000;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(duration("bang-led"), 12);
  EXPECT_EQ(duration("sang"), 60) << "sound that has begun stays as it was promised";
  EXPECT_EQ(all_cues(store())[0].plan_sequence, 2U);
  EXPECT_EQ(store().promises().begun("loa-1", base + std::chrono::seconds{11}, base + minutes{1}).value().size(), 2U);
  EXPECT_EQ(store().promises().begun("loa-1", base + std::chrono::seconds{13}, base + minutes{1}).value().size(), 1U)
      << "it has ended";

  ASSERT_TRUE(publisher::record_plan(store(), plan(3, made), {lasts(sign, 40)}));
  EXPECT_EQ(duration("bang-led"), 12) << "never later";
  ASSERT_TRUE(publisher::record_plan(store(), plan(4, made), {lasts(sign, 9)}));
  EXPECT_EQ(duration("bang-led"), 12) << "never back into what was promised and is over";
  auto other = lasts(sign, 11);
  other.cue.set_title("other words");
  ASSERT_TRUE(publisher::record_plan(store(), plan(5, made), {other}));
  EXPECT_EQ(duration("bang-led"), 12) << "nothing but its end";
}

TEST_P(PlannedCues, AnUnchangedPromiseKeepsThePlanThatMadeIt) {
  const auto cue = cue_at("a", 0, minutes{10}, minutes{10});
  ASSERT_TRUE(publisher::record_plan(store(), plan(1, base), {cue}));
  ASSERT_TRUE(publisher::record_plan(store(), plan(2, base + minutes{1}), {cue}));
  EXPECT_EQ(all_cues(store())[0].plan_sequence, 1U);
}

TEST_P(PlannedCues, BegunOnesAreThoseOfOccurrencesThatHaveStarted) {
  ASSERT_TRUE(publisher::record_plan(store(), plan(1, base - minutes{5}),
                                     {cue_at("a", 0, minutes{0}, minutes{0}), cue_at("a", 1, minutes{1}, minutes{0}),
                                      cue_at("b", 0, minutes{3}, minutes{3})}));
  const auto begun = store().promises().begun("loa-1", base - minutes{120}, base + Micros{1}).value();
  ASSERT_EQ(begun.size(), 2U);
  EXPECT_EQ(begun[1].cue.segment(), 1U);
  EXPECT_TRUE(store().promises().begun("loa-1", base - minutes{120}, base).value().empty());
  EXPECT_EQ(store().promises().begun("loa-1", base + minutes{1}, base + minutes{2}).value().size(), 1U);
}

TEST_P(PlannedCues, OfARemovedStationAreCancelled) {
  ASSERT_TRUE(store().stations().put_group({"to-1", ""}));
  ASSERT_TRUE(store().stations().put(sample::station("loa-1", {"to-1"}, 1)));
  ASSERT_TRUE(publisher::record_plan(store(), plan(1, base - minutes{5}),
                                     {cue_at("a", 0, minutes{0}, minutes{0}), cue_at("b", 0, minutes{3}, minutes{3})}));
  ASSERT_TRUE(publisher::drop_station(store(), "loa-1", base + minutes{1}));
  const auto cues = all_cues(store());
  EXPECT_FALSE(cues[0].cancelled.has_value());
  EXPECT_TRUE(cues[1].cancelled.has_value());
}

std::shared_ptr<const PromiseFacts> facts_of(const std::string& station, const std::string& group) {
  PromiseFacts facts;
  facts.station = station;
  facts.groups = {{group, "Tổ \"" + group + "\""}};
  facts.column = {"tin", "Bản tin"};
  facts.title = "Lời chào";
  facts.pages = {{{"suc-khoe", "Sức khỏe"}, "rua-tay", "Rửa tay"}, {{"an-toan", "An toàn"}, "", ""}};
  return std::make_shared<const PromiseFacts>(std::move(facts));
}

TEST_P(PromiseFactsPorts, ComeBackAsTheyWereAndStandOnce) {
  auto one = cue_at("a", 0, minutes{0}, minutes{0}), other = cue_at("b", 0, minutes{3}, minutes{3});
  one.facts = facts_of("Chợ", "to-1");
  other.facts = facts_of("Chợ", "to-1");
  ASSERT_TRUE(publisher::record_plan(store(), plan(1, base - minutes{5}),
                                     {one, other, cue_at("c", 0, minutes{6}, minutes{6})}));
  const auto cues = all_cues(store());
  ASSERT_EQ(cues.size(), 3U);
  ASSERT_NE(cues[0].facts, nullptr);
  EXPECT_EQ(*cues[0].facts, *one.facts);
  EXPECT_EQ(cues[0].facts, cues[1].facts) << "equal facts are one row";
  EXPECT_EQ(cues[2].facts, nullptr);
  EXPECT_EQ(*store().promises().begun("loa-1", base - minutes{5}, base + Micros{1}).value().at(0).facts, *one.facts);
}

TEST_P(PromiseFactsPorts, AreFrozenAtTheCuesStart) {
  auto begun = cue_at("a", 0, minutes{0}, minutes{0}), later = cue_at("b", 0, minutes{3}, minutes{3});
  begun.facts = later.facts = facts_of("Chợ", "to-1");
  ASSERT_TRUE(publisher::record_plan(store(), plan(1, base - minutes{5}), {begun, later}));
  begun.facts = later.facts = facts_of("Chợ cũ", "to-2");
  EXPECT_EQ(publisher::record_facts(store(), "loa-1", base + minutes{1}, {begun, later}).value(), 1U);
  EXPECT_EQ(all_cues(store())[0].facts->station, "Chợ");
  EXPECT_EQ(all_cues(store())[1].facts->station, "Chợ cũ");
  EXPECT_EQ(all_cues(store())[1].plan_sequence, 1U) << "the promise stands";
  begun.facts = later.facts = facts_of("Chợ mới", "to-2");
  ASSERT_TRUE(publisher::record_plan(store(), plan(2, base + minutes{1}), {later}));
  EXPECT_EQ(all_cues(store())[0].facts->station, "Chợ");
  EXPECT_EQ(all_cues(store())[1].facts->station, "Chợ mới") << "a new plan with the same cue";
  EXPECT_EQ(publisher::record_facts(store(), "loa-1", base + minutes{1}, {later}).value(), 0U);
  auto changed = later;
  changed.cue.set_duration_us(changed.cue.duration_us() + 1);
  changed.facts = facts_of("Nhà", "to-2");
  EXPECT_EQ(publisher::record_facts(store(), "loa-1", base + minutes{1}, {changed}).value(), 0U)
      << "facts of another promise";
}

TEST_P(PlanPorts, OldOnesLoseTheirBytesAndKeepTheirLine) {
  for (std::uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(publisher::record_plan(store(), plan(i, base + minutes{i}), {}));
  EXPECT_EQ(store().plans().newest("loa-1").value()->sealed, "sealed 5");
  EXPECT_EQ(store().plans().newest("loa-2").value(), std::nullopt);
  EXPECT_FALSE(publisher::record_plan(store(), plan(5, base), {})) << "a sequence is used once";
}

}  // namespace
}  // namespace loa::headend::port_suite
