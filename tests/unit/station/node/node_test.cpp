#include "station/node/node.hpp"

#include "protocol/base/file.hpp"
#include "tests/unit/station/node/node_bench.hpp"

namespace loa::station::node {
namespace {

using Illness = tools::simfleet::SimDisk::Illness;
using testing::HasSubstr;

class NodeTest : public NodeBench {};

TEST_F(NodeTest, BootsWithEmptyStateAndSaysHowItIs) {
  ASSERT_TRUE(boot());
  ASSERT_FALSE(outlet_.of(Leaf::state).empty());
  const auto status = last_status();
  EXPECT_EQ(status.plan_sequence(), 0U);
  EXPECT_EQ(status.boot(), "boot-word");
  EXPECT_EQ(status.software(), "test");
  EXPECT_EQ(status.clock_grade(), v1::CLOCK_GRADE_DISCIPLINED);
  EXPECT_EQ(status.refused(), "");
  EXPECT_FALSE(node().has_plan());
}

TEST_F(NodeTest, TakesAPlanFetchesPlaysProvesAndIsReceipted) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  EXPECT_EQ(host_.taken, std::vector<std::uint64_t>{7});
  ASSERT_EQ(fetcher_.wants.size(), 1U);
  bring_content();
  wait_until(59);
  ASSERT_EQ(audio_.armed.size(), 1U);
  EXPECT_TRUE(amplifier_.on);
  hear();
  EXPECT_EQ(account(), "complete 60-90");
  EXPECT_EQ(audio_.proved.size(), 1U);
  EXPECT_EQ(outlet_.of(Leaf::proof).size(), 1U);
  EXPECT_EQ(node().proofs().waiting(), 1U);
  send_receipt();
  EXPECT_EQ(node().proofs().waiting(), 0U);
  wait_until(120);
  EXPECT_FALSE(amplifier_.on);
  EXPECT_EQ(last_status().plan_sequence(), 7U);
}

TEST_F(NodeTest, AProofWithoutReceiptGoesOutAgain) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  bring_content();
  wait_until(59);
  hear();
  wait_until(101);
  EXPECT_EQ(outlet_.of(Leaf::proof).size(), 2U) << "ten seconds later";
}

TEST_F(NodeTest, AfterAPowerCutItObeysThePlanOnDiskAndAccountsForTheDark) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  bring_content();
  wait_until(70);
  cut_power();
  at_us_ = 80 * second;
  ASSERT_TRUE(boot());
  EXPECT_EQ(node().core().plan_sequence(), 7U);
  hear();
  EXPECT_THAT(account(), HasSubstr("station-off 60-80"));
  EXPECT_THAT(account(), HasSubstr("complete 80-90"));
}

TEST_F(NodeTest, AClockFromBeforeTheMakingOfThePlanOnDiskIsNotBelievedAtTheStart) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  cut_power();
  std::filesystem::remove(disk_.folder() / "clock.last");
  at_us_ = -2 * 86'400 * second;
  ASSERT_TRUE(boot());
  EXPECT_TRUE(node().has_plan());
  EXPECT_LT(last_status().clock_grade(), v1::CLOCK_GRADE_NETWORK);
  EXPECT_FALSE(node().core().clock_believed());
}

TEST_F(NodeTest, ARetainedAndAReplayedCommandAreRefused) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  const auto stop = sealed_stop(1);
  node().on_command(now(), stop, true);
  EXPECT_TRUE(answers().empty());
  wait_until(1);
  EXPECT_THAT(last_status().refused(), HasSubstr("never retained"));
  node().on_command(now(), stop, false);
  EXPECT_EQ(answers().size(), 1U);
  node().on_command(now(), stop, false);
  EXPECT_EQ(answers().size(), 1U);
  cut_power();
  ASSERT_TRUE(boot());
  node().on_command(now(), stop, false);
  EXPECT_EQ(answers().size(), 1U) << "nor after a power cut";
  node().on_command(now(), sealed_stop(2), false);
  EXPECT_EQ(answers().size(), 2U);
}

TEST_F(NodeTest, WithoutABelievedClockAnEmergencyWaitsForIt) {
  grade_ = ClockGrade::none;
  ASSERT_TRUE(boot());
  send_alarm(1, plan(60, 30, v1::CUE_CLASS_EMERGENCY));
  EXPECT_TRUE(host_.taken.empty());
  grade_ = ClockGrade::disciplined;
  wait_until(10);
  EXPECT_EQ(host_.taken, std::vector<std::uint64_t>{1});
}

