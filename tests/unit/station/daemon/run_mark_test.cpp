#include "station/daemon/run_mark.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"

namespace loa::station::daemon {
namespace {

class RunMarkTest : public testing::Test {
 protected:
  void boot(const std::string& id) { ASSERT_TRUE(save_file(folder_ / "boot_id", id + "\n")); }
  void SetUp() override { boot("0b1e6b2c-one"); }
  /// A process that ends without saying so: its mark is never taken away.
  std::uint32_t crash() {
    const auto copy = folder_ / "kept";
    std::uint32_t restarts = 0;
    {
      const auto mark = take();
      restarts = mark.restarts();
      std::filesystem::copy_file(folder_ / "running", copy);
    }
    std::filesystem::rename(copy, folder_ / "running");
    return restarts;
  }
  [[nodiscard]] RunMark take() const { return *RunMark::take(folder_.path(), folder_ / "boot_id"); }
  const tests::TempFolder folder_{"loa-run"};
};

TEST_F(RunMarkTest, AProcessThatEndsInOrderLeavesNothing) {
  EXPECT_EQ(take().restarts(), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "running"));
  EXPECT_EQ(take().restarts(), 0U);
}

TEST_F(RunMarkTest, CountsProcessesThatDidNot) {
  EXPECT_EQ(crash(), 0U);
  EXPECT_EQ(crash(), 1U);
  EXPECT_EQ(crash(), 2U);
  EXPECT_EQ(take().restarts(), 3U);
  EXPECT_EQ(take().restarts(), 0U) << "the last one ended in order";
}

TEST_F(RunMarkTest, APowerCutIsNoRestartOfTheSoftware) {
  crash();
  crash();
  boot("77aa-two");
  EXPECT_EQ(crash(), 0U);
  EXPECT_EQ(crash(), 1U);
}

TEST_F(RunMarkTest, ADamagedMarkIsNone) {
  for (const char* text : {"", "x", "9999999999999999999999 a", "7"}) {
    ASSERT_TRUE(save_file(folder_ / "running", text));
    EXPECT_EQ(crash(), 0U) << text;
  }
}

}  // namespace
}  // namespace loa::station::daemon
