#include "tests/unit/headend/report/report_sample.hpp"

namespace loa::headend::report {
namespace {

/// One station dark on some days of July 2026, as it had a cue on each of its days.
Report dark_days(const std::set<unsigned>& busy, const std::set<unsigned>& dark) {
  Reporter reporter{sample::date(2026, 7, 1), sample::date(2026, 7, 31), zone, evening};
  std::vector<PlannedCue> planned;
  std::vector<ProofRecord> proofs;
  for (const auto day : busy) {
    for (int session = 0; session < 2; ++session) {
      auto made = cue_of("cum-02", "Cụm chợ", {});
      made.cue.set_occurrence(fmt::format("buoi-{}/2026-07-{:02}/050000", session, day));
      made.occurrence_start = zone.to_utc(sample::date(2026, 7, day), 5h + session * 12h);
      made.cue.set_start_us(to_us(made.occurrence_start));
      made.cue.set_duration_us(Micros{15min}.count());
      planned.push_back(made);
      proofs.push_back(dark.contains(day) ? proof(made, 0s, 15min, v1::BUCKET_NODE_DARK, "station-off")
                                          : proof(made, 0s, 15min));
    }
  }
  reporter.add(planned, proofs);
  return reporter.finish();
}

TEST(Report, CountsByStationColumnGroupAndMediumApart) {
  auto sign = cue(0, 0s, 60s, "bang-1");
  sign.cue.set_medium(v1::MEDIUM_SIGN);
  sign.cue.set_category("tuyen-truyen");
  const auto one = cue_of("loa-1", "Trạm loa-1", {{"to-1", "Tổ 1"}}),
             other = cue_of("loa-2", "Trạm loa-2", {{"to-2", "Tổ 2"}}), gone = cue(0, 0s, 10s, "da-go");
  const auto report = make({one, other, gone, sign}, {proof(one, 0s, 10s), proof(sign, 0s, 60s)});
  ASSERT_EQ(report.total.size(), 2U);
  EXPECT_EQ(report.total[0].account.planned(), 30s);
  EXPECT_EQ(report.total[1].account.planned(), 60s);
  EXPECT_FALSE(report.total[1].broadcast) << "a sign's time is never broadcast";
  ASSERT_EQ(report.stations.size(), 4U);
  EXPECT_EQ(report.stations[0].name, "da-go") << "a promise without facts";
  EXPECT_EQ(report.stations[1].name, "Trạm loa-1");
  ASSERT_EQ(report.categories.size(), 2U + 0U);
  EXPECT_EQ(report.categories[0].account.planned(), 30s);
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].name, "Tổ 1");
  EXPECT_EQ(report.groups[0].account.planned(), 10s);
}

TEST(Report, BroadcastHoursCountAnOccurrenceOnceHoweverManyLoudspeakers) {
  std::vector<PlannedCue> planned;
  std::vector<ProofRecord> proofs;
  for (int i = 0; i < 10; ++i) {
    const auto group = i < 4 ? model::Named{"to-1", "Tổ 1"} : model::Named{"to-2", "Tổ 2"};
    planned.push_back(cue_of(fmt::format("cum-{:02}", i), "Cụm", {group}));
    if (i > 0) proofs.push_back(proof(planned.back(), 0s, 10s));
  }
  planned.push_back(cue_of("cum-00", "Cụm", {{"to-1", "Tổ 1"}}, 1, 10s));
  planned.back().facts = facts("Cụm", {{"to-1", "Tổ 1"}}, {"nhac", "Âm nhạc"});
  proofs.push_back(proof(planned.back(), 0s, 5s));
  auto beside = cue_of("cum-11", "Cụm", {{"to-2", "Tổ 2"}});
  beside.cue.set_occurrence("khac/2026-11-23/050000");
  planned.push_back(beside);
  proofs.push_back(proof(beside, 0s, 10s));
  const auto report = make(planned, proofs);
  EXPECT_EQ(report.total[0].account.planned(), 120s) << "loudspeaker-hours";
  EXPECT_EQ(report.total[0].broadcast, (Hours{30s, 24s})) << "9 of 10, then 5 of 10 s, and one beside it";
  ASSERT_EQ(report.categories.size(), 2U);
  EXPECT_EQ(report.categories[0].broadcast, (Hours{10s, 5s}));
  EXPECT_EQ(report.categories[1].broadcast, (Hours{20s, 19s}));
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].broadcast, (Hours{20s, 12500ms})) << "3 of 4 loudspeakers, then half";
  EXPECT_EQ(report.groups[1].broadcast, (Hours{20s, 20s}));
  for (const auto& row : report.stations) EXPECT_FALSE(row.broadcast);
  const auto text = format_text(report), json = format_json(report);
  EXPECT_THAT(text, AllOf(HasSubstr("Broadcast planned"), HasSubstr("Loudspeaker planned"), HasSubstr("Giờ loa KH")));
  EXPECT_THAT(json, HasSubstr(R"("broadcast_planned_us":30000000,"broadcast_actual_us":24000000)"));
}