TEST_F(NodeTest, AnEmergencyIsObeyedThoughTheDiskIsIllAndSavedWhenItIsWell) {
  ASSERT_TRUE(boot());
  disk_.set_illness(Illness::write_errors);
  send_alarm(1, plan(60, 30, v1::CUE_CLASS_EMERGENCY));
  EXPECT_EQ(node().core().emergency_sequence(), 1U);
  disk_.set_illness(Illness::none);
  wait_until(5);
  cut_power();
  ASSERT_TRUE(boot());
  EXPECT_EQ(node().core().emergency_sequence(), 1U);
}

TEST_F(NodeTest, PartsThatTheDiskRefusesWaitInTheirOrder) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  bring_content();
  wait_until(59);
  disk_.set_illness(Illness::write_errors);
  hear();
  EXPECT_EQ(node().proofs().unkept().size(), 1U);
  EXPECT_THAT(host_.causes(), HasSubstr("storage"));
  EXPECT_TRUE(audio_.proved.empty()) << "its mark is needed";
  disk_.set_illness(Illness::none);
  wait_until(95);
  EXPECT_EQ(account(), "complete 60-90");
  EXPECT_EQ(audio_.proved.size(), 1U);
}

TEST_F(NodeTest, APartThatContradictsItselfIsKeptWithoutItsMeasurements) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  bring_content();
  wait_until(59);
  auto part = heard(audio_.armed.back(), t0 + 60 * second, t0 + 90 * second);
  part.set_frames(48'000'000);  // a thousand seconds
  wait_until(90);
  node().on_ended(now(), part);
  EXPECT_EQ(host_.doubted, 1);
  EXPECT_TRUE(node().proofs().all_kept());
  EXPECT_THAT(account(), HasSubstr("60-90"));
}

TEST_F(NodeTest, OnAFullCardContentMakesRoomForAPlan) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(600, 30));
  bring_content();
  disk_.set_illness(Illness::full);
  send_plan(8, plan(660, 30));
  EXPECT_EQ(node().core().plan_sequence(), 8U);
  EXPECT_THAT(host_.causes(), HasSubstr("storage"));
  EXPECT_EQ(fetcher_.wants.size(), 1U) << "what was removed is fetched again";
}

TEST_F(NodeTest, OnAFullCardWithoutContentAPlanWaitsUntilThereIsRoom) {
  ASSERT_TRUE(boot());
  disk_.set_illness(Illness::full);
  send_plan(7, plan(600, 30));
  EXPECT_FALSE(node().has_plan());
  disk_.set_illness(Illness::none);
  wait_until(31);
  EXPECT_EQ(node().core().plan_sequence(), 7U) << "nobody sends it again";
}

TEST_F(NodeTest, APlanThatCannotSetTheOneOnDiskAsideWaits) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(600, 30));
  cut_power();
  ASSERT_TRUE(save_file(disk_.folder() / "plan.sealed", "torn"));
  ASSERT_TRUE(boot());
  EXPECT_THAT(last_status().refused(), HasSubstr("plan on disk"));
  disk_.set_illness(Illness::sync_errors);
  send_plan(8, plan(600, 30));
  EXPECT_FALSE(node().has_plan());
  disk_.set_illness(Illness::none);
  wait_until(31);
  EXPECT_EQ(node().core().plan_sequence(), 8U) << last_status().refused();
}

TEST_F(NodeTest, ABoxWithoutASignProvesItsCuesAsLost) {
  settings_.sign.emplace();
  settings_.sign->width_px = 64;
  settings_.sign->height_px = 32;
  ASSERT_TRUE(boot());
  auto shown = plan(60, 30, v1::CUE_CLASS_SCHEDULED, v1::MEDIUM_SIGN);
  shown.mutable_sign()->set_width_px(64);
  shown.mutable_sign()->set_height_px(32);
  send_plan(7, shown);
  EXPECT_EQ(last_status().refused(), "");
  bring_content();
  wait_until(100);
  EXPECT_THAT(account(), HasSubstr("device-lost"));
}

TEST_F(NodeTest, WhatTheOfficeHasAndTheCardLostIsSaidAgainUnderAnotherEpoch) {
  ASSERT_TRUE(boot());
  const auto epoch = last_status().epoch();
  v1::Receipt receipt;
  receipt.set_epoch(epoch);
  receipt.set_through(5);
  receipt.set_head(std::string(32, 'h'));
  node().on_message(now(), Leaf::receipt, sealed(v1::KIND_RECEIPT, 1, receipt.SerializeAsString()));
  wait_until(1);
  EXPECT_NE(last_status().epoch(), epoch);
  EXPECT_THAT(host_.causes(), HasSubstr("storage"));
}

