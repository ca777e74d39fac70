#include <random>

#include "headend/fleet/keep.hpp"
#include "headend/publisher/record.hpp"
#include "tests/unit/headend/report/report_sample.hpp"

namespace loa::headend::report {
namespace {

TEST(Report, WhatWasPlayedWholeHasNoDifference) {
  const auto report = make({cue()}, {proof(cue(), 0s, 10s)});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s);
  EXPECT_THAT(report.differences, IsEmpty());
  EXPECT_THAT(report.anomalies, IsEmpty());
  EXPECT_EQ(report.cues_accounted, 1U);
  EXPECT_EQ(report.cues_unexplained, 0U);
}

TEST(Report, AKilledStationIsCreditedWhatItSaidAndNoMore) {
  const auto report =
      make({cue()}, {proof(cue(), 0s, 3s, v1::BUCKET_PLAYED, "process-lost"),
                     proof(cue(), 3s, 5s, v1::BUCKET_NODE_DARK, "process-lost"), proof(cue(), 5s, 10s)});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 8s);
  EXPECT_THAT(report.differences, ElementsAre(is(3s, 5s, v1::BUCKET_NODE_DARK, "process-lost")));
  EXPECT_EQ(report.cues_accounted, 1U);
}

TEST(Report, WhatNoProofSpeaksOfIsUnknown) {
  const auto report = make({cue(), cue(1, 10s)}, {proof(cue(), 2s, 9s)});
  EXPECT_THAT(report.differences,
              ElementsAre(is(0s, 2s, v1::BUCKET_UNKNOWN, "no-proof"), is(9s, 10s, v1::BUCKET_UNKNOWN, "no-proof"),
                          is(10s, 20s, v1::BUCKET_UNKNOWN, "no-proof")));
  EXPECT_EQ(report.cues_planned, 2U);
  EXPECT_EQ(report.cues_unexplained, 2U);
}

TEST(Report, EmergenciesAndFillersAreNoProgrammes) {
  auto siren = cue(1, 20s), filler = cue(2, 0s), unheard = cue(3, 30s);
  siren.cue.set_cue_class(v1::CUE_CLASS_EMERGENCY);
  filler.cue.set_cue_class(v1::CUE_CLASS_FILLER);
  unheard.cue.set_cue_class(v1::CUE_CLASS_FILLER);
  const auto report = make({cue(), siren, filler, unheard},
                           {proof(cue(), 0s, 10s, v1::BUCKET_CONTENT_MISSING, "filler-played"), proof(siren, 0s, 10s),
                            proof(filler, 0s, 4s, v1::BUCKET_PLAYED, "halted")});
  EXPECT_EQ(report.total.at(0).account.planned(), 10s);
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 0s);
  EXPECT_THAT(report.differences, ElementsAre(is(0s, 10s, v1::BUCKET_CONTENT_MISSING, "filler-played")));
  ASSERT_EQ(report.emergencies.size(), 1U);
  EXPECT_EQ(report.emergencies[0].account.in(v1::BUCKET_PLAYED), 10s);
  ASSERT_EQ(report.fillers.size(), 1U);
  EXPECT_EQ(report.fillers[0].account.in(v1::BUCKET_PLAYED), 4s);
  EXPECT_EQ(report.fillers[0].account.cues, 1U);
  EXPECT_EQ(report.cues_planned, 2U);
  EXPECT_EQ(report.cues_unexplained, 0U);
  EXPECT_THAT(format_text(report), AllOf(HasSubstr("KHẨN CẤP · EMERGENCIES"), HasSubstr("LẤP CHỖ TRỐNG · FILLERS")));
}

TEST(Report, GapsInsideAPlayedPartAreNotPlayed) {
  auto played = proof(cue(), 0s, 10s);
  add_gap(played, 2s, 300ms);
  add_gap(played, 5s, 100ms);
  const auto report = make({cue()}, {played});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 9600ms);
  EXPECT_EQ(spent(report, v1::BUCKET_INTERRUPTED), 400ms);
  EXPECT_THAT(report.differences, ElementsAre(is(2s, 2300ms, v1::BUCKET_INTERRUPTED, "underrun"),
                                              is(5s, 5100ms, v1::BUCKET_INTERRUPTED, "underrun")));
  EXPECT_THAT(report.anomalies, IsEmpty());
}

TEST(Report, FramesThatAreMissingAreNotPlayed) {
  auto played = proof(cue(), 0s, 10s);
  played.proof.set_frames(48000 * 8);
  const auto report = make({cue()}, {played});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 8s);
  EXPECT_THAT(report.anomalies, ElementsAre(Field(&Anomaly::kind, "frames")));
  played.proof.set_frames(48000 * 10 - 48);
  EXPECT_EQ(spent(make({cue()}, {played}), v1::BUCKET_PLAYED), 10s) << "10 ms are rounding";
}

