#include "headend/publisher/publisher.hpp"
#include "headend/fleet/keep.hpp"

#include <gmock/gmock.h>

#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");

class PublisherTest : public testing::Test {
 protected:
  void SetUp() override {
    auto all = sample::catalogue();
    all.policies = {sample::policy()};
    sample::fill(store_, all);
  }

  static planner::Settings settings() {
    planner::Settings made;
    made.content_url = "https://headend:8443/content/";
    return made;
  }

  Round issue(WallTime now) {
    sent_.clear();
    return publisher_.issue(now, [&](const Publication& message) { sent_.push_back(message); }).value();
  }

  static protocol::seal::Opened open(const Publication& message, WallTime now) {
    protocol::seal::Expectation want;
    want.ward = "phuong-1";
    want.kind = v1::KIND_PLAN;
    want.sender = "headend";
    want.audiences = {"station/loa-1"};
    want.keys = {sample::key_of(100).public_key()};
    want.now = now;
    return protocol::seal::open(message.payload, want).value();
  }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Publisher publisher_{"phuong-1", sample::key_of(100), settings(), store_};
  std::vector<Publication> sent_;
};

TEST_F(PublisherTest, IssuesASealedRetainedPlanToEachStation) {
  EXPECT_THAT(issue(noon).issued, ElementsAre("bang-1", "loa-1", "loa-2"));
  ASSERT_EQ(sent_.size(), 3U);
  EXPECT_EQ(sent_[1].topic, "loa/1/phuong-1/station/loa-1/plan");
  EXPECT_TRUE(sent_[1].retained);
  const auto opened = open(sent_[1], noon);
  const auto plan = protocol::message::decode<v1::Plan>(opened.header.body()).value();
  EXPECT_EQ(plan.station(), "loa-1");
  EXPECT_EQ(plan.cues_size(), 60);
  EXPECT_EQ(store_.plans().newest("loa-1").value()->sequence, opened.header.sequence());
  EXPECT_EQ(store_.promises().in({noon, noon + std::chrono::days{40}}, "loa-1").value().size(), 60U);
}

TEST_F(PublisherTest, IsSilentWhenNothingChanged) {
  issue(noon);
  const auto first = store_.plans().newest("loa-1").value()->sequence;
  EXPECT_THAT(issue(noon + 1h).issued, IsEmpty());
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_EQ(store_.plans().newest("loa-1").value()->sequence, first);
}

TEST_F(PublisherTest, RollsTheHorizonEachDay) {
  issue(noon);
  const auto midnight = sample::utc("2026-11-23T17:00:00Z");
  EXPECT_THAT(issue(midnight).issued, IsEmpty()) << "still exactly 30 days";
  EXPECT_EQ(issue(midnight + 1s).issued.size(), 3U);
  EXPECT_EQ(store_.promises().in({noon, noon + std::chrono::days{40}}, "loa-1").value().size(), 62U);
}

TEST_F(PublisherTest, IssuesAgainWhatAClockThatWasAheadHadMade) {
  issue(noon + 12h);
  EXPECT_EQ(issue(noon).issued.size(), 3U) << "a station refuses the plan before it: not yet valid for eleven hours";
  EXPECT_TRUE(open(sent_[1], noon).header.sequence() > 0) << "valid now";
  EXPECT_THAT(issue(noon + 1s).issued, IsEmpty());
}

TEST_F(PublisherTest, LeavesAPlanThatEveryStationTakesThoughItsClockWasALittleAhead) {
  issue(noon + 50min);
  EXPECT_THAT(issue(noon).issued, IsEmpty());
}

TEST_F(PublisherTest, IssuesOnlyToWhomAChangeConcerns) {
  issue(noon);
  auto station = sample::station("loa-2", {"to-2"}, 2);
  station.gain_cb = -30;
  ASSERT_TRUE(store_.stations().put(station));
  EXPECT_THAT(issue(noon + 1s).issued, ElementsAre("loa-2"));
}

