#include <gtest/gtest.h>

#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

/// Two clusters of one group, online.
class Commands : public testing::Test {
 protected:
  void SetUp() override {
    auto made = WardKit::make(folder_.path(), {{"cum-01", "Cụm 1", "to-1", 0}, {"cum-02", "Cụm 2", "to-1", 0}});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    ASSERT_TRUE(kit_->start_headend());
    for (const auto& station : kit_->stations()) ASSERT_TRUE(kit_->start_station(station.id));
    ASSERT_TRUE(wait_until(20s, [this] {
      const auto lines = kit_->loa_json({"fleet"});
      if (!lines) return false;
      int ready = 0;
      for (const auto& line : lines->as_array()) {
        const auto& status = line.at("status");
        ready += status.is_object() && status.at("plan_sequence").to_number<std::uint64_t>() > 0 ? 1 : 0;
      }
      return ready == 2;
    }));
  }

  const TempFolder folder_{"loa-command"};
  std::unique_ptr<WardKit> kit_;
};

TEST_F(Commands, EveryStationObeysOrdersToAnyAudienceInOneSecond) {
  // A station keeps one number for all audiences: orders to it alone, to its group and to all must not look replayed.
  for (const auto& order : std::vector<std::vector<std::string>>{
           {"command", "report", "--station", "cum-02"},
           {"command", "mute", "--group", "to-1", "--minutes", "5", "--reason", "tang lễ"},
           {"command", "report", "--station", "cum-01"},
           {"command", "mute", "--group", "all", "--lift"},
       }) {
    const auto answered = kit_->loa(order);  // exit status 0 only when every station addressed has obeyed
    EXPECT_TRUE(answered) << answered.error().text;
  }
}

/// No time daemon calls a clock wrong that is within 16 s: it is of grade NETWORK, and the office allows an hour.
TEST_F(Commands, AStationSixteenSecondsBehindObeys) {
  kit_->stop_station("cum-02");
  std::filesystem::remove_all(folder_ / "cum-02" / "state");  // it never had a better clock
  ASSERT_TRUE(kit_->start_station(
      "cum-02", {"LD_PRELOAD=" LOA_WRONG_CLOCK, "LOA_CLOCK_AHEAD_S=-16", "ASAN_OPTIONS=verify_asan_link_order=0"}));
  EXPECT_TRUE(wait_until(20s, [this] {
    return kit_->loa({"command", "report", "--station", "cum-02", "--wait", "2"}).has_value();
  }));
  const auto answered = kit_->loa({"command", "mute", "--group", "to-1", "--minutes", "5"});
  EXPECT_TRUE(answered) << answered.error().text;
}

TEST_F(Commands, AnOrderThatNobodyAnswersIsSaidSo) {
  kit_->kill_station("cum-02");
  const auto answered = kit_->loa({"command", "report", "--group", "to-1", "--wait", "2"});
  ASSERT_FALSE(answered);
  EXPECT_NE(answered.error().text.find("1 of 2"), std::string::npos) << answered.error().text;
}

}  // namespace
}  // namespace loa::tests
