#include "tools/simfleet/network.hpp"

#include <gtest/gtest.h>

namespace loa::tools::simfleet {
namespace {

class NetworkTest : public testing::Test {
 protected:
  NetworkTest() {
    network_.set_office({[this](std::size_t, Network::Leaf leaf, const std::string& sealed, bool) {
                           heard_.emplace_back(leaf, sealed);
                         },
                         [] {}});
  }
  void attach(std::size_t box) {
    network_.attach({0, box}, {[this, box] { ++up_[box]; }, [this, box] { ++down_[box]; }, {}});
  }

  Timeline timeline_{0};
  EventLog log_;
  Network network_{timeline_, Random{1}, log_, 1};
  std::map<std::size_t, int> up_, down_;
  std::vector<std::pair<Network::Leaf, std::string>> heard_;
};

TEST_F(NetworkTest, TwoBoxesWithOneLoginPushEachOtherOff) {
  attach(0);
  timeline_.run_until(minute_us);
  EXPECT_TRUE(network_.session({0, 0}));
  attach(1);
  timeline_.run_until(4 * minute_us);
  EXPECT_GE(up_[0] + up_[1], 10) << "some twenty times in three minutes";
  EXPECT_GT(down_[0], 3);
  EXPECT_NE(network_.session({0, 0}), network_.session({0, 1})) << "one of them at a time";
  network_.detach({0, 1});
  const int before = up_[0];
  timeline_.run_until(5 * minute_us);
  EXPECT_TRUE(network_.session({0, 0}));
  EXPECT_LE(up_[0], before + 1) << "the one that is left stays";
}

TEST_F(NetworkTest, AnOfficeThatStartsAnewHearsTheRetainedStatusAndNoProof) {
  attach(0);
  timeline_.run_until(minute_us);
  network_.to_office({0, 0}, Network::Leaf::status, "status");
  network_.to_office({0, 0}, Network::Leaf::proof, "proof");
  timeline_.run_until(2 * minute_us);
  ASSERT_EQ(heard_.size(), 2U);
  heard_.clear();
  network_.repeat_to_office();
  ASSERT_EQ(heard_.size(), 1U);
  EXPECT_EQ(heard_.front().second, "status");
}

}  // namespace
}  // namespace loa::tools::simfleet
