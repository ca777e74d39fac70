#include <gmock/gmock.h>

#include "headend/store/sqlite.hpp"
#include "headend/store/store.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::store {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const WallTime base = sample::utc("2026-11-20T22:00:00Z");  // 05:00 local

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
  return store.planned_cues({base - minutes{60}, base + minutes{60}}).value();
}

TEST(PlannedCues, LastPlanBeforeTheStartWins) {
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.record_plan(plan(1, base - minutes{5}), {cue_at("a", 0, minutes{0}, minutes{0})}));
  auto changed = cue_at("a", 0, minutes{0}, minutes{0});
  changed.cue.set_title("changed in time");
  ASSERT_TRUE(store.record_plan(plan(2, base - minutes{1}), {changed}));
  changed.cue.set_title("changed too late");
  ASSERT_TRUE(store.record_plan(plan(3, base + minutes{1}), {changed}));
  const auto cues = all_cues(store);
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_EQ(cues[0].cue.title(), "changed in time");
  EXPECT_EQ(cues[0].plan_sequence, 2U);
  EXPECT_EQ(store.newest_plan("loa-1").value()->sequence, 3U);
}

TEST(PlannedCues, WhatALaterPlanLeavesOutIsCancelledUnlessItHadBegun) {
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.record_plan(plan(1, base - minutes{5}), {cue_at("begun", 0, minutes{0}, minutes{0}),
                                                             cue_at("later", 0, minutes{10}, minutes{10})}));
  ASSERT_TRUE(store.record_plan(plan(2, base + minutes{1}), {}));
  auto cues = all_cues(store);
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_FALSE(cues[0].cancelled.has_value());
  EXPECT_EQ(cues[1].cancelled, base + minutes{1});
  ASSERT_TRUE(store.record_plan(plan(3, base + minutes{2}), {cue_at("later", 0, minutes{10}, minutes{10})}));
  cues = all_cues(store);
  EXPECT_FALSE(cues[1].cancelled.has_value());
  EXPECT_EQ(cues[1].plan_sequence, 3U);
}