TEST(Report, AStationInTwoGroupsCountsInBothAndOnceInTheTotal) {
  const auto both = cue_of("cum-01", "Cụm", {{"to-1", "Tổ 1"}, {"to-2", "Tổ 2"}});
  const auto report = make({both}, {proof(both, 0s, 10s)});
  EXPECT_EQ(report.total[0].account.planned(), 10s);
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].account.planned(), 10s);
  EXPECT_EQ(report.groups[1].broadcast, (Hours{10s, 10s}));
  EXPECT_EQ(report.stations_in_groups, 1U);
  EXPECT_THAT(format_text(report), HasSubstr("1 stations are in several groups: they count in each of them and once"));
}

TEST(Report, ARenamedStationShowsBothNamesInTheirOrder) {
  auto later = cue_of("cum-01", "A mới", {}, 1, 10s), before = cue_of("cum-01", "B cũ", {});
  const auto report = make({before, later}, {});
  ASSERT_EQ(report.stations.size(), 1U);
  EXPECT_EQ(report.stations[0].name, "B cũ → A mới");
}

TEST(Report, OneDeadClusterIsOneLine) {
  std::set<unsigned> all;
  for (unsigned day = 1; day <= 31; ++day) all.insert(day);
  const auto report = dark_days(all, {3, 4, 5, 6, 7, 8, 9});
  EXPECT_EQ(report.differences.size(), 14U);
  ASSERT_EQ(report.runs.size(), 1U);
  EXPECT_EQ(report.runs[0].sessions, 14U);
  EXPECT_EQ(report.runs[0].length, 210min);
  const auto text = format_text(report);
  EXPECT_THAT(text, HasSubstr("03–09/07/2026"));
  EXPECT_THAT(text, HasSubstr("3:30:00.000   Trạm tắt · Node dark: trạm tắt · the station was off\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("2026-07-03 05:00")));
  EXPECT_THAT(format_text(report, Detail::cues), HasSubstr("2026-07-03 05:00:00.000–05:15:00.000"));
  EXPECT_THAT(format_json(report), AllOf(HasSubstr(R"("sessions":14)"), HasSubstr(R"("from":"2026-07-02T22:00:00)")));
}

TEST(Report, ARunGoesOnOverDaysWithoutAnythingPlanned) {
  EXPECT_EQ(dark_days({1, 2, 3, 6, 7}, {2, 3, 6}).runs.size(), 1U) << "a weekend lies between";
  EXPECT_EQ(dark_days({1, 2, 3, 6, 7}, {2, 6}).runs.size(), 2U) << "it was well on the 3rd";
}

TEST(Report, APeriodWithoutAPlanIsNoCleanBill) {
  auto report = make({}, {});
  EXPECT_THAT(format_text(report), HasSubstr("NO DATA: no plan was ever issued"));
  report.first_plan = start + 48h;
  EXPECT_THAT(format_text(report), HasSubstr("NO DATA: the ward has no plan before 25/11/2026"));
  report.first_plan = start - 48h;
  EXPECT_THAT(format_text(report), HasSubstr("NO DATA: nothing was due in this period"));
  EXPECT_THAT(format_text(report), testing::Not(HasSubstr("NO DIFFERENCES")));
  auto later = dark_days({20}, {});
  later.first_plan = zone.to_utc(sample::date(2026, 7, 19), 9h);
  EXPECT_THAT(format_text(later), AllOf(HasSubstr("There is no plan before 19/07/2026"), HasSubstr("NO DIFFERENCES")));
}

}  // namespace
}  // namespace loa::headend::report
