#include <gmock/gmock.h>

#include "headend/fleet/keep.hpp"
#include "tests/unit/headend/store/port_suite.hpp"

namespace loa::headend::port_suite {
namespace {

using namespace model;

class FleetPorts : public PortSuite {};
INSTANTIATE_TEST_SUITE_P(Every, FleetPorts, testing::ValuesIn(backends()), backend_name);

TEST_P(FleetPorts, RemembersWhatStationsSaidOfThemselves) {
  const auto early = sample::utc("2026-11-21T00:00:00Z"), late = sample::utc("2026-11-21T00:05:00Z");
  ASSERT_TRUE(fleet::keep_online(store(), "loa-1", true, "boot", early));
  ASSERT_TRUE(fleet::keep_online(store(), "loa-1", true, "boot", late));
  v1::Status status;
  status.set_plan_sequence(7);
  ASSERT_TRUE(fleet::keep_status(store(), "loa-1", status, late));
  ASSERT_TRUE(fleet::keep_online(store(), "loa-2", false, "", late));
  const auto all = store().fleet().statuses().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].online);
  EXPECT_EQ(all[0].online_since, early);
  EXPECT_EQ(all[0].status->plan_sequence(), 7U);
  EXPECT_EQ(all[0].status_received, late);
  EXPECT_FALSE(all[1].status.has_value());
}

TEST_P(FleetPorts, ShowsFaultsUntilTheyAreReset) {
  FaultRecord fault{"loa-1", "device-gone", v1::FAULT_STATE_NEW, {}, {}, 1, "the sound card is gone"};
  ASSERT_TRUE(store().fleet().put_fault(fault));
  fault.count = 2;
  ASSERT_TRUE(store().fleet().put_fault(fault));
  ASSERT_EQ(store().fleet().faults().value().size(), 1U);
  EXPECT_EQ(store().fleet().faults().value()[0].count, 2U);
  fault.state = v1::FAULT_STATE_RESET;
  ASSERT_TRUE(store().fleet().put_fault(fault));
  EXPECT_TRUE(store().fleet().faults().value().empty());
}

TEST_P(FleetPorts, KeepsTheNewestWordOnEachJournal) {
  const Epoch one{1}, other{2};
  const auto day = wall_from_us(1'795'000'000'000'000);
  ASSERT_TRUE(store().findings().put_journal({"loa-1", one, day}));
  ASSERT_TRUE(store().findings().put_journal({"loa-1", other, day - std::chrono::hours{1}}));
  ASSERT_TRUE(store().findings().put_journal({"loa-2", one, day}));
  ASSERT_TRUE(store().findings().put_journal({"loa-1", one, day - std::chrono::hours{2}}))
      << "its clock had been ahead";
  const auto journals = store().findings().journals("loa-1").value();
  ASSERT_EQ(journals.size(), 2U);
  EXPECT_EQ(journals[0].epoch, one);
  EXPECT_EQ(journals[0].began, day - std::chrono::hours{2});
  EXPECT_EQ(journals[1].epoch, other);
  EXPECT_TRUE(store().findings().journals("loa-3").value().empty());
}

TEST_P(FleetPorts, KeepsTimesOfTwoBoxes) {
  const auto since = wall_from_us(1'795'000'000'000'000);
  ASSERT_TRUE(store().findings().put_conflict({"loa-1", since, Epoch{1}, std::nullopt}));
  EXPECT_EQ(store().findings().conflicts("loa-1").value().at(0).ended, std::nullopt);
  ASSERT_TRUE(store().findings().put_conflict({"loa-1", since, Epoch{2}, since + std::chrono::hours{1}}));
  ASSERT_TRUE(store().findings().put_conflict({"loa-2", since, Epoch{2}, std::nullopt}));
  const auto conflicts = store().findings().conflicts("loa-1").value();
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].counted, Epoch{1}) << "decided once";
  EXPECT_EQ(conflicts[0].ended, since + std::chrono::hours{1});
  EXPECT_EQ(store().findings().conflicts().value().size(), 2U);
}

TEST_P(FleetPorts, KeepsWhatWasFoundOfAClockOnceAndInOrder) {
  using namespace std::chrono_literals;
  const auto noon = sample::utc("2026-11-21T05:00:00Z");
  const auto kept = [&](Micros since, Micros ahead) {
    EXPECT_TRUE(fleet::keep_clock(store(), {"loa-1", noon + since, ahead}));
    const auto findings = store().findings().clocks("loa-1").value();
    std::vector<std::pair<Micros, Micros>> all;
    for (const auto& finding : findings) all.emplace_back(finding.since - noon, finding.ahead);
    return all;
  };
  using testing::ElementsAre, testing::Pair;
  EXPECT_THAT(kept(0s, 0s), ElementsAre()) << "agreement is what nothing says";
  EXPECT_THAT(kept(1min, -1h), ElementsAre(Pair(1min, -1h)));
  EXPECT_THAT(kept(2min, -1h - 2s), ElementsAre(Pair(1min, -1h))) << "found again by a head-end that was restarted";
  EXPECT_THAT(kept(3min, 0s), ElementsAre(Pair(1min, -1h), Pair(3min, 0s)));
  EXPECT_THAT(kept(4min, 0s), ElementsAre(Pair(1min, -1h), Pair(3min, 0s)));
  EXPECT_THAT(kept(3min, 2h), ElementsAre(Pair(1min, -1h), Pair(3min, 2h))) << "of the same instant the later word";
  EXPECT_THAT(kept(2min, 0s), ElementsAre(Pair(1min, -1h), Pair(3min, 0s))) << "it was the head-end's that was wrong";
  EXPECT_TRUE(store().findings().clocks("loa-2").value().empty());
}

TEST_P(FleetPorts, TheHeadEndsOwnClockMayGoBackTwice) {
  using namespace std::chrono_literals;
  const auto five = sample::utc("2026-11-21T10:00:00Z");
  ASSERT_TRUE(fleet::keep_clock(store(), {"", five - 1h, -1h}));
  ASSERT_TRUE(fleet::keep_clock(store(), {"", five - 170min, -3h}));
  ASSERT_TRUE(fleet::keep_clock(store(), {"", five + 2h, 0s}));
  const auto findings = store().findings().clocks("").value();
  ASSERT_EQ(findings.size(), 2U) << "the first would make a proof of the second time come two hours too soon";
  EXPECT_EQ(findings[0].since, five - 170min);
  EXPECT_EQ(findings[0].ahead, Micros{-3h});
  EXPECT_EQ(findings[1].ahead, 0s);
}

}  // namespace
}  // namespace loa::headend::port_suite