TEST_F(PublisherTest, KeepsNewFactsWithoutAPlanWhereTheStationDoesNothingElse) {
  issue(noon);
  auto station = sample::station("loa-2", {"to-2"}, 2);
  station.name = "Chợ mới";
  ASSERT_TRUE(store_.stations().put(station));
  ASSERT_TRUE(store_.library().put_category({"tin", "Tin tức"}));
  const auto on_air = sample::utc("2026-11-23T22:00:05Z");  // the first segment has begun
  EXPECT_THAT(issue(on_air).issued, testing::Not(testing::IsEmpty())) << "the horizon rolls";
  const auto cues = store_.promises().in({noon, noon + std::chrono::days{40}}, "loa-2").value();
  EXPECT_EQ(cues[0].facts->station, "Trạm loa-2") << "begun: it stays what it was";
  EXPECT_EQ(cues[1].facts->station, "Trạm loa-2") << "its occurrence has begun";
  EXPECT_EQ(cues[2].facts->station, "Chợ mới");
  EXPECT_EQ(cues[3].facts->column.name, "Tin tức");
}

TEST_F(PublisherTest, ARenamedStationGetsNoNewPlan) {
  issue(noon);
  const auto first = store_.plans().newest("loa-2").value()->sequence;
  auto station = sample::station("loa-2", {"to-2"}, 2);
  station.name = "Chợ mới";
  ASSERT_TRUE(store_.stations().put(station));
  EXPECT_THAT(issue(noon + 1s).issued, IsEmpty());
  EXPECT_EQ(store_.plans().newest("loa-2").value()->sequence, first);
  const auto cues = store_.promises().in({noon, noon + std::chrono::days{40}}, "loa-2").value();
  for (const auto& cue : cues) EXPECT_EQ(cue.facts->station, "Chợ mới");
}

TEST_F(PublisherTest, SequencesGrowEvenAfterARestoredBackup) {
  issue(noon);
  const auto first = store_.plans().newest("loa-1").value()->sequence;
  auto restored = store::sqlite::SqliteStore::open(":memory:").value();
  auto all = sample::catalogue();
  all.policies = {sample::policy()};
  sample::fill(restored, all);
  Publisher again{"phuong-1", sample::key_of(100), settings(), restored};
  ASSERT_TRUE(again.issue(noon + 1s, [](const Publication&) {}));
  EXPECT_GT(restored.plans().newest("loa-1").value()->sequence, first);
}

TEST_F(PublisherTest, MarksRemovedProgrammesCancelled) {
  issue(noon);
  ASSERT_TRUE(store_.schedule().remove_programme("sang"));
  EXPECT_EQ(issue(noon + 1s).issued.size(), 2U) << "the sign had no cue";
  const auto cues = store_.promises().in({noon, noon + std::chrono::days{40}}).value();
  EXPECT_EQ(cues.size(), 120U);
  for (const auto& cue : cues) {
    EXPECT_EQ(cue.cancelled, noon + 1s);
  }
}

TEST_F(PublisherTest, AnEditOnAirLeavesTheRunningOccurrenceAlone) {
  issue(noon);
  const auto on_air = sample::utc("2026-11-23T22:00:05Z");
  auto programme = sample::morning();
  programme.segments.pop_back();
  ASSERT_TRUE(store_.schedule().put_programme(programme));
  EXPECT_EQ(issue(on_air).issued.size(), 3U) << "the horizon rolls, too";
  const auto plan = protocol::message::decode<v1::Plan>(open(sent_[1], on_air).header.body()).value();
  EXPECT_EQ(plan.cues(0).occurrence(), "sang/2026-11-24/050000");
  EXPECT_EQ(plan.cues(1).occurrence(), "sang/2026-11-24/050000");
  EXPECT_EQ(plan.cues(2).occurrence(), "sang/2026-11-25/050000");
  EXPECT_EQ(plan.cues(3).occurrence(), "sang/2026-11-26/050000");
  const auto today = store_.promises().in({noon, noon + 24h}, "loa-1").value();
  ASSERT_EQ(today.size(), 2U);
  EXPECT_FALSE(today[1].cancelled.has_value());
  EXPECT_THAT(issue(on_air + 1s).issued, IsEmpty());
}

