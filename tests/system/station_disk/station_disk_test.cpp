#include <gtest/gtest.h>

#include "protocol/base/file.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class StationDisk : public testing::Test {
 protected:
  [[nodiscard]] std::size_t logged(const std::string& words) const {
    const std::string text = read_file(kit_->log_of("cum-01"), 16U << 20U).value_or("");
    std::size_t count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++count;
    return count;
  }

  const TempFolder folder_{"loa-disk"};
  std::unique_ptr<WardKit> kit_;
};

// The broker delivers a retained plan once: nobody sends it again while the link stands.
TEST_F(StationDisk, APlanThatCouldNotBeSavedIsTriedAgain) {
  auto made = WardKit::make(folder_.path(), {{"cum-01", "Cụm 1", "to-1", 0}});
  ASSERT_TRUE(made) << made.error().text;
  kit_ = std::move(*made);
  // Where the new plan is written first, a folder is in the way.
  const fs::path obstacle = folder_ / "cum-01/state/plan.sealed.new";
  ASSERT_TRUE(fs::create_directories(obstacle));
  ASSERT_TRUE(kit_->start_headend());
  ASSERT_TRUE(kit_->start_station("cum-01"));
  ASSERT_TRUE(wait_until(20s, [this] { return logged("message.refused what=plan") > 0; }));
  EXPECT_EQ(logged("plan.accepted"), 0U) << "what is not durable is not acted upon";
  fs::remove(obstacle);
  EXPECT_TRUE(wait_until(60s, [this] { return logged("plan.accepted") == 1; }));
  EXPECT_EQ(logged("link.up"), 1U) << "and not because it was delivered again";
}

}  // namespace
}  // namespace loa::tests
