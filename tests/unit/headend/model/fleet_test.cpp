#include "headend/model/fleet.hpp"

#include <gtest/gtest.h>

#include "headend/model/content.hpp"

namespace loa::headend::model {
namespace {

using namespace std::chrono_literals;

const WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

TEST(StationStatus, IsOnlineSinceTheWordChanged) {
  const auto first = with_state(std::nullopt, "loa-1", true, "boot", noon);
  EXPECT_EQ(first.online_since, noon);
  EXPECT_EQ(with_state(first, "loa-1", true, "boot", noon + 1min).online_since, noon);
  const auto gone = with_state(first, "loa-1", false, "", noon + 2min);
  EXPECT_EQ(gone.online_since, noon + 2min);
  EXPECT_EQ(with_state(gone, "loa-1", false, "", noon + 3min).online_since, noon + 2min);
}

TEST(StationStatus, IsGoneAnewWhenItWasHeardAfterItWasGone) {
  const auto gone = with_state(std::nullopt, "loa-1", false, "", noon);
  const auto heard = with_status(gone, "loa-1", {}, noon + 1min);
  EXPECT_FALSE(heard.online) << "a status is no word of the broker";
  EXPECT_EQ(heard.online_since, noon);
  EXPECT_EQ(with_state(heard, "loa-1", false, "", noon + 2min).online_since, noon + 2min);
}

TEST(StationStatus, OfOneThatIsHeardFirstIsOnline) {
  const auto heard = with_status(std::nullopt, "loa-1", {}, noon);
  EXPECT_TRUE(heard.online);
  EXPECT_EQ(heard.status_received, noon);
}

TEST(ClockFinding, IsNewsBeyondTheToleranceAndKeepsTheOrder) {
  EXPECT_FALSE(news_of({}, {"loa-1", noon, 0s})) << "agreement is what nothing says";
  EXPECT_FALSE(news_of({}, {"loa-1", noon, clock_tolerance}));
  EXPECT_TRUE(news_of({}, {"loa-1", noon, clock_tolerance + 1s}));
  const std::vector<ClockFinding> known{{"loa-1", noon, 1h}};
  EXPECT_FALSE(news_of(known, {"loa-1", noon + 1min, 1h + 2s})) << "found again after a restart";
  EXPECT_EQ(news_of(known, {"loa-1", noon + 1min, 0s})->since, noon + 1min);
  EXPECT_EQ(news_of(known, {"loa-1", noon - 1min, 0s})->since, noon) << "the head-end's own clock was put back";
}

TEST(FaultOfTheHeadEnd, RisesOnceMoreAndKeepsWhoLooksAfterIt) {
  auto fault = raised(std::nullopt, "loa-1", clock_off, "1 h ahead", noon);
  EXPECT_EQ(fault.count, 1U);
  fault.state = v1::FAULT_STATE_ACKNOWLEDGED;
  const auto again = raised(fault, "loa-1", clock_off, "2 h ahead", noon + 1h);
  EXPECT_EQ(again.state, v1::FAULT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(again.since, noon);
  EXPECT_EQ(again.count, 2U);
  const auto over = resolved(again, noon + 2h);
  ASSERT_TRUE(over);
  EXPECT_EQ(over->since, noon + 2h);
  EXPECT_FALSE(resolved(over, noon + 3h)) << "it does not stand";
  EXPECT_FALSE(resolved(std::nullopt, noon));
  EXPECT_EQ(raised(over, "loa-1", clock_off, "", noon + 4h).since, noon + 4h);
}

TEST(Content, ServesTheSignsOfBefore) {
  Content known, again;
  known.image = SignImage{700, {{128, 32}, {192, 32}}};
  again.image = SignImage{700, {{64, 32}, {192, 32}}};
  EXPECT_EQ(united(known, again).image->signs, (std::vector<Geometry>{{64, 32}, {128, 32}, {192, 32}}));
  EXPECT_EQ(united(std::nullopt, again), again);
  known.image.reset();
  EXPECT_EQ(united(known, again), again);
}

}  // namespace
}  // namespace loa::headend::model