TEST_F(PublisherTest, OneStationThatCannotBePlannedDoesNotStopTheOthers) {
  auto odd = sample::station("loa-2", {"to-2"}, 2);
  odd.gain_cb = 500;  // louder than ingested: the plan's check refuses it
  ASSERT_TRUE(store_.stations().put(odd));
  const auto round = issue(noon);
  EXPECT_THAT(round.issued, ElementsAre("bang-1", "loa-1"));
  ASSERT_EQ(round.problems.size(), 1U);
  EXPECT_THAT(round.problems[0], testing::HasSubstr("'loa-2'"));
}

TEST_F(PublisherTest, DoesARoundInStepsOfOneStation) {
  ASSERT_TRUE(publisher_.begin_round());
  Round round;
  const auto step = [&] {
    return publisher_
        .step(
            noon, [](const Publication&) {}, round)
        .value();
  };
  EXPECT_TRUE(step());
  EXPECT_THAT(round.issued, ElementsAre("bang-1"));
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  EXPECT_FALSE(step());
  EXPECT_THAT(round.issued, ElementsAre("bang-1", "loa-1", "loa-2"));
}

TEST_F(PublisherTest, IssuesAPlanAnewThatAStationHasOvertaken) {
  issue(noon);
  const auto seen = store_.plans().newest("loa-1").value()->sequence + 100;
  ASSERT_TRUE(store_.sequences().raise("plan/loa-1", seen).value());
  EXPECT_THAT(issue(noon).issued, ElementsAre("loa-1"));
  EXPECT_GT(store_.plans().newest("loa-1").value()->sequence, seen);
  EXPECT_THAT(issue(noon).issued, testing::IsEmpty());
}

TEST_F(PublisherTest, RepeatsWhatMustStandRetained) {
  issue(noon);
  ASSERT_TRUE(store_.proofs().put_receipt("loa-1", "sealed receipt"));
  std::vector<Publication> again;
  ASSERT_TRUE(publisher_.repeat([&](const Publication& message) { again.push_back(message); }));
  ASSERT_EQ(again.size(), 4U);
  EXPECT_EQ(again[1].payload, sent_[1].payload);
  EXPECT_EQ(again[2].topic, "loa/1/phuong-1/station/loa-1/receipt");
}

/// A page for each hour of the day: a playlist for each, the same every day.
void add_slogans(store::Store& store) {
  for (int hour = 0; hour < 24; ++hour) {
    auto slogan = sample::slogan(fmt::format("gio-{}", hour), "page");
    slogan.from = std::chrono::hours{hour};
    slogan.to = std::chrono::hours{24};
    ASSERT_TRUE(store.schedule().put_slogan(slogan));
  }
}

v1::Status status_of(bool is_new) {
  v1::Status status;
  if (is_new) status.add_understands("plan-compact");
  return status;
}

/// What a station of the first build makes of a message: fields that it does not know are dropped.
v1::Plan as_the_first_build_reads(v1::Plan plan) {
  plan.clear_templates();
  plan.clear_playlists();
  plan.clear_pages();
  for (auto& cue : *plan.mutable_cues()) {
    cue.clear_template_number();
    cue.clear_playlist_number();
  }
  return plan;
}

class PublisherFormTest : public PublisherTest {
 protected:
  void SetUp() override {
    PublisherTest::SetUp();
    add_slogans(store_);
  }
  /// The body of the sign's newest plan, as it is on the wire.
  v1::Plan wire() {
    v1::Envelope envelope;
    v1::Header header;
    v1::Plan plan;
    EXPECT_TRUE(envelope.ParseFromString(store_.plans().newest("bang-1").value()->sealed));
    EXPECT_TRUE(header.ParseFromString(envelope.header()));
    EXPECT_TRUE(plan.ParseFromString(header.body()));
    return plan;
  }
};

