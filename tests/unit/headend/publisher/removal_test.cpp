#include "headend/publisher/removal.hpp"
#include "headend/fleet/keep.hpp"

#include <gmock/gmock.h>

#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");
constexpr const char* station = "loa-1";

class RemovalTest : public testing::Test {
 protected:
  void SetUp() override {
    auto all = sample::catalogue();
    all.policies = {sample::policy()};
    sample::fill(store_, all);
    ASSERT_TRUE(publisher_.issue(noon, [](const Publication&) {}));
    hear(store_.plans().newest(station).value()->sequence, 0, noon);
  }
  static planner::Settings settings() {
    planner::Settings made;
    made.content_url = "https://headend:8443/content/";
    return made;
  }
  /// What stands on the broker, by topic.
  std::map<std::string, std::string> step(WallTime now) {
    std::map<std::string, std::string> handed_out;
    const auto outlet = [&](const Publication& message) { handed_out[message.topic] = message.payload; };
    const auto done = farewells_.step(now, outlet);
    EXPECT_TRUE(done);
    done_ = done.value_or(false);
    EXPECT_TRUE(publisher_.recall(outlet));
    return handed_out;
  }
  void hear(std::uint64_t plan_sequence, std::uint32_t proofs_waiting, WallTime now) {
    v1::Status status;
    status.set_plan_sequence(plan_sequence);
    status.set_proofs_waiting(proofs_waiting);
    ASSERT_TRUE(fleet::keep_status(store_, station, status, now));
  }
  std::string fault_state() {
    const auto faults = store_.fleet().faults().value();
    for (const auto& fault : faults) {
      if (fault.code == model::removed_unheard) return std::to_string(fault.state) + " " + fault.text;
    }
    return "";
  }
  v1::Plan open(const std::string& sealed, WallTime now) {
    protocol::seal::Expectation want;
    want.ward = "phuong-1";
    want.kind = v1::KIND_PLAN;
    want.sender = "headend";
    want.audiences = {"station/loa-1"};
    want.keys = {sample::key_of(100).public_key()};
    want.now = now;
    const auto opened = protocol::seal::open(sealed, want);
    EXPECT_TRUE(opened) << opened.error().text;
    const auto plan = protocol::message::decode<v1::Plan>(opened->header.body());
    EXPECT_TRUE(plan) << plan.error().text;
    return plan.value_or(v1::Plan{});
  }

  static constexpr const char* plan_topic = "loa/1/phuong-1/station/loa-1/plan";
  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Publisher publisher_{"phuong-1", sample::key_of(100), settings(), store_};
  EmergencyDesk emergencies_{"phuong-1", sample::key_of(101), settings(), store_};
  RemovalDesk desk_{"phuong-1", sample::key_of(100), settings(), store_, emergencies_};
  Farewells farewells_{"phuong-1", store_};
  bool done_ = false;
};

TEST_F(RemovalTest, FirstSilencesAStationAndForgetsItWhenItHasSaidSo) {
  const auto before = store_.plans().newest(station).value();
  const auto removed = desk_.remove(station, noon + 1s);
  ASSERT_TRUE(removed) << removed.error().text;
  EXPECT_EQ(store_.catalogue()->station(station), nullptr);
  EXPECT_EQ(removed->until, before->horizon) << "what it goes on with if it never hears of it";
  EXPECT_GT(removed->plan_sequence, before->sequence);
  const auto promised = store_.promises().in({noon, noon + 800h}, station).value();
  ASSERT_FALSE(promised.empty());
  for (const auto& cue : promised) EXPECT_TRUE(cue.cancelled);

  const auto said = step(noon + 1s);
  const auto silent = open(said.at(plan_topic), noon + 700h);
  EXPECT_EQ(silent.cues_size(), 0);
  EXPECT_THAT(fault_state(), HasSubstr("0 "));
  EXPECT_THAT(step(noon + 2s), IsEmpty()) << "each once";
  farewells_.repeat();
  EXPECT_EQ(step(noon + 2s).at(plan_topic), said.at(plan_topic)) << "a broker that lost its state";

  hear(before->sequence, 0, noon + 3s);
  EXPECT_THAT(step(noon + 3s), IsEmpty()) << "it has not taken it yet";
  hear(removed->plan_sequence, 2, noon + 4s);
  EXPECT_EQ(step(noon + 4s).at(plan_topic), "") << "taken off the broker after its word";
  EXPECT_EQ(fault_state(), "");
  EXPECT_FALSE(done_) << "two proofs are on their way";
  EXPECT_EQ(leaving_stations(store_)->size(), 1U);
  hear(removed->plan_sequence, 0, noon + 5s);
  step(noon + 5s);
  EXPECT_TRUE(done_);
  EXPECT_THAT(leaving_stations(store_).value(), IsEmpty());
}