TEST(PlannedCues, OnlyTheEndOfASignsBegunCueMayComeForward) {
  auto store = Store::open(":memory:").value();
  auto sign = cue_at("bang-led", 0, minutes{0}, minutes{0}), sound = cue_at("sang", 0, minutes{0}, minutes{0});
  sign.cue.set_medium(v1::MEDIUM_SIGN);
  sound.cue.set_medium(v1::MEDIUM_AUDIO);
  ASSERT_TRUE(store.record_plan(plan(1, base - minutes{5}), {sign, sound}));
  const auto lasts = [&](PlannedCue cue, int seconds) {
    cue.cue.set_duration_us(seconds * 1'000'000LL);
    return cue;
  };
  const auto made = base + std::chrono::seconds{10};
  ASSERT_TRUE(store.record_plan(plan(2, made), {lasts(sign, 12), lasts(sound, 12)}));
  const auto duration = [&](const char* occurrence) {
    for (const auto& one : all_cues(store)) {
      if (one.cue.occurrence() == occurrence) return one.cue.duration_us() / 1'000'000;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(duration("bang-led"), 12);
  EXPECT_EQ(duration("sang"), 60) << "sound that has begun stays as it was promised";
  EXPECT_EQ(all_cues(store)[0].plan_sequence, 2U);
  EXPECT_EQ(store.begun_cues("loa-1", base + std::chrono::seconds{11}, base + minutes{1}).value().size(), 2U);
  EXPECT_EQ(store.begun_cues("loa-1", base + std::chrono::seconds{13}, base + minutes{1}).value().size(), 1U)
      << "it has ended";

  ASSERT_TRUE(store.record_plan(plan(3, made), {lasts(sign, 40)}));
  EXPECT_EQ(duration("bang-led"), 12) << "never later";
  ASSERT_TRUE(store.record_plan(plan(4, made), {lasts(sign, 9)}));
  EXPECT_EQ(duration("bang-led"), 12) << "never back into what was promised and is over";
  auto other = lasts(sign, 11);
  other.cue.set_title("other words");
  ASSERT_TRUE(store.record_plan(plan(5, made), {other}));
  EXPECT_EQ(duration("bang-led"), 12) << "nothing but its end";
}

TEST(PlannedCues, AnUnchangedPromiseKeepsThePlanThatMadeIt) {
  auto store = Store::open(":memory:").value();
  const auto cue = cue_at("a", 0, minutes{10}, minutes{10});
  ASSERT_TRUE(store.record_plan(plan(1, base), {cue}));
  ASSERT_TRUE(store.record_plan(plan(2, base + minutes{1}), {cue}));
  EXPECT_EQ(all_cues(store)[0].plan_sequence, 1U);
}

TEST(PlannedCues, BegunOnesAreThoseOfOccurrencesThatHaveStarted) {
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.record_plan(plan(1, base - minutes{5}),
                                {cue_at("a", 0, minutes{0}, minutes{0}), cue_at("a", 1, minutes{1}, minutes{0}),
                                 cue_at("b", 0, minutes{3}, minutes{3})}));
  const auto begun = store.begun_cues("loa-1", base - minutes{120}, base + Micros{1}).value();
  ASSERT_EQ(begun.size(), 2U);
  EXPECT_EQ(begun[1].cue.segment(), 1U);
  EXPECT_TRUE(store.begun_cues("loa-1", base - minutes{120}, base).value().empty());
  EXPECT_EQ(store.begun_cues("loa-1", base + minutes{1}, base + minutes{2}).value().size(), 1U);
}

TEST(PlannedCues, OfARemovedStationAreCancelled) {
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.put_group({"to-1", ""}));
  ASSERT_TRUE(store.put_station(sample::station("loa-1", {"to-1"}, 1)));
  ASSERT_TRUE(store.record_plan(plan(1, base - minutes{5}),
                                {cue_at("a", 0, minutes{0}, minutes{0}), cue_at("b", 0, minutes{3}, minutes{3})}));
  ASSERT_TRUE(store.remove_station("loa-1", base + minutes{1}));
  const auto cues = all_cues(store);
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

TEST(PromiseFacts, ComeBackAsTheyWereAndStandOnce) {
  auto store = Store::open(":memory:").value();
  auto one = cue_at("a", 0, minutes{0}, minutes{0}), other = cue_at("b", 0, minutes{3}, minutes{3});
  one.facts = facts_of("Chợ", "to-1");
  other.facts = facts_of("Chợ", "to-1");
  ASSERT_TRUE(store.record_plan(plan(1, base - minutes{5}), {one, other, cue_at("c", 0, minutes{6}, minutes{6})}));
  const auto cues = all_cues(store);
  ASSERT_EQ(cues.size(), 3U);
  ASSERT_NE(cues[0].facts, nullptr);
  EXPECT_EQ(*cues[0].facts, *one.facts);
  EXPECT_EQ(cues[0].facts, cues[1].facts) << "equal facts are one row";
  EXPECT_EQ(cues[2].facts, nullptr);
  EXPECT_EQ(*store.begun_cues("loa-1", base - minutes{5}, base + Micros{1}).value().at(0).facts, *one.facts);
}

TEST(PromiseFacts, AreFrozenAtTheCuesStart) {
  auto store = Store::open(":memory:").value();
  auto begun = cue_at("a", 0, minutes{0}, minutes{0}), later = cue_at("b", 0, minutes{3}, minutes{3});
  begun.facts = later.facts = facts_of("Chợ", "to-1");
  ASSERT_TRUE(store.record_plan(plan(1, base - minutes{5}), {begun, later}));
  begun.facts = later.facts = facts_of("Chợ cũ", "to-2");
  EXPECT_EQ(store.record_facts("loa-1", base + minutes{1}, {begun, later}).value(), 1U);
  EXPECT_EQ(all_cues(store)[0].facts->station, "Chợ");
  EXPECT_EQ(all_cues(store)[1].facts->station, "Chợ cũ");
  EXPECT_EQ(all_cues(store)[1].plan_sequence, 1U) << "the promise stands";
  begun.facts = later.facts = facts_of("Chợ mới", "to-2");
  ASSERT_TRUE(store.record_plan(plan(2, base + minutes{1}), {later}));
  EXPECT_EQ(all_cues(store)[0].facts->station, "Chợ");
  EXPECT_EQ(all_cues(store)[1].facts->station, "Chợ mới") << "a new plan with the same cue";
  EXPECT_EQ(store.record_facts("loa-1", base + minutes{1}, {later}).value(), 0U);
  auto changed = later;
  changed.cue.set_duration_us(changed.cue.duration_us() + 1);
  changed.facts = facts_of("Nhà", "to-2");
  EXPECT_EQ(store.record_facts("loa-1", base + minutes{1}, {changed}).value(), 0U) << "facts of another promise";
}

TEST(Revisions, AreKeptByPeriodAndScope) {
  auto store = Store::open(":memory:").value();
  const auto day = sample::date(2026, 11, 20), next = day + std::chrono::days{1};
  ASSERT_TRUE(store.put_revision({day, day, "", 1, base, "{}"}));
  ASSERT_TRUE(store.put_revision({day, day, "", 2, base + minutes{1}, "{1}"}));
  ASSERT_TRUE(store.put_revision({day, next, "", 1, base, "{}"}));
  ASSERT_TRUE(store.put_revision({day, day, "loa-1", 1, base, "{}"}));
  EXPECT_EQ(store.put_revision({day, day, "", 2, base, "{}"}).error().code, ErrorCode::exists);
  const auto kept = store.revisions(day, day, "").value();
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[1].figures, "{1}");
  EXPECT_EQ(kept[1].made, base + minutes{1});
}

