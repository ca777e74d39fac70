#include "headend/report/report.hpp"

#include <gmock/gmock.h>

#include <random>

#include "headend/timetable/timetable.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::report {
namespace {

using namespace std::chrono_literals;
using store::PlannedCue;
using store::ProofRecord;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

const timetable::Zone zone;
const auto today = sample::date(2026, 11, 23);
const WallTime start = zone.to_utc(today, 5h);
const WallTime evening = zone.to_utc(today, 20h);

PlannedCue cue(std::uint32_t segment = 0, Micros offset = 0s, Micros length = 10s,
               const std::string& station = "loa-1") {
  PlannedCue planned;
  planned.station = station;
  planned.occurrence_start = start;
  planned.cue.set_occurrence("sang/2026-11-23/050000");
  planned.cue.set_segment(segment);
  planned.cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  planned.cue.set_medium(v1::MEDIUM_AUDIO);
  planned.cue.set_category("tin");
  planned.cue.set_title("Bản tin phường");
  planned.cue.set_start_us(to_us(start + offset));
  planned.cue.set_duration_us(length.count());
  planned.cue.set_object("right");
  return planned;
}

ProofRecord proof(const PlannedCue& of, Micros from, Micros to, v1::Bucket bucket = v1::BUCKET_PLAYED,
                  const std::string& reason = "complete") {
  ProofRecord record;
  record.station = of.station;
  auto& made = record.proof;
  made.set_occurrence(of.cue.occurrence());
  made.set_segment(of.cue.segment());
  made.set_medium(of.cue.medium());
  made.set_object(of.cue.object());
  made.set_bucket(bucket);
  made.set_reason(reason);
  made.set_from_us(of.cue.start_us() + from.count());
  made.set_to_us(of.cue.start_us() + to.count());
  record.received = wall_from_us(made.to_us()) + 1s;
  if (bucket == v1::BUCKET_PLAYED) made.set_frames(static_cast<std::uint64_t>((to - from).count()) * 48 / 1000);
  return record;
}

void add_gap(ProofRecord& record, Micros at, Micros length) {
  auto* gap = record.proof.add_gaps();
  gap->set_at_us(record.proof.from_us() + at.count());
  gap->set_length_us(length.count());
  record.proof.set_frames(record.proof.frames() - static_cast<std::uint64_t>(length.count()) * 48 / 1000);
}

Report make(const std::vector<PlannedCue>& planned, const std::vector<ProofRecord>& proofs, WallTime now = evening,
            const std::vector<store::ClockFinding>& clock = {}) {
  static const auto catalogue = sample::catalogue();
  Reporter reporter{catalogue, today, today, zone, now};
  reporter.add(planned, proofs, clock);
  return reporter.finish();
}

Micros spent(const Report& report, v1::Bucket bucket) {
  return report.total.empty() ? Micros{0} : report.total[0].account.in(bucket);
}

testing::Matcher<const Difference&> is(Micros from, Micros to, v1::Bucket bucket, const char* reason) {
  return Field(&Difference::stretch, AllOf(Field(&Stretch::from, start + from), Field(&Stretch::to, start + to),
                                           Field(&Stretch::bucket, bucket), Field(&Stretch::reason, reason)));
}

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

/// A playlist of "page" for 10 s and "strip" for 20 s.
PlannedCue playlist(Micros length) {
  auto sign = cue(0, 0s, length, "bang-1");
  sign.cue.set_medium(v1::MEDIUM_SIGN);
  for (const auto& [name, dwell] : {std::pair{"page", 10s}, std::pair{"strip", 20s}}) {
    auto* page = sign.cue.add_pages();
    page->set_object(std::string{sample::object_of(name).view()});
    page->set_dwell_us(Micros{dwell}.count());
  }
  sign.cue.set_object(sign.cue.pages(0).object());
  return sign;
}

ProofRecord shown(const PlannedCue& of, Micros from, Micros to, std::vector<std::pair<const char*, Micros>> pages) {
  auto record = proof(of, from, to);
  record.proof.set_frames(12);
  for (const auto& [name, length] : pages) {
    auto* page = record.proof.add_pages();
    page->set_object(std::string{sample::object_of(name).view()});
    page->set_shown_us(length.count());
    page->set_frames(6);
  }
  return record;
}

const PageRow& row_of(const Report& report, const char* name) {
  for (const auto& row : report.pages) {
    if (row.object == sample::object_of(name).hex()) return row;
  }
  ADD_FAILURE() << "no row for " << name;
  static const PageRow none;
  return none;
}

TEST(Report, CountsEachSloganOfAPlaylist) {
  const auto report = make({playlist(70s)}, {shown(playlist(70s), 0s, 70s, {{"page", 29s}, {"strip", 41s}})});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 70s);
  EXPECT_EQ(row_of(report, "page").planned, 30s);
  EXPECT_EQ(row_of(report, "page").shown, 29s) << "by the proof's count, not by the plan";
  EXPECT_EQ(row_of(report, "strip").planned, 40s);
  EXPECT_EQ(row_of(report, "strip").shown, 41s);
  EXPECT_EQ(row_of(report, "strip").frames, 6U);
  EXPECT_THAT(format_text(report), HasSubstr("0:00:41.000"));
  EXPECT_THAT(format_json(report), HasSubstr(R"("shown_us":41000000)"));
}

