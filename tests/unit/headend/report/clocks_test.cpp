#include "headend/fleet/keep.hpp"
#include "headend/publisher/record.hpp"
#include "tests/unit/headend/report/report_sample.hpp"

namespace loa::headend::report {
namespace {

/// The clock was so far ahead between two instants, counted from the start of the cue.
std::vector<model::ClockFinding> off(Micros ahead, Micros since, Micros until) {
  return {{"loa-1", start + since, ahead}, {"loa-1", start + until, 0s}};
}

/// The marks at one cue of 10 s whose proof came at an instant counted from its start.
std::vector<Anomaly> marks(Micros came, const std::vector<model::ClockFinding>& clock) {
  auto played = proof(cue(), 0s, 10s);
  played.proof.set_number(12);
  played.received = start + came;
  return make({cue()}, {played}, evening, clock).anomalies;
}

TEST(Report, NothingOfATimeThatHasNotComeCounts) {
  auto early = proof(cue(), 0s, 10s);
  early.received = start + 10s - 1h;
  const auto report = make({cue()}, {early});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 0s);
  EXPECT_THAT(report.differences, ElementsAre(is(0s, 10s, v1::BUCKET_CLOCK_UNTRUSTED, "not-come")));
  ASSERT_EQ(report.anomalies.size(), 1U);
  EXPECT_EQ(report.anomalies[0].kind, "not-come");
  EXPECT_THAT(report.anomalies[0].text, HasSubstr("came 1 h 00 min 00.0 s before its end"));
  early.received = start + 10s - 30s;
  EXPECT_THAT(make({cue()}, {early}).anomalies, IsEmpty()) << "clocks may differ a little";
  early.proof.set_late_us(Micros{1s}.count());
  EXPECT_EQ(make({cue()}, {early}).anomalies.size(), 1U) << "it ended a second later than the plan says";
  for (const auto bucket : {v1::BUCKET_NODE_DARK, v1::BUCKET_MUTED}) {
    auto silent = proof(cue(), 0s, 10s, bucket);
    silent.received = start - 1h;
    const auto booked = make({cue()}, {silent, proof(cue(), 0s, 4s)});
    EXPECT_THAT(booked.anomalies, IsEmpty()) << "nothing was heard at a wrong hour";
    ASSERT_EQ(booked.notes.size(), 1U);
    EXPECT_EQ(booked.notes[0].kind, "not-come");
    EXPECT_EQ(spent(booked, v1::BUCKET_PLAYED), 4s) << "and takes nothing from what was";
    EXPECT_EQ(spent(booked, bucket), 0s);
  }
}

TEST(Report, WhatIsDecidedAtOnceForAWholeCueCounts) {
  auto long_cue = cue(0, 0s, 600s);
  auto stopped = proof(long_cue, 60s, 600s, v1::BUCKET_INTERRUPTED, "stopped-by-command");
  stopped.received = start + 61s;
  const auto report = make({long_cue}, {proof(long_cue, 0s, 60s), stopped});
  EXPECT_EQ(spent(report, v1::BUCKET_INTERRUPTED), 540s);
  stopped.proof.set_bucket(v1::BUCKET_NODE_DARK);
  EXPECT_EQ(spent(make({long_cue}, {proof(long_cue, 0s, 60s), stopped}), v1::BUCKET_NODE_DARK), 0s)
      << "nobody knows of a station that it will be dark";
}

TEST(Report, AnOfficeWhoseOwnClockWasBehindRefusesNoTrueProof) {
  auto played = proof(cue(), 0s, 10s);
  played.received = start - 2h;
  const auto with = [&](std::vector<model::ClockFinding> office) {
    Reporter reporter{today, today, zone, evening};
    reporter.add({cue()}, {played}, {{}, std::move(office), {}});
    return reporter.finish();
  };
  EXPECT_EQ(spent(with({{"", start - 3h, -(2h + 11s)}}), v1::BUCKET_PLAYED), 10s);
  EXPECT_EQ(spent(with({{"", start - 3h, -(2h + 11s)}, {"", start - 150min, 0s}}), v1::BUCKET_PLAYED), 0s)
      << "it was right again";
  EXPECT_EQ(spent(with({{"", start - 1h, -(2h + 11s)}}), v1::BUCKET_PLAYED), 0s) << "it was right still";
  played.received = start + 11s;
  EXPECT_EQ(spent(with({{"", start - 3h, 1h}}), v1::BUCKET_PLAYED), 0s) << "an office ahead hides an early proof";
}

TEST(Report, AProofCountsThatCameBeforeTheStationsHadShownTheOfficesClock) {
  auto played = proof(cue(), 0s, 10s);
  played.received = start + 11s - 5h;  // two minutes after the clock fell behind
  const auto with = [&](Micros found_after) {
    Reporter reporter{today, today, zone, evening};
    reporter.add({cue()}, {played}, {{}, {{"", played.received + found_after, -5h}, {"", start + 2h, 0s}}, {}});
    return spent(reporter.finish(), v1::BUCKET_PLAYED);
  };
  EXPECT_EQ(with(3min), 10s);
  EXPECT_EQ(with(6min), 0s) << "within minutes, or it was not that clock";
}

TEST(Report, AProofCountsThatCameBeforeTheOfficesClockLeaptAhead) {
  auto played = proof(cue(), 0s, 10s);
  const auto with = [&](Micros came) {
    played.received = start + came;
    Reporter reporter{today, today, zone, evening};
    reporter.add({cue()}, {played}, {{}, {{"", start - 1min, 5h}}, {}});  // last right a minute before the cue
    return spent(reporter.finish(), v1::BUCKET_PLAYED);
  };
  EXPECT_EQ(with(11s), 10s) << "it leapt later";
  EXPECT_EQ(with(5h + 11s), 10s);
  EXPECT_EQ(with(5h - 50s), 0s) << "its time had not come";
}

TEST(Report, AProofThatSpeaksAnewReplacesWhatTheStationSaidBefore) {
  auto dark = proof(cue(), 0s, 10s, v1::BUCKET_NODE_DARK, "station-off"), anew = proof(cue(), 2s, 10s);
  dark.number = 4;
  anew.number = 9;
  anew.proof.set_anew(true);
  anew.proof.set_again_us(Micros{3s}.count());
  const auto report = make({cue()}, {dark, anew});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 8s);
  EXPECT_THAT(report.differences, ElementsAre(is(0s, 2s, v1::BUCKET_NODE_DARK, "station-off"))) << "its span alone";
  EXPECT_THAT(report.anomalies, IsEmpty());
  ASSERT_EQ(report.again.size(), 1U);
  EXPECT_EQ(report.again[0].length, 3s);
  EXPECT_THAT(format_text(report), HasSubstr("HEARD TWICE"));
  anew.number = 3;
  EXPECT_EQ(spent(make({cue()}, {anew, dark}), v1::BUCKET_PLAYED), 0s) << "it replaces nothing later";
  dark.epoch = {7};
  anew.received = dark.received + 1s;
  EXPECT_EQ(spent(make({cue()}, {anew, dark}), v1::BUCKET_PLAYED), 8s) << "another epoch: what came before it";
}