TEST(Plans, OldOnesLoseTheirBytesAndKeepTheirLine) {
  auto store = Store::open(":memory:").value();
  for (std::uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(store.record_plan(plan(i, base + minutes{i}), {}));
  EXPECT_EQ(store.newest_plan("loa-1").value()->sealed, "sealed 5");
  EXPECT_EQ(store.newest_plan("loa-2").value(), std::nullopt);
  EXPECT_FALSE(store.record_plan(plan(5, base), {})) << "a sequence is used once";
}

ProofRecord proof(std::uint64_t number) {
  ProofRecord record;
  record.station = "loa-1";
  record.epoch = {7};
  record.number = number;
  record.digest = sample::object_of(std::to_string(number));
  record.received = base;
  record.proof.set_number(number);
  record.proof.set_occurrence("a");
  record.proof.set_bucket(v1::BUCKET_PLAYED);
  record.proof.set_from_us(to_us(base) + static_cast<std::int64_t>(number) * 1000000);
  record.proof.set_to_us(record.proof.from_us() + 1000000);
  record.proof.set_device_ppb(-60123);
  record.proof.set_frames(48000);
  record.proof.set_anew(number == 2);
  return record;
}

TEST(Proofs, ComeBackWithTheirGaps) {
  auto store = Store::open(":memory:").value();
  auto with_gaps = proof(1);
  for (int i = 0; i < 2; ++i) {
    auto* gap = with_gaps.proof.add_gaps();
    gap->set_at_us(with_gaps.proof.from_us() + i * 1000);
    gap->set_length_us(500);
  }
  ASSERT_TRUE(store.append_proofs({with_gaps, proof(2)}, {{"loa-1", {7}, 2, proof(2).digest, base}}));
  const auto got = store.proofs({base, base + minutes{1}}).value();
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].proof.gaps_size(), 2);
  EXPECT_EQ(got[0].proof.gaps(1).at_us(), with_gaps.proof.gaps(1).at_us());
  EXPECT_EQ(got[1].proof.gaps_size(), 0);
  EXPECT_EQ(got[1].proof.device_ppb(), -60123);
  EXPECT_FALSE(got[0].proof.anew());
  EXPECT_TRUE(got[1].proof.anew());
  EXPECT_EQ(got[1].epoch, Epoch{7});
  EXPECT_EQ(store.chain("loa-1", {7}).value().through, 2U);
  EXPECT_EQ(store.chain("loa-1", {8}).value().through, 0U);
  EXPECT_EQ(store.proof_digest("loa-1", {7}, 2).value(), proof(2).digest);
  EXPECT_EQ(store.proof_digest("loa-1", {7}, 3).value(), std::nullopt);
}

