#include "headend/report/revision.hpp"

#include "tests/unit/headend/report/report_sample.hpp"

namespace loa::headend::report {
namespace {

class RevisionTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.record_plan({"loa-1", 1, start - 1h, start + 24h * 30, "sealed"}, {promised()}));
    append(proof(promised(), 0s, 4s), 1);
  }
  static PlannedCue promised() { return cue_of("loa-1", "Chợ", {{"to-1", "Tổ 1"}}); }
  void append(ProofRecord record, std::uint64_t number) {
    record.epoch = {1};
    record.number = number;
    ASSERT_TRUE(store_.append_proofs({record}, {}));
  }
  Report report(WallTime now, Keep keep = Keep::yes, const std::string& station = {}) {
    auto made = of_store(store_, today, today, zone, now, station).value();
    EXPECT_TRUE(revise(store_, made, station, keep));
    return made;
  }

  store::Store store_ = store::Store::open(":memory:").value();
  const WallTime next_day_ = zone.to_utc(today + std::chrono::days{1}, 8h);
};

TEST_F(RevisionTest, APeriodThatIsNotOverHasNone) {
  const auto made = report(evening);
  EXPECT_FALSE(made.revision);
  EXPECT_THAT(format_text(made), HasSubstr("The period is not over"));
  EXPECT_TRUE(store_.revisions(today, today, "").value().empty());
}

TEST_F(RevisionTest, TheSameEvidenceIsTheSameRevision) {
  EXPECT_EQ(report(next_day_).revision->number, 1U);
  const auto again = report(next_day_ + 48h);
  EXPECT_EQ(again.revision->number, 1U);
  EXPECT_EQ(again.revision->made, next_day_) << "made first then";
  EXPECT_THAT(again.revision->changes, IsEmpty());
  EXPECT_EQ(store_.revisions(today, today, "").value().size(), 1U);
}

TEST_F(RevisionTest, LateProofsMakeANumberedOneThatListsWhatChanged) {
  report(next_day_);
  append(proof(promised(), 4s, 10s), 2);
  const auto made = report(next_day_ + 24h);
  ASSERT_TRUE(made.revision);
  EXPECT_EQ(made.revision->number, 2U);
  const auto is_change = [](const char* table, const char* id, const char* what, std::int64_t before,
                            std::int64_t after) {
    return AllOf(Field(&Change::table, table), Field(&Change::id, id), Field(&Change::what, what),
                 Field(&Change::before, before), Field(&Change::after, after));
  };
  EXPECT_THAT(made.revision->changes,
              testing::Contains(is_change("stations", "loa-1", "spent_us.played", 4'000'000, 10'000'000)));
  EXPECT_THAT(made.revision->changes,
              testing::Contains(is_change("groups", "to-1", "broadcast_actual_us", 4'000'000, 10'000'000)));
  EXPECT_THAT(made.revision->changes, testing::Contains(is_change("counts", "", "cues_unexplained", 1, 0)));
  const auto later = report(next_day_ + 72h);
  EXPECT_EQ(later.revision->number, 2U);
  EXPECT_EQ(later.revision->changes.size(), made.revision->changes.size()) << "shown as long as it is the newest";
  const auto text = format_text(later);
  EXPECT_THAT(text, HasSubstr("Revision 2, first made 2026-11-25 08:00:00"));
  EXPECT_THAT(text, HasSubstr("Changed from revision 1:"));
  EXPECT_THAT(text, HasSubstr("0:00:04.000   →   0:00:10.000"));
  EXPECT_THAT(format_json(later),
              HasSubstr(R"("revision":{"number":2,"made":"2026-11-25T01:00:00.000000Z","kept":true)"));
}

TEST_F(RevisionTest, LookingMakesNone) {
  const auto looked = report(next_day_, Keep::no);
  ASSERT_TRUE(looked.revision);
  EXPECT_FALSE(looked.revision->kept);
  EXPECT_TRUE(store_.revisions(today, today, "").value().empty());
  report(next_day_);
  EXPECT_TRUE(report(next_day_, Keep::no).revision->kept);
  EXPECT_EQ(report(next_day_, Keep::yes, "loa-1").revision->number, 1U) << "a station's report has its own";
}

TEST(Changes, WhatOnlyOneBuildKnowsIsNone) {
  const std::string before = R"({"total":[{"id":"","medium":"audio","cues":2}],"cues_planned":2})",
                    after = R"({"total":[{"id":"","medium":"audio","cues":2,"reach":7}],"cues_planned":2,"new":1})";
  EXPECT_THAT(changes_between(before, after).value(), IsEmpty());
  EXPECT_EQ(changes_between(before, R"({"total":[],"cues_planned":2})").value().size(), 1U) << "a row that went";
  EXPECT_EQ(changes_between("[]", after).error().code, ErrorCode::invalid);
}

TEST(Words, EveryReasonOfAStationHasThem) {
  for (const char* reason :
       {"called-off",      "clock-last-known", "clock-none",      "clock-stepped",    "content-damaged",
        "content-missing", "device-late",      "device-lost",     "filler-played",    "halted",
        "late-limit",      "late-no-room",     "late-policy",     "muted-by-command", "nothing-to-fill",
        "plan-changed",    "plan-expired",     "plan-late",       "policy-days",      "policy-hours",
        "policy-minutes",  "policy-not-valid", "policy-sessions", "pre-empted",       "process-late",
        "process-lost",    "restart-no-room",  "starting",        "station-off",      "stopped-by-command",
        "before-journal",  "not-come",         "no-proof",        "lost-at-office",   "underrun",
        "frames-missing",  "other-content"}) {
    EXPECT_TRUE(is_known_reason(reason)) << reason;
    EXPECT_THAT(reason_text(reason), HasSubstr(" · "));
  }
  EXPECT_EQ(reason_text("of-a-newer-build"), "of-a-newer-build");
}

}  // namespace
}  // namespace loa::headend::report