TEST(Report, APageThatWasNeverSeenIsCountedAsNothing) {
  const auto report = make({playlist(60s)}, {shown(playlist(60s), 0s, 60s, {{"page", 60s}, {"strip", 0s}})});
  EXPECT_EQ(row_of(report, "strip").planned, 40s);
  EXPECT_EQ(row_of(report, "strip").shown, 0s);
}

TEST(Report, WhatAKilledProcessDidNotCountIsCreditedToNoSlogan) {
  const auto report =
      make({playlist(60s)}, {shown(playlist(60s), 0s, 40s, {}), shown(playlist(60s), 40s, 60s, {{"strip", 20s}})});
  EXPECT_EQ(row_of(report, "page").shown, 0s);
  EXPECT_EQ(row_of(report, "strip").shown, 20s);
  ASSERT_EQ(report.pages.size(), 3U);
  EXPECT_EQ(report.pages[0].object, "");
  EXPECT_EQ(report.pages[0].shown, 40s);
}

TEST(Report, SlogansOfContradictingProofsAreNeverCountedTwice) {
  const auto report = make({playlist(60s)}, {shown(playlist(60s), 0s, 60s, {{"page", 20s}, {"strip", 40s}}),
                                             shown(playlist(60s), 0s, 60s, {{"page", 20s}, {"strip", 40s}})});
  EXPECT_EQ(row_of(report, "page").shown, 20s);
  EXPECT_EQ(row_of(report, "strip").shown, 40s);
}

TEST(Report, APlaylistsTimeGoesToTheCategoriesOfItsPages) {
  auto catalogue = sample::catalogue();
  for (auto& content : catalogue.contents) {
    if (content.object == sample::object_of("strip")) content.category = "tuyen-truyen";
  }
  Reporter reporter{catalogue, today, today, zone, evening};
  reporter.add({playlist(45s)}, {shown(playlist(45s), 0s, 35s, {{"page", 15s}, {"strip", 20s}})}, {});
  const auto report = reporter.finish();
  ASSERT_EQ(report.categories.size(), 2U);
  EXPECT_EQ(report.categories[0].id, "tin") << "the cue's, where the page has none";
  EXPECT_EQ(report.categories[0].account.in(v1::BUCKET_PLAYED), 15s);
  EXPECT_EQ(report.categories[1].account.planned(), 25s);
  EXPECT_EQ(report.categories[1].account.in(v1::BUCKET_UNKNOWN), 5s);
}