TEST(Report, ContradictingClaimsAreCountedOnceAndNeverInFavour) {
  const auto report =
      make({cue()}, {proof(cue(), 0s, 6s), proof(cue(), 4s, 10s), proof(cue(), 8s, 10s, v1::BUCKET_MUTED, "mute")});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 8s);
  EXPECT_EQ(spent(report, v1::BUCKET_MUTED), 2s);
  ASSERT_EQ(report.anomalies.size(), 2U);
  EXPECT_EQ(report.anomalies[0].kind, "overlap");
  EXPECT_EQ(report.anomalies[0].from, start + 4s);
  EXPECT_EQ(report.anomalies[0].to, start + 6s);
  EXPECT_EQ(report.anomalies[1].from, start + 8s);
}

TEST(Report, ClaimsOutsideThePlannedTimeAreCutAndShown) {
  const auto report = make({cue()}, {proof(cue(), -1s, 11s)});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s);
  EXPECT_THAT(report.anomalies, ElementsAre(Field(&Anomaly::kind, "outside")));
}

TEST(Report, OtherContentIsNotWhatWasPlanned) {
  auto other = proof(cue(), 0s, 10s);
  other.proof.set_object("wrong");
  const auto report = make({cue()}, {other});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 0s);
  EXPECT_THAT(report.differences, ElementsAre(is(0s, 10s, v1::BUCKET_INTERRUPTED, "other-content")));
  EXPECT_THAT(report.anomalies, ElementsAre(Field(&Anomaly::kind, "object")));
}

TEST(Report, WhatWasPlayedWithoutAPromiseIsShown) {
  auto cancelled = cue(1, 20s);
  cancelled.cancelled = start - 1h;
  const auto report =
      make({cue(), cancelled}, {proof(cue(), 0s, 10s), proof(cancelled, 0s, 10s), proof(cue(7), 0s, 10s)});
  EXPECT_EQ(report.cues_planned, 1U);
  EXPECT_EQ(report.cues_cancelled, 1U);
  EXPECT_THAT(report.anomalies,
              testing::UnorderedElementsAre(Field(&Anomaly::kind, "cancelled"), Field(&Anomaly::kind, "unplanned")));
}

TEST(Report, CuesThatHaveNotEndedAreToCome) {
  const auto report = make({cue(), cue(1, 10s)}, {proof(cue(), 0s, 10s)}, start + 10s);
  EXPECT_EQ(report.cues_planned, 1U);
  EXPECT_EQ(report.cues_to_come, 1U);
  EXPECT_EQ(report.cues_unexplained, 0U);
}

TEST(Report, PeriodsAreLocalDays) {
  const auto before = cue(1, zone.to_utc(today, 0s) - start - 1s, 1s),
             first = cue(2, zone.to_utc(today, 0s) - start, 1s),
             last = cue(3, zone.to_utc(today, 24h) - start - 1s, 1s),
             after = cue(4, zone.to_utc(today, 24h) - start, 1s);
  const auto report = make({before, first, last, after}, {}, evening + 24h);
  EXPECT_EQ(report.cues_planned, 2U);
}

/// Random proofs, sound and hostile: no microsecond is lost or counted twice.
TEST(Report, SumsAlwaysClose) {
  std::mt19937_64 random{20261121};
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<PlannedCue> planned;
    std::vector<ProofRecord> proofs;
    Micros at{0}, promised{0};
    for (std::uint32_t segment = 0; segment < 1 + random() % 4; ++segment) {
      const Micros length{1 + below(20'000'000)};
      planned.push_back(cue(segment, at, length));
      at += length;
      promised += length;
      for (auto parts = below(6); parts > 0; --parts) {
        const Micros from{below(length.count() + 2000) - 1000};
        const Micros to = from + Micros{1 + below(length.count())};
        auto record = proof(planned.back(), from, to, static_cast<v1::Bucket>(1 + below(8)), "any");
        Micros free{0};
        for (auto gaps = below(4); gaps > 0 && free + 2us < to - from; --gaps) {
          const Micros gap_at = free + Micros{below((to - from - free).count())};
          const Micros gap_length{1 + below((to - from - gap_at).count())};
          if (record.proof.bucket() == v1::BUCKET_PLAYED) add_gap(record, gap_at, gap_length);
          free = gap_at + gap_length;
        }
        if (below(5) == 0) record.proof.set_frames(static_cast<std::uint64_t>(below(1'000'000)));
        if (below(9) == 0) record.proof.set_object("wrong");
        proofs.push_back(record);
      }
      std::vector<const ProofRecord*> own;
      for (const auto& record : proofs) {
        if (record.proof.segment() == segment) own.push_back(&record);
      }
      std::vector<Anomaly> anomalies;
      auto expected = wall_from_us(planned.back().cue.start_us());
      for (const auto& stretch : split(planned.back(), own, anomalies)) {
        ASSERT_EQ(stretch.from, expected) << "round " << round;
        ASSERT_LT(stretch.from, stretch.to);
        expected = stretch.to;
      }
      ASSERT_EQ(to_us(expected), planned.back().cue.start_us() + length.count());
    }
    const auto report = make(planned, proofs);
    ASSERT_EQ(report.total[0].account.planned(), promised) << "round " << round;
    ASSERT_EQ(report.stations[0].account.planned(), promised);
    Micros differing{0};
    for (const auto& difference : report.differences) differing += difference.stretch.to - difference.stretch.from;
    ASSERT_EQ(differing + spent(report, v1::BUCKET_PLAYED), promised) << "every difference is listed";
    ASSERT_EQ(report.cues_accounted + report.cues_unexplained, report.cues_planned);
  }
}