TEST(Proofs, OfOneBatchAreAllKeptOrNone) {
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.append_proofs({proof(1)}, {}));
  const auto again = store.append_proofs({proof(2), proof(1)}, {{"loa-1", {7}, 2, {}, base}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::exists);
  EXPECT_EQ(store.count_proofs().value(), 1U);
  EXPECT_EQ(store.chain("loa-1", {7}).value().through, 0U);
}

TEST(Proofs, FlawedOnesAreKeptButNotCounted) {
  auto store = Store::open(":memory:").value();
  auto flawed = proof(1);
  flawed.flaw = "ends before it begins";
  ASSERT_TRUE(store.append_proofs({flawed}, {}));
  EXPECT_TRUE(store.proofs({base, base + minutes{1}}).value().empty());
  EXPECT_EQ(store.proofs_of("loa-1").value().size(), 1U);
}

TEST(Proofs, WaitAsideInOrderOfTheirNumbers) {
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.put_aside({proof(5), proof(3), proof(3), proof(4)}));
  EXPECT_EQ(store.count_aside("loa-1").value(), 3U);
  const auto waiting = store.aside("loa-1", {7}, 4, 10).value();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].number, 4U);
  ASSERT_TRUE(store.drop_aside("loa-1", {7}, 4));
  EXPECT_EQ(store.count_aside("loa-1").value(), 1U);
}

TEST(Plans, KeepThePagesOfManyCuesOnce) {
  sample::Folder folder;
  auto store = Store::open(folder / "ward.db").value();
  std::vector<PlannedCue> cues;
  for (int i = 0; i < 48; ++i) {
    PlannedCue planned;
    planned.station = "bang-1";
    planned.occurrence_start = base + minutes{30 * i};
    planned.cue.set_occurrence(fmt::format("bang-led/2026-11-24/{:02}{:02}00", i / 2, i % 2 * 30));
    planned.cue.set_medium(v1::MEDIUM_SIGN);
    planned.cue.set_start_us(to_us(planned.occurrence_start));
    planned.cue.set_duration_us(Micros{minutes{30}}.count());
    for (int page = 0; page < 100; ++page) {
      auto* added = planned.cue.add_pages();
      added->set_object(std::string(32, static_cast<char>(page)));
      added->set_dwell_us(10'000'000);
    }
    cues.push_back(std::move(planned));
  }
  ASSERT_TRUE(store.record_plan({"bang-1", 1, base, base + hours{24}, "sealed"}, cues));
  const auto back = store.planned_cues({base, base + hours{24}}, "bang-1").value();
  ASSERT_EQ(back.size(), cues.size());
  for (std::size_t i = 0; i < back.size(); ++i)
    EXPECT_EQ(back[i].cue.SerializeAsString(), cues[i].cue.SerializeAsString());
  auto sql = Connection::open(folder / "ward.db").value();
  std::int64_t bytes = 0, playlists = 0;
  ASSERT_TRUE(sql->each("SELECT sum(length(cue)) FROM planned_cues", [&](const Row& row) { bytes = row.integer(0); }));
  ASSERT_TRUE(sql->each("SELECT count(*) FROM playlists", [&](const Row& row) { playlists = row.integer(0); }));
  EXPECT_EQ(playlists, 1);
  EXPECT_LT(bytes, 48 * 100);
  cues[0].cue.mutable_pages(5)->set_dwell_us(11'000'000);
  ASSERT_TRUE(store.record_plan({"bang-1", 2, base, base + hours{24}, "sealed"}, cues));
  const auto newer = store.planned_cues({base, base + hours{24}}, "bang-1").value();
  EXPECT_EQ(newer[0].cue.pages(5).dwell_us(), 11'000'000);
  EXPECT_EQ(newer[0].plan_sequence, 2U);
  EXPECT_EQ(newer[1].plan_sequence, 1U) << "what stays the same was promised by the first";
}

}  // namespace
}  // namespace loa::headend::store