TEST(Report, AProofThatCameBeforeItsTimeIsShownAsAWrongClock) {
  auto early = proof(cue(), 0s, 10s);
  early.received = start + 10s - 1h;
  const auto report = make({cue()}, {early});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s) << "it was heard";
  ASSERT_EQ(report.anomalies.size(), 1U);
  EXPECT_EQ(report.anomalies[0].kind, "clock");
  EXPECT_THAT(report.anomalies[0].text, HasSubstr("came 1 h 00 min 00.0 s before its end"));
  early.received = start + 10s - 30s;
  EXPECT_THAT(make({cue()}, {early}).anomalies, IsEmpty()) << "clocks may differ a little";
  early.proof.set_late_us(Micros{1s}.count());
  EXPECT_EQ(make({cue()}, {early}).anomalies.size(), 1U) << "it ended a second later than the plan says";
  auto silent = proof(cue(), 0s, 10s, v1::BUCKET_MUTED);
  silent.received = start - 1h;
  EXPECT_THAT(make({cue()}, {silent}).anomalies, IsEmpty()) << "booked ahead: nothing was heard at a wrong hour";
}

/// The clock was so far ahead between two instants, counted from the start of the cue.
std::vector<store::ClockFinding> off(Micros ahead, Micros since, Micros until) {
  return {{"loa-1", start + since, ahead}, {"loa-1", start + until, 0s}};
}

/// The marks at one cue of 10 s whose proof came at an instant counted from its start.
std::vector<Anomaly> marks(Micros came, const std::vector<store::ClockFinding>& clock) {
  auto played = proof(cue(), 0s, 10s);
  played.proof.set_number(12);
  played.received = start + came;
  return make({cue()}, {played}, evening, clock).anomalies;
}

TEST(Report, WhatWasHeardByAClockThatWasOffIsShownOnce) {
  const auto behind = marks(1h + 11s, off(-1h, 0s, 2h));
  ASSERT_EQ(behind.size(), 1U);
  EXPECT_EQ(behind[0].kind, "clock");
  EXPECT_EQ(behind[0].text,
            "proof 12: by the head-end's clock it was heard 1 h 00 min 00.0 s later than it says: the station's clock "
            "was behind");
  const auto ahead = marks(-1h + 11s, off(1h, -2h, -30min));
  ASSERT_EQ(ahead.size(), 1U) << "it came before its end too";
  EXPECT_EQ(
      ahead[0].text,
      "proof 12: by the head-end's clock it was heard 1 h 00 min 00.0 s earlier than it says: the station's clock "
      "was ahead");
  EXPECT_EQ(marks(3h, off(-1h, 1h + 9s, 2h)).size(), 1U) << "off for its last second";
  EXPECT_EQ(marks(3h, off(1h, -2h, 1h)).size(), 1U) << "nobody could hear the station until it was over";
  EXPECT_EQ(marks(3h, {{"loa-1", start, -1h}}).size(), 1U) << "off to this day";
  EXPECT_EQ(marks(3h, {{"loa-1", start - 2h, 1h}, {"loa-1", start - 30min, 2h}}).size(), 1U)
      << "not right since either";
  EXPECT_EQ(spent(make({cue()}, {proof(cue(), 0s, 10s)}, evening, {{"loa-1", start - 2h, 1h}}), v1::BUCKET_PLAYED), 10s)
      << "it was heard";
  auto muted = proof(cue(), 0s, 10s, v1::BUCKET_MUTED);
  muted.received = start + 2h;
  EXPECT_THAT(make({cue()}, {muted}, evening, {{"loa-1", start, -1h}}).anomalies, IsEmpty());
}

TEST(Report, WhatARightClockProvedIsNotLaidToTheWrongOne) {
  EXPECT_THAT(marks(3h, off(-1h, 0s, 1h)), IsEmpty()) << "heard when the clock was right again";
  EXPECT_THAT(marks(3h, off(-1h, 1h + 10s, 2h)), IsEmpty()) << "heard when the clock was right still";
  EXPECT_THAT(marks(3h, off(1h, -2h, -1h)), IsEmpty());
  EXPECT_THAT(marks(30min, off(-1h, 40min, 2h)), IsEmpty()) << "heard while offline, and here before it was off";
  EXPECT_THAT(marks(1h + 4s, off(-1h, 1h + 5s, 2h)), IsEmpty()) << "here when the clock agreed still";
  EXPECT_THAT(marks(50min, off(-1h, 40min, 2h)), IsEmpty()) << "too early to have been heard an hour late";
  EXPECT_THAT(marks(11s, off(1h, -2h, -30min)), IsEmpty()) << "dark when it was off, put right, and on time";
}