TEST_F(RemovalTest, OutOfReachAFaultStaysAndItsPlanRunsOut) {
  const auto removed = desk_.remove(station, noon + 1s);
  ASSERT_TRUE(removed);
  step(noon + 1s);
  EXPECT_FALSE(step(removed->until - 1s).contains(plan_topic));
  EXPECT_THAT(fault_state(), HasSubstr("0 "));
  EXPECT_THAT(fault_state(), HasSubstr("đến 2"));
  EXPECT_EQ(step(removed->until).at(plan_topic), "");
  EXPECT_TRUE(done_);
  EXPECT_THAT(fault_state(), HasSubstr("2 ")) << "it was never heard: a person resets it";
}

TEST_F(RemovalTest, AStationThatWasNeverHeardOfIsGoneAtOnce) {
  ASSERT_TRUE(store_.stations().put(sample::station("moi", {"to-1"}, 9)));
  ASSERT_TRUE(publisher_.issue(noon, [](const Publication&) {}));
  const auto removed = desk_.remove("moi", noon);
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->closed);
  EXPECT_EQ(fault_state(), "");
  EXPECT_EQ(desk_.remove("moi", noon).error().code, ErrorCode::missing);
}

TEST_F(RemovalTest, TheSameNameAddedAgainIsAnotherStation) {
  const auto removed = desk_.remove(station, noon + 1s);
  ASSERT_TRUE(removed);
  step(noon + 1s);
  ASSERT_TRUE(store_.stations().put(sample::station(station, {"to-1"}, 77)));
  std::map<std::string, std::string> issued;
  ASSERT_TRUE(
      publisher_.issue(noon + 2s, [&](const Publication& message) { issued[message.topic] = message.payload; }));
  EXPECT_GT(open(issued.at(plan_topic), noon + 2s).cues_size(), 0) << "its plan is newer than the farewell";
  hear(removed->plan_sequence + 1, 0, noon + 3s);
  EXPECT_THAT(step(noon + 3s), IsEmpty()) << "what the new one says is not the old one's word";
  EXPECT_THAT(fault_state(), HasSubstr("0 "));
  EXPECT_THAT(leaving_stations(store_).value(), IsEmpty()) << "the name has another login";
  step(removed->until);
  EXPECT_THAT(fault_state(), HasSubstr("2 "));
}

TEST_F(RemovalTest, ItsEmergencyIsCalledOffToo) {
  planner::EmergencyWish wish;
  wish.object = sample::object_of("ban tin");
  wish.repeat = 100;
  wish.start = noon + 10s;
  ASSERT_TRUE(emergencies_.start(wish, {"to-1"}, "Lũ về", noon));
  ASSERT_TRUE(desk_.remove(station, noon + 20s));
  const auto newest = store_.plans().newest_emergencies().value();
  for (const auto& emergency : newest)
    EXPECT_TRUE(emergency.plan.station != station || !emergency.in_force(noon + 20s));
}

}  // namespace
}  // namespace loa::headend::publisher