TEST_F(NodeTest, AnOfficeThatWasPutBackGetsAgainWhatIsHereWithItsOwnReceipt) {
  ASSERT_TRUE(boot());
  send_plan(7, plan(60, 30));
  bring_content();
  wait_until(59);
  hear();
  send_receipt();
  wait_until(95);
  EXPECT_EQ(outlet_.of(Leaf::proof).size(), 1U);
  v1::Receipt nothing;
  nothing.set_epoch(last_status().epoch());
  nothing.set_head(std::string(32, '\0'));
  const auto say_nothing = [&](std::uint64_t sequence) {
    node().on_message(now(), Leaf::receipt, sealed(v1::KIND_RECEIPT, sequence, nothing.SerializeAsString()));
    wait_until(96);
  };
  say_nothing(receipts_);
  EXPECT_EQ(outlet_.of(Leaf::proof).size(), 1U) << "no newer than the one that covers it";
  EXPECT_EQ(last_status().receipt(), "");
  say_nothing(++receipts_);
  EXPECT_EQ(outlet_.of(Leaf::proof).size(), 2U);
  EXPECT_EQ(last_status().journal_first(), 1U);
  EXPECT_EQ(last_status().receipted(), 1U);
  EXPECT_NE(last_status().receipt(), "");
  send_receipt();
  node().say_status(now());
  EXPECT_EQ(node().proofs().waiting(), 0U);
  EXPECT_EQ(last_status().receipt(), "") << "it has again what it had";
}

// ---- power ----------------------------------------------------------------------------------------------------------

/// Everything that a station does in a quarter of an hour, each act only while the machine stands.
class NodePowerCut : public NodeBench {
 protected:
  void live() {
    const auto act = [this](auto&& what) {
      if (stands()) what();
    };
    if (!boot()) return;
    act([&] { send_plan(7, plan(60, 30)); });
    act([&] { bring_content(); });
    act([&] { send_alarm(3, plan(120, 30, v1::CUE_CLASS_EMERGENCY)); });
    act([&] { bring_content(); });
    act([&] { wait_until(59); });
    act([&] { hear(); });
    act([&] { send_receipt(); });
    act([&] { wait_until(119); });
    act([&] { hear(); });
    act([&] { node().on_command(now(), stop_, false); });
    act([&] { send_plan(8, evening()); });
    act([&] { wait_until(200); });
  }
  static v1::Plan evening() {
    auto made = plan(300, 30);
    made.mutable_cues(0)->set_occurrence("chieu/2026-11-21/170000");
    return made;
  }
  /// Seconds of a cue in the account, each once.
  [[nodiscard]] std::int64_t accounted_s(const std::string& occurrence) const {
    std::int64_t sum_us = 0;
    const auto parts = process_->records.journal.accounted(WallTime::min());
    for (const auto& part : *parts)
      if (part.cue.occurrence == occurrence) sum_us += part.to_us - part.from_us;
    return sum_us / second;
  }
  const std::string stop_ = sealed_stop(1);
};

TEST_F(NodePowerCut, AtEachWriteNothingIsLostDoubledOrObeyedTwice) {
  std::uint64_t cuts = 0;
  for (std::uint64_t step = 1;; ++step) {
    SCOPED_TRACE("power cut at step " + std::to_string(step));
    at_us_ = 0;
    disk_.end_after(step, Disk::End::power_cut);
    live();
    if (stands()) break;  // it came through before the cut
    ++cuts;
    const auto said = answers().size();
    const auto obeyed = host_.taken;
    cut_power();
    at_us_ = std::max(at_us_, 160 * second);  // all of it has passed in the dark
    ASSERT_TRUE(boot());
    send_alarm(3, plan(120, 30, v1::CUE_CLASS_EMERGENCY));  // the broker has them retained
    send_plan(8, evening());
    bring_content();
    wait_until(299);
    ASSERT_EQ(audio_.armed.back().cue.occurrence(), "chieu/2026-11-21/170000");
    hear();
    const bool had_plan = std::find(obeyed.begin(), obeyed.end(), 7U) != obeyed.end();
    const auto morning_s = accounted_s("sang/2026-11-21/070000");
    EXPECT_TRUE(morning_s == 30 || (morning_s == 0 && !had_plan)) << account();
    EXPECT_EQ(accounted_s("chieu/2026-11-21/170000"), 30) << account();
    EXPECT_EQ(node().core().plan_sequence(), 8U);
    EXPECT_EQ(node().core().emergency_sequence(), 3U);
    node().on_command(now(), stop_, false);
    EXPECT_LE(answers().size(), 1U + (said == 0 ? 1 : 0)) << "a command is obeyed once";
    process_.reset();
    disk_.wipe();
    outlet_.words.clear();
    host_.taken.clear();
    audio_ = {};
    shelf_.objects.clear();
  }
  EXPECT_GT(cuts, 50U);
}

}  // namespace
}  // namespace loa::station::node