TEST(Report, WhatWasHeardBeatsTheDarkOfAnotherJournal) {
  auto played = proof(cue(), 0s, 10s), dark = proof(cue(), 0s, 10s, v1::BUCKET_NODE_DARK, "station-off");
  played.epoch = {1};
  dark.epoch = {2};
  const auto report = make({cue()}, {played, dark});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s);
  EXPECT_THAT(report.anomalies, IsEmpty()) << "that says what is known";
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0].kind, "new-journal");
  EXPECT_EQ(report.notes[0].length, 10s);
  auto same = dark;
  same.epoch = {1};
  EXPECT_EQ(spent(make({cue()}, {played, same}), v1::BUCKET_NODE_DARK), 10s) << "of one journal: not played wins";
  auto muted = dark;
  muted.proof.set_bucket(v1::BUCKET_MUTED);
  EXPECT_EQ(spent(make({cue()}, {played, muted}), v1::BUCKET_MUTED), 10s) << "only dark is weaker";
  auto unmeasured = played;
  unmeasured.proof.set_medium(v1::MEDIUM_SIGN);
  unmeasured.proof.set_frames(0);
  EXPECT_EQ(spent(make({cue()}, {unmeasured, dark}), v1::BUCKET_NODE_DARK), 10s) << "without frames it is a word";
}

