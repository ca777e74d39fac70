#include "headend/fleet/refusals.hpp"

#include <gtest/gtest.h>

namespace loa::headend::fleet {
namespace {

TEST(Refusals, AFloodIsOneLineAndANumber) {
  Refusals refusals;
  int lines = 0;
  for (int i = 0; i < 100'000; ++i) lines += refusals.note("cum-01 fault", std::to_string(i)) ? 1 : 0;
  EXPECT_TRUE(refusals.note("cum-02 proof", "khác")) << "another one is not drowned";
  EXPECT_EQ(lines, 1);
  const auto sums = refusals.take();
  ASSERT_EQ(sums.size(), 1U) << "who was refused once has had his line";
  EXPECT_EQ(sums[0].source, "cum-01 fault");
  EXPECT_EQ(sums[0].count, 99'999U);
  EXPECT_EQ(sums[0].reason, "99999");
  EXPECT_TRUE(refusals.note("cum-01 fault", "")) << "a new minute";
  EXPECT_TRUE(refusals.take().empty());
}

TEST(Refusals, AFloodOfSourcesIsBoundedToo) {
  Refusals refusals;
  std::size_t lines = 0;
  for (int i = 0; i < 100'000; ++i) lines += refusals.note("station-" + std::to_string(i), "x") ? 1 : 0;
  EXPECT_EQ(lines, Refusals::most_lines);
  const auto sums = refusals.take();
  EXPECT_LE(sums.size(), Refusals::most_sources + 1);
  std::uint64_t count = 0;
  for (const auto& sum : sums) count += sum.count;
  EXPECT_EQ(count + lines, 100'000U) << "none is lost";
}

}  // namespace
}  // namespace loa::headend::fleet