TEST(Report, CountsByStationCategoryGroupAndMediumApart) {
  auto sign = cue(0, 0s, 60s, "bang-1");
  sign.cue.set_medium(v1::MEDIUM_SIGN);
  sign.cue.set_category("tuyen-truyen");
  const auto gone = cue(0, 0s, 10s, "da-go");
  const std::vector<PlannedCue> planned{cue(), cue(0, 0s, 10s, "loa-2"), gone, sign};
  const auto report = make(planned, {proof(cue(), 0s, 10s), proof(sign, 0s, 60s)});
  ASSERT_EQ(report.total.size(), 2U);
  EXPECT_EQ(report.total[0].account.planned(), 30s);
  EXPECT_EQ(report.total[1].account.planned(), 60s);
  ASSERT_EQ(report.stations.size(), 4U);
  EXPECT_EQ(report.stations[0].id, "da-go");
  EXPECT_EQ(report.stations[0].name, "da-go") << "a removed station is still accounted for";
  EXPECT_EQ(report.stations[1].name, "Trạm loa-1");
  ASSERT_EQ(report.categories.size(), 2U);
  EXPECT_EQ(report.categories[0].name, "Bản tin");
  ASSERT_EQ(report.groups.size(), 3U);
  EXPECT_EQ(report.groups[0].id, "to-1");
  EXPECT_EQ(report.groups[0].account.planned(), 10s);
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
  EXPECT_THAT(text, HasSubstr("Trạm tắt · Node dark (power-lost)"));
  EXPECT_THAT(text, HasSubstr("2026-11-23 05:00:04.000–05:00:10.000   0:00:06.000"));
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

// A damaged journal begins a new epoch and says again what the office may have: PROTOCOL.md §8.7.
TEST(Report, WhatAnotherEpochSaysAgainIsCountedOnceAndIsNoAnomaly) {
  auto before = proof(cue(), 0s, 10s), again = before;
  before.epoch = {1};
  again.epoch = {2};
  const auto report = make({cue()}, {before, again});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s);
  EXPECT_TRUE(report.anomalies.empty());
  again.proof.set_underruns(again.proof.underruns() + 1);
  EXPECT_EQ(make({cue()}, {before, again}).anomalies.size(), 1U) << "another claim to the same time is shown";
}

TEST(Report, JsonCarriesEveryMicrosecond) {
  const auto json = format_json(make({cue()}, {proof(cue(), 0s, 10s - 1us)}));
  EXPECT_THAT(json, HasSubstr(R"("planned_us":10000000)"));
  EXPECT_THAT(json, HasSubstr(R"("played":9999999)"));
  EXPECT_THAT(json, HasSubstr(R"("unknown":1)"));
  EXPECT_THAT(json, HasSubstr(R"("length_us":1,)"));
}

TEST(Report, IsReadFromTheStore) {
  auto store = store::Store::open(":memory:").value();
  sample::fill(store, sample::catalogue());
  ASSERT_TRUE(store.record_plan({"loa-1", 1, start - 1h, start + 24h * 30, "sealed"}, {cue(), cue(1, 10s)}));
  auto played = proof(cue(), 0s, 10s);
  played.epoch = {1};
  played.number = 1;
  add_gap(played, 1s, 500ms);
  ASSERT_TRUE(store.append_proofs({played}, {}));
  ASSERT_TRUE(store.put_clock_finding({"loa-1", start - 2h, 2h}));
  const auto report = of_store(store, today, today, zone, evening).value();
  EXPECT_EQ(report.cues_planned, 2U);
  EXPECT_EQ(report.cues_accounted, 1U);
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 9500ms);
  EXPECT_THAT(report.anomalies, ElementsAre(Field(&Anomaly::kind, "clock")));
  EXPECT_EQ(of_store(store, today, today - std::chrono::days{1}, zone, evening).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace loa::headend::report
