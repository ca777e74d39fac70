#include "headend/publisher/emergency.hpp"
#include "headend/publisher/record.hpp"

#include <gmock/gmock.h>

#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime night = sample::utc("2026-11-23T18:00:00Z");  // Tuesday 01:00 local: no window of the policy

class EmergencyDeskTest : public testing::Test {
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
  static planner::EmergencyWish siren(unsigned repeat) {
    planner::EmergencyWish wish;
    wish.object = sample::object_of("ban tin");
    wish.repeat = repeat;
    wish.start = night + 10s;
    return wish;
  }
  std::vector<Publication> handed_out() {
    std::vector<Publication> sent;
    EXPECT_TRUE(publisher_.emergencies([&](const Publication& message) { sent.push_back(message); }));
    return sent;
  }
  static v1::Plan open(const Publication& message, std::uint8_t key, WallTime now) {
    protocol::seal::Expectation want;
    want.ward = "phuong-1";
    want.kind = v1::KIND_EMERGENCY;
    want.sender = "headend";
    want.audiences = {"station/loa-1"};
    want.keys = {sample::key_of(key).public_key()};
    want.now = now;
    const auto opened = protocol::seal::open(message.payload, want);
    EXPECT_TRUE(opened) << opened.error().text;
    return opened ? protocol::message::decode<v1::Plan>(opened->header.body()).value() : v1::Plan{};
  }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Publisher publisher_{"phuong-1", sample::key_of(100), settings(), store_};
  EmergencyDesk desk_{"phuong-1", sample::key_of(101), settings(), store_};
};

TEST_F(EmergencyDeskTest, OrdersOneSoundForEveryLoudspeakerByTheEmergencyKey) {
  EXPECT_THAT(desk_.start(siren(3), {"all"}, "Lũ về", night).value(), ElementsAre("loa-1", "loa-2"));
  const auto sent = handed_out();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].topic, "loa/1/phuong-1/station/loa-1/emergency");
  EXPECT_TRUE(sent[0].retained);
  const auto plan = open(sent[0], 101, night);
  EXPECT_TRUE(protocol::message::check_slot(plan, v1::KIND_EMERGENCY));
  ASSERT_EQ(plan.cues_size(), 3);
  EXPECT_EQ(plan.cues(0).occurrence(), "khan-cap/2026-11-24/010010");
  EXPECT_EQ(plan.cues(1).start_us(), plan.cues(0).start_us() + plan.cues(0).duration_us()) << "without a pause";
  EXPECT_EQ(plan.cues(0).late_policy(), v1::LATE_POLICY_JOIN);
  EXPECT_EQ(plan.cues(2).late_policy(), v1::LATE_POLICY_WHOLE) << "everybody hears it whole once";
  EXPECT_EQ(plan.policy().reference(), "QĐ 1246/QĐ-UBND 2021");
  EXPECT_THAT(handed_out(), IsEmpty()) << "once";
}

TEST_F(EmergencyDeskTest, AWardsPlanNeitherHoldsNorCancelsIt) {
  ASSERT_TRUE(desk_.start(siren(2), {"to-1"}, "Lũ về", night));
  ASSERT_TRUE(publisher_.issue(night + 1s, [](const Publication&) {}));
  const auto cues = store_.promises().in({night, night + 1min}, "loa-1").value();
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_FALSE(cues[0].cancelled.has_value());
  EXPECT_EQ(cues[0].cue.cue_class(), v1::CUE_CLASS_EMERGENCY);
  EXPECT_THAT(store_.promises().begun("loa-1", night - 1h, night + 15s).value(), IsEmpty());
}

TEST_F(EmergencyDeskTest, CallsOffWhatIsInForceAndNothingElse) {
  EXPECT_THAT(desk_.stop({"all"}, "an", night).value(), IsEmpty());
  ASSERT_TRUE(desk_.start(siren(4), {"to-1"}, "Lũ về", night));
  handed_out();
  EXPECT_THAT(desk_.stop({"to-2"}, "an", night + 15s).value(), IsEmpty());
  EXPECT_THAT(desk_.stop({"all"}, "an", night + 15s).value(), ElementsAre("loa-1"));
  const auto sent = handed_out();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(open(sent[0], 101, night + 1h).cues_size(), 0) << "valid as long as what it calls off, for those offline";
  const auto planned = store_.promises().in({night, night + 5min}, "loa-1").value();
  std::vector<bool> cancelled;
  for (const auto& cue : planned) cancelled.push_back(cue.cancelled.has_value());
  EXPECT_THAT(cancelled, ElementsAre(false, true, true, true)) << "what had begun is owed an account";
  EXPECT_THAT(desk_.stop({"all"}, "an", night + 16s).value(), IsEmpty());
  EXPECT_EQ(store_.plans().newest_emergencies().value().at(0).reason, "an");
}

TEST_F(EmergencyDeskTest, WhatIsNoSoundOrReachesNobodyIsNotOrdered) {
  auto wish = siren(1);
  wish.object = sample::object_of("page");
  EXPECT_EQ(desk_.start(wish, {"all"}, "?", night).error().code, ErrorCode::missing);
  EXPECT_EQ(desk_.start(siren(1), {"to-9"}, "?", night).error().code, ErrorCode::missing);
  EXPECT_THAT(store_.plans().newest_emergencies().value(), IsEmpty());
}

TEST_F(EmergencyDeskTest, StandsAgainOnABrokerThatForgotAndGoesWithItsStation) {
  ASSERT_TRUE(publisher_.issue(night, [](const Publication&) {}));
  ASSERT_TRUE(desk_.start(siren(1), {"to-1"}, "Lũ về", night));
  handed_out();
  std::vector<Publication> sent;
  const auto collect = [&](const Publication& message) { sent.push_back(message); };
  ASSERT_TRUE(publisher_.repeat(collect));
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(sent[0].topic, "loa/1/phuong-1/station/loa-1/emergency");
  ASSERT_TRUE(publisher::drop_station(store_, "loa-1", night + 1s));
  for (const bool repeated : {false, true}) {
    sent.clear();
    ASSERT_TRUE(repeated ? publisher_.repeat(collect) : publisher_.recall(collect));
    std::map<std::string, std::string> standing;
    for (const auto& message : sent) {
      EXPECT_TRUE(message.retained);
      standing[message.topic] = message.payload;
    }
    EXPECT_EQ(standing.at("loa/1/phuong-1/station/loa-1/plan"), "");
    EXPECT_EQ(standing.at("loa/1/phuong-1/station/loa-1/emergency"), "");
  }
  sent.clear();
  ASSERT_TRUE(publisher_.recall(collect));
  EXPECT_THAT(sent, IsEmpty()) << "each once";
}

}  // namespace
}  // namespace loa::headend::publisher
