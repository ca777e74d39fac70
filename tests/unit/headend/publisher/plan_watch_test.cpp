#include "headend/publisher/plan_watch.hpp"
#include "headend/fleet/keep.hpp"
#include "headend/publisher/record.hpp"

#include <gmock/gmock.h>

#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");

PlanStanding standing(std::uint64_t issued, std::uint64_t obeyed) {
  PlanStanding made;
  made.issued = model::PlanHead{issued, noon};
  made.heard.emplace();
  made.heard->online = true;
  made.heard->online_since = noon - 1h;
  made.heard->status.emplace().set_plan_sequence(obeyed);
  made.heard->status_received = noon;
  return made;
}

TEST(PlanBehind, IsAHeardStationThatHasNotTakenItsPlanInFiveMinutes) {
  auto late = standing(8, 7);
  EXPECT_EQ(judge(late, noon + 1min), PlanNews::unknown) << "it has time";
  late.heard->status_received = noon + 5min;
  EXPECT_EQ(judge(late, noon + 5min), PlanNews::behind);
  EXPECT_EQ(judge(late, noon + 9min), PlanNews::unknown) << "nobody hears it any more: it is unreachable";
  EXPECT_EQ(judge(standing(8, 8), noon + 1min), PlanNews::caught_up);
  late.heard->online_since = noon + 4min;
  EXPECT_EQ(judge(late, noon + 5min), PlanNews::unknown) << "it has just come back";
}

TEST(PlanBehind, IsAStationThatCannotBeToldAllAtOnceWhetherItIsHeardOrNot) {
  PlanStanding troubled;
  troubled.trouble = "too large";
  EXPECT_EQ(judge(troubled, noon), PlanNews::behind);
  EXPECT_EQ(reason_of(troubled), "too large");
  EXPECT_EQ(judge({}, noon), PlanNews::unknown);
}

TEST(PlanBehind, GivesTheStationsOwnReason) {
  auto late = standing(8, 7);
  late.heard->status->set_refused("plan: cue sang/2026-11-22/050000#1: gain_cb 5 is not from -6000 to 0");
  EXPECT_THAT(reason_of(late), HasSubstr("gain_cb 5"));
  EXPECT_THAT(reason_of(late), HasSubstr("7"));
}

class PlanWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    sample::fill(store_, sample::catalogue());
    ASSERT_TRUE(publisher::record_plan(store_, {"loa-1", 8, noon, noon + 24h, "sealed"}, {}));
    hear(7, noon);
  }
  void hear(std::uint64_t sequence, WallTime at) {
    v1::Status status;
    status.set_plan_sequence(sequence);
    ASSERT_TRUE(fleet::keep_online(store_, "loa-1", true, "b", noon - 1h));
    ASSERT_TRUE(fleet::keep_status(store_, "loa-1", status, at));
  }
  std::string states() {
    std::string text;
    const auto faults = store_.fleet().faults().value();
    for (const auto& fault : faults)
      text += fmt::format("{} {} {} {};", fault.station, fault.code, static_cast<int>(fault.state), fault.count);
    return text;
  }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  PlanWatch watch_{store_};
};

TEST_F(PlanWatchTest, RaisesTheFaultOnceAndResolvesItWhenTheStationCatchesUp) {
  ASSERT_TRUE(watch_.look({}, noon));
  EXPECT_EQ(states(), "");
  hear(7, noon + 6min);
  ASSERT_TRUE(watch_.look({}, noon + 6min));
  ASSERT_TRUE(watch_.look({}, noon + 6min + 30s));
  EXPECT_EQ(states(), "loa-1 plan-behind 0 1;");
  hear(8, noon + 7min);
  ASSERT_TRUE(watch_.look({}, noon + 7min));
  EXPECT_EQ(states(), "loa-1 plan-behind 2 1;");
}

TEST_F(PlanWatchTest, KnowsAfterARestartWhatStands) {
  ASSERT_TRUE(watch_.look({{"loa-1", "its plan is too large"}}, noon));
  PlanWatch again{store_};
  ASSERT_TRUE(again.look({{"loa-1", "its plan is too large"}}, noon + 1min));
  EXPECT_EQ(states(), "loa-1 plan-behind 0 1;");
  hear(8, noon + 2min);
  ASSERT_TRUE(again.look({}, noon + 2min));
  EXPECT_EQ(states(), "loa-1 plan-behind 2 1;");
}

}  // namespace
}  // namespace loa::headend::publisher
