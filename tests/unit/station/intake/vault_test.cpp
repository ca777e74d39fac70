#include "station/intake/vault.hpp"

#include <gtest/gtest.h>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::intake {
namespace {

class VaultTest : public testing::Test {
 protected:
  [[nodiscard]] Vault open() const { return *Vault::open(folder_.path()); }
  const tests::TempFolder folder_{"loa-vault"};
};

TEST_F(VaultTest, IsEmptyAtFirst) {
  EXPECT_FALSE(open().load_plan()->has_value());
  EXPECT_FALSE(open().load_mute()->has_value());
  EXPECT_EQ(open().last_command(), 0U);
}

TEST_F(VaultTest, KeepsPlanCommandAndMuteForTheNextProcess) {
  v1::Command::Mute mute;
  mute.set_reason("tang lễ");
  mute.set_until_us(1'795'219'200'000'000);
  auto vault = open();
  ASSERT_TRUE(vault.save_plan("sealed"));
  ASSERT_TRUE(vault.save_last_command(42));
  ASSERT_TRUE(vault.save_mute(mute));
  const auto again = open();
  EXPECT_EQ(**again.load_plan(), "sealed");
  EXPECT_EQ(again.last_command(), 42U);
  EXPECT_EQ((*again.load_mute())->reason(), "tang lễ");
  EXPECT_EQ((*again.load_mute())->until_us(), mute.until_us());
}

TEST_F(VaultTest, KeepsTheEmergencyAndWhatWasStopped) {
  EXPECT_TRUE(open().load_emergencies()->empty());
  EXPECT_TRUE(open().load_stops()->empty());
  ASSERT_TRUE(open().save_emergency("sealed"));
  ASSERT_TRUE(open().save_stops({"sang/2026-11-21/050000", "trua/2026-11-21/110000"}));
  EXPECT_EQ(*open().load_emergencies(), std::vector<std::string>{"sealed"});
  EXPECT_EQ(*open().load_stops(), (std::vector<std::string>{"sang/2026-11-21/050000", "trua/2026-11-21/110000"}));
}

TEST_F(VaultTest, KeepsANewEmergencyBesideTheOneBeforeUntilItIsSettled) {
  using Kept = std::vector<std::string>;
  const auto vault = open();
  EXPECT_TRUE(vault.settle_emergency()) << "nothing is there";
  ASSERT_TRUE(vault.save_emergency("first"));
  ASSERT_TRUE(vault.settle_emergency());
  EXPECT_TRUE(vault.settle_emergency()) << "it is";
  ASSERT_TRUE(vault.save_emergency("second"));
  EXPECT_EQ(*open().load_emergencies(), (Kept{"first", "second"}));
  ASSERT_TRUE(vault.save_emergency("third"));
  EXPECT_EQ(*open().load_emergencies(), (Kept{"first", "third"})) << "the newest";
  ASSERT_TRUE(vault.settle_emergency());
  EXPECT_EQ(*open().load_emergencies(), Kept{"third"});
}

TEST_F(VaultTest, HoldsABoundedNumberOfStopsAndReadsNoNoise) {
  std::vector<std::string> many;
  for (int i = 0; i < 1'200; ++i) many.push_back(fmt::format("p{:04}/2026-11-21/050000", i));
  ASSERT_TRUE(open().save_stops(many));
  const auto kept = *open().load_stops();
  ASSERT_EQ(kept.size(), 1'000U);
  EXPECT_EQ(kept.back(), many.back());
  ASSERT_TRUE(save_file(folder_ / "stopped", "\xff\n\nsang/2026-11-21/050000\nsang/2026-"));
  EXPECT_EQ(open().load_stops()->size(), 1U);
}

TEST_F(VaultTest, KeepsFaultsUntilTheyAreReset) {
  v1::Fault fault;
  fault.set_code("panel");
  fault.set_state(v1::FAULT_STATE_ACKNOWLEDGED);
  fault.set_since_us(1'795'219'200'000'000);
  fault.set_count(3);
  ASSERT_TRUE(open().save_fault(fault));
  fault.set_code("storage");
  ASSERT_TRUE(open().save_fault(fault));
  ASSERT_TRUE(save_file(folder_ / "fault-underruns", "\xff\xff"));
  ASSERT_TRUE(save_file(folder_ / "fault-temperature", fault.SerializeAsString()));  // another's
  ASSERT_EQ(open().load_faults().size(), 2U);
  fault.set_state(v1::FAULT_STATE_RESET);
  ASSERT_TRUE(open().save_fault(fault));
  ASSERT_TRUE(open().save_fault(fault)) << "twice is as good";
  const auto left = open().load_faults();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].code(), "panel");
  EXPECT_EQ(left[0].count(), 3U);
}

TEST_F(VaultTest, KeepsWhatIsKnownOfTheTimeAndRefusesWhatCannotBe) {
  const WallTime sure = wall_from_us(1'795'219'200'123'456), pending = sure + std::chrono::hours{480};
  EXPECT_EQ(*open().load_clock(), core::ClockMemory{});
  for (const core::ClockMemory& memory :
       {core::ClockMemory{sure, pending, std::chrono::seconds{35}}, core::ClockMemory{sure, {}, {}},
        core::ClockMemory{{}, pending, std::chrono::hours{23}}}) {
    ASSERT_TRUE(open().save_clock(memory));
    EXPECT_EQ(*open().load_clock(), memory);
  }
  for (const char* text :
       {"", "1795219200123456", "1795219200123456 \n", "-5\n", "30000000\n", "9223372036854775808\n",
        "5000000000000000\n", "soon\n", "2 1795219200123456 0\n", "3 1795219200123456 0 0\n",
        "2 1795219200123456 0 -1\n", "2 1795219200123456 0 0", "2 30000000 0 0\n", "2 1795219200123456 0 0\n\n"}) {
    ASSERT_TRUE(save_file(folder_ / "clock.last", text));
    EXPECT_EQ(open().load_clock().error().code, ErrorCode::invalid) << text;
  }
}

TEST_F(VaultTest, AnInstantOfAnOlderBuildIsNotTakenForSure) {
  ASSERT_TRUE(save_file(folder_ / "clock.last", "1795219200123456\n"));
  EXPECT_EQ(*open().load_clock(), (core::ClockMemory{{}, wall_from_us(1'795'219'200'123'456), {}}));
}

TEST_F(VaultTest, SetsWhatIsDamagedAsideAndGoesOn) {
  ASSERT_TRUE(save_file(folder_ / "mute", "\xff\xff\xff"));
  const auto mute = open().load_mute();
  ASSERT_FALSE(mute);
  EXPECT_NE(mute.error().text.find("mute is damaged"), std::string::npos) << mute.error().text;
  EXPECT_FALSE(open().load_mute()->has_value()) << "said once";
  EXPECT_EQ(*read_file(folder_ / "mute.aside", 64), "\xff\xff\xff") << "and not lost";
  for (const std::string& damaged :
       {std::string{"many\n"}, std::string{""}, std::string{"12x\n"}, std::string(80, '1')}) {
    ASSERT_TRUE(save_file(folder_ / "command.last", damaged));
    EXPECT_EQ(open().last_command(), 0U) << damaged;
    EXPECT_EQ(*read_file(folder_ / "command.last.aside", 128), damaged);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "command.last"));
  }
}

TEST_F(VaultTest, KeepsThePlanThatIsSetAside) {
  ASSERT_TRUE(open().save_plan("poison"));
  ASSERT_TRUE(open().set_plan_aside());
  ASSERT_TRUE(open().save_plan("remedy"));
  EXPECT_EQ(**open().load_plan(), "remedy");
  EXPECT_EQ(*read_file(folder_ / "plan.sealed.aside", 64), "poison");
}

}  // namespace
}  // namespace loa::station::intake