TEST(Report, TextIsAlignedInBothLanguagesAndEndsWithTheCount) {
  const auto report = make({cue(), cue(0, 0s, 10s, "loa-2")},
                           {proof(cue(), 0s, 10s), proof(cue(0, 0s, 10s, "loa-2"), 0s, 4s),
                            proof(cue(0, 0s, 10s, "loa-2"), 4s, 10s, v1::BUCKET_NODE_DARK, "power-lost")});
  const auto text = format_text(report);
  EXPECT_THAT(text, HasSubstr("23/11/2026"));
  EXPECT_THAT(text, HasSubstr("0:00:06.000   Trạm tắt · Node dark: mất điện · power was lost"));
  EXPECT_THAT(format_text(report, Detail::cues), HasSubstr("2026-11-23 05:00:04.000–05:00:10.000   0:00:06.000"));
  EXPECT_TRUE(text.ends_with("2 cues planned, 2 accounted for, 0 unexplained\n"));
  const auto header = text.find("Trạm "), english = text.find("Station ");
  ASSERT_NE(header, std::string::npos);
  ASSERT_NE(english, std::string::npos);
}

TEST(Report, TextNamesEachAnomalyInBothLanguagesAndCountsThem) {
  auto other = proof(cue(), 0s, 10s);
  other.proof.set_object("wrong");
  const auto text = format_text(make({cue()}, {other, proof(cue(), -1s, 0s)}));
  EXPECT_THAT(text, HasSubstr("2026-11-23 05:00:00.000–05:00:10.000   Khác nội dung · Other content"));
  EXPECT_THAT(text, HasSubstr("2026-11-23 04:59:59.000–05:00:00.000   Ngoài giờ của mục · Outside its time"));
  EXPECT_THAT(text, HasSubstr("Bất thường: 2 · Anomalies: 2\n"));
}

TEST(Report, JsonCarriesEveryMicrosecond) {
  const auto json = format_json(make({cue()}, {proof(cue(), 0s, 10s - 1us)}));
  EXPECT_THAT(json, HasSubstr(R"("planned_us":10000000)"));
  EXPECT_THAT(json, HasSubstr(R"("played":9999999)"));
  EXPECT_THAT(json, HasSubstr(R"("unknown":1)"));
  EXPECT_THAT(json, HasSubstr(R"("length_us":1,)"));
}

TEST(Report, IsReadFromTheStore) {
  auto store = store::sqlite::SqliteStore::open(":memory:").value();
  sample::fill(store, sample::catalogue());
  ASSERT_TRUE(
      publisher::record_plan(store, {"loa-1", 1, start - 1h, start + 24h * 30, "sealed"}, {cue(), cue(1, 10s)}));
  auto played = proof(cue(), 0s, 10s);
  played.epoch = {1};
  played.number = 1;
  add_gap(played, 1s, 500ms);
  ASSERT_TRUE(store.proofs().append({played}, {}));
  ASSERT_TRUE(fleet::keep_clock(store, {"loa-1", start - 2h, 2h}));
  const auto report = of_store(store, today, today, zone, evening).value();
  EXPECT_EQ(report.cues_planned, 2U);
  EXPECT_EQ(report.cues_accounted, 1U);
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 9500ms);
  EXPECT_THAT(report.anomalies, ElementsAre(Field(&Anomaly::kind, "clock")));
  EXPECT_EQ(report.first_plan, start - 1h);
  EXPECT_EQ(of_store(store, today, today - std::chrono::days{1}, zone, evening).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace loa::headend::report