TEST_F(PublisherFormTest, TellsABuildThatSaysNothingEverythingInTheFirstForm) {
  issue(noon);
  const auto read = as_the_first_build_reads(wire());
  EXPECT_EQ(read.SerializeAsString(), wire().SerializeAsString()) << "nothing in it is new to the first build";
  ASSERT_TRUE(protocol::message::check(read)) << protocol::message::check(read).error().text;
  std::size_t most = 0;
  for (const auto& cue : read.cues()) most = std::max(most, static_cast<std::size_t>(cue.pages_size()));
  EXPECT_EQ(most, 24U) << "every page is there";
}

TEST_F(PublisherFormTest, TellsABuildThatUnderstandsItInTheCompactForm) {
  ASSERT_TRUE(fleet::keep_status(store_, "bang-1", status_of(true), noon));
  issue(noon);
  EXPECT_GT(wire().templates_size(), 0);
  EXPECT_GT(wire().playlists_size(), 0);
  EXPECT_LT(wire().ByteSizeLong(), 100'000U);
  EXPECT_THAT(issue(noon + 1h).issued, IsEmpty()) << "and knows its own plan again";
}

TEST_F(PublisherFormTest, IssuesAgainWhatABuildDoesNotUnderstandAnyMore) {
  ASSERT_TRUE(fleet::keep_status(store_, "bang-1", status_of(true), noon));
  issue(noon);
  ASSERT_TRUE(fleet::keep_status(store_, "bang-1", status_of(false), noon));
  const auto round = publisher_.issue_to({"bang-1"}, noon + 1s, [](const Publication&) {}).value();
  EXPECT_THAT(round.issued, ElementsAre("bang-1")) << "an older program was put back";
  EXPECT_EQ(wire().templates_size(), 0);
  ASSERT_TRUE(fleet::keep_status(store_, "bang-1", status_of(true), noon));
  EXPECT_THAT(issue(noon + 2s).issued, IsEmpty()) << "what is out says all: no need to send it once more";
}

TEST_F(PublisherFormTest, PromisesTheSameInEitherForm) {
  issue(noon);
  const auto plain = store_.promises().in({noon, noon + std::chrono::days{40}}, "bang-1").value();
  auto other = store::sqlite::SqliteStore::open(":memory:").value();
  auto all = sample::catalogue();
  all.policies = {sample::policy()};
  sample::fill(other, all);
  add_slogans(other);
  ASSERT_TRUE(fleet::keep_status(other, "bang-1", status_of(true), noon));
  Publisher newer{"phuong-1", sample::key_of(100), settings(), other};
  ASSERT_TRUE(newer.issue(noon, [](const Publication&) {}));
  const auto compact = other.promises().in({noon, noon + std::chrono::days{40}}, "bang-1").value();
  ASSERT_EQ(plain.size(), compact.size());
  for (std::size_t i = 0; i < plain.size(); ++i)
    EXPECT_EQ(plain[i].cue.SerializeAsString(), compact[i].cue.SerializeAsString());
}

TEST_F(PublisherFormTest, RemembersWhatAStationCouldNotBeTold) {
  auto odd = sample::station("loa-2", {"to-2"}, 2);
  odd.gain_cb = 500;
  ASSERT_TRUE(store_.stations().put(odd));
  issue(noon);
  ASSERT_EQ(publisher_.troubles().size(), 1U);
  EXPECT_THAT(publisher_.troubles().at("loa-2"), testing::HasSubstr("gain_cb 500"));
  odd.gain_cb = 0;
  ASSERT_TRUE(store_.stations().put(odd));
  issue(noon + 1s);
  EXPECT_TRUE(publisher_.troubles().empty());
}

}  // namespace
}  // namespace loa::headend::publisher