// A box replaced another one; its clock was behind, so it went through the hours once more that the other had proved.
TEST(Report, WhatWasHeardIsNotDeniedByAJournalThatSpeaksLater) {
  for (const auto bucket : {v1::BUCKET_CLOCK_UNTRUSTED, v1::BUCKET_SKIPPED_LATE}) {
    auto played = proof(cue(), 0s, 10s), silent = proof(cue(), 2s, 8s, bucket, "any");
    played.epoch = {2};
    silent.epoch = {1};
    silent.received = played.received + std::chrono::hours{1};
    const auto report = make({cue()}, {silent, played});
    EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s) << bucket;
    EXPECT_THAT(report.anomalies, IsEmpty()) << bucket;
    ASSERT_EQ(report.notes.size(), 1U);
    EXPECT_EQ(report.notes[0].kind, "new-journal");
    EXPECT_EQ(report.notes[0].length, 6s);
    silent.received = played.received - std::chrono::seconds{1};
    EXPECT_EQ(spent(make({cue()}, {silent, played}), bucket), 6s) << "who spoke of silence first is believed";
    silent.received = played.received + std::chrono::hours{1};
    silent.epoch = played.epoch;
    EXPECT_EQ(spent(make({cue()}, {silent, played}), bucket), 6s) << "of one journal: not played wins";
  }
}

// Any silence but "I was not there" and "I came too late" is a word against what another journal has played.
TEST(Report, EveryOtherSilenceOfAnotherJournalIsBelievedBeforeWhatWasPlayed) {
  for (const auto bucket : {v1::BUCKET_MUTED, v1::BUCKET_REFUSED, v1::BUCKET_INTERRUPTED, v1::BUCKET_CONTENT_MISSING}) {
    auto played = proof(cue(), 0s, 10s), silent = proof(cue(), 2s, 8s, bucket, "any");
    played.epoch = {2};
    silent.epoch = {1};
    silent.received = played.received + std::chrono::hours{1};
    EXPECT_EQ(spent(make({cue()}, {silent, played}), bucket), 6s) << bucket;
  }
}

// Why it was silent the journal knows that spoke of it first; another one was there later.
TEST(Report, OfTwoJournalsThatNameAnotherCauseOfSilenceTheFirstIsBelieved) {
  auto first = proof(cue(), 0s, 10s, v1::BUCKET_INTERRUPTED, "pre-empted"),
       later = proof(cue(), 0s, 10s, v1::BUCKET_CLOCK_UNTRUSTED, "clock-stepped");
  first.epoch = {2};
  later.epoch = {1};
  later.received = first.received + std::chrono::hours{12};
  const auto report = make({cue()}, {later, first});
  EXPECT_EQ(spent(report, v1::BUCKET_INTERRUPTED), 10s);
  EXPECT_THAT(report.anomalies, IsEmpty());
  EXPECT_EQ(report.notes.size(), 1U);
}

TEST(Report, ABoxRestoredFromItsBundleMakesNoAnomalies) {
  for (const auto bucket : {v1::BUCKET_NODE_DARK, v1::BUCKET_MUTED, v1::BUCKET_REFUSED}) {
    auto before = proof(cue(), 0s, 6s, bucket, "any"),
         dark = proof(cue(), 0s, 10s, v1::BUCKET_NODE_DARK, "station-off");
    before.epoch = {2};
    dark.epoch = {1};
    const auto report = make({cue()}, {dark, before});
    EXPECT_THAT(report.anomalies, IsEmpty()) << bucket;
    EXPECT_EQ(spent(report, bucket), bucket == v1::BUCKET_NODE_DARK ? 10s : 6s) << "who knows more is believed";
  }
}

TEST(Report, BeforeTheNewestJournalOfAStationItWasDarkWhereNoProofSpeaks) {
  const auto with = [&](const std::vector<model::JournalLife>& journals) {
    Reporter reporter{today, today, zone, evening};
    reporter.add({cue()}, {proof(cue(), 0s, 3s)}, {{}, {}, journals});
    return reporter.finish();
  };
  const auto report = with({{"loa-1", {1}, start - 48h}, {"loa-1", {2}, start + 6s}});
  EXPECT_THAT(report.differences, ElementsAre(is(3s, 6s, v1::BUCKET_NODE_DARK, "before-journal"),
                                              is(6s, 10s, v1::BUCKET_UNKNOWN, "no-proof")));
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 3s);
  EXPECT_EQ(spent(with({{"loa-1", {1}, start - 48h}}), v1::BUCKET_UNKNOWN), 7s);
}

TEST(Report, WhatWasHeardByAClockThatWasOffIsShownOnce) {
  const auto behind = marks(1h + 11s, off(-1h, 0s, 2h));
  ASSERT_EQ(behind.size(), 1U);
  EXPECT_EQ(behind[0].kind, "clock");
  EXPECT_EQ(behind[0].text,
            "proof 12: by the head-end's clock it was heard 1 h 00 min 00.0 s later than it says: the station's clock "
            "was behind");
  const auto ahead = marks(-1h + 11s, off(1h, -2h, -30min));
  ASSERT_EQ(ahead.size(), 1U);
  EXPECT_EQ(ahead[0].kind, "not-come") << "it came before its end";
  EXPECT_EQ(marks(3h, off(-1h, 1h + 9s, 2h)).size(), 1U) << "off for its last second";
  EXPECT_EQ(marks(3h, off(1h, -2h, 1h)).size(), 1U) << "nobody could hear the station until it was over";
  EXPECT_THAT(marks(3h, off(1h, -2h, 1h))[0].text, HasSubstr("1 h 00 min 00.0 s earlier than it says"));
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

TEST(Report, WhatAnotherEpochSaysAgainIsNoNewsAfterWhatWasSaidAnew) {
  auto booked = proof(cue(), 0s, 10s, v1::BUCKET_CLOCK_UNTRUSTED, "clock-stepped"), played = proof(cue(), 0s, 10s);
  booked.epoch = played.epoch = {9};
  booked.received = start - 24h;
  played.proof.set_number(booked.proof.number() + 1);
  played.number = booked.number + 1;
  played.proof.set_anew(true);
  played.received = start + 11s;
  auto again = booked;  // the journal was renewed: its epoch sorts before the old one
  again.epoch = {1};
  again.received = start + 1h;
  const auto report = make({cue()}, {again, booked, played});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s);
  EXPECT_TRUE(report.anomalies.empty());
}

TEST(Report, WhatASecondBoxSaidInTheSameWordsTakesNothing) {
  auto played = proof(cue(), 0s, 10s), same = played;
  played.epoch = {2};
  same.epoch = {1};
  same.received = played.received - 1s;
  Reporter reporter{today, today, zone, evening};
  reporter.add({cue()}, {same, played}, {{}, {}, {}, {{"loa-1", start - 1min, played.epoch, std::nullopt}}});
  const auto report = reporter.finish();
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s) << "the other box's proof of it is none";
  EXPECT_TRUE(report.anomalies.empty());
}

TEST(Report, WhatASecondBoxSaidBeforeItWasFoundOutTakesNothing) {
  auto played = proof(cue(), 0s, 10s), late = proof(cue(), 2s, 8s, v1::BUCKET_SKIPPED_LATE, "plan-late");
  played.epoch = {1};
  late.epoch = {2};
  const auto with = [&](const model::IdentityConflict& conflict) {
    Reporter reporter{today, today, zone, evening};
    reporter.add({cue()}, {played, late}, {{}, {}, {}, {conflict}});
    return reporter.finish();
  };
  const auto report = with({"loa-1", start + 1s, played.epoch, std::nullopt});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 10s);
  EXPECT_TRUE(report.anomalies.empty());
  EXPECT_EQ(spent(with({"loa-1", start - 1h, played.epoch, start}), v1::BUCKET_PLAYED), 4s) << "it was alone by then";
}

TEST(Report, AStationsJournalsAndTheOfficesClockAreReadFromTheStore) {
  auto store = store::sqlite::SqliteStore::open(":memory:").value();
  ASSERT_TRUE(publisher::record_plan(store, {"loa-1", 1, start - 1h, start + 24h * 30, "sealed"}, {cue()}));
  ASSERT_TRUE(store.findings().put_journal({"loa-1", {1}, start - 48h}));
  ASSERT_TRUE(store.findings().put_journal({"loa-1", {2}, start + 6s}));
  auto played = proof(cue(), 0s, 3s);
  played.epoch = {1};
  played.number = 1;
  played.received = start - 2h;
  ASSERT_TRUE(store.proofs().append({played}, {}));
  EXPECT_THAT(
      of_store(store, today, today, zone, evening).value().differences,
      ElementsAre(is(0s, 3s, v1::BUCKET_CLOCK_UNTRUSTED, "not-come"),
                  is(3s, 6s, v1::BUCKET_NODE_DARK, "before-journal"), is(6s, 10s, v1::BUCKET_UNKNOWN, "no-proof")));
  ASSERT_TRUE(fleet::keep_clock(store, {"", start - 3h, -(2h + 4s)}));
  EXPECT_EQ(spent(of_store(store, today, today, zone, evening).value(), v1::BUCKET_PLAYED), 3s);
}

}  // namespace
}  // namespace loa::headend::report
