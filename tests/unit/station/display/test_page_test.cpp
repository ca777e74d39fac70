#include "station/display/test_page.hpp"

#include <gtest/gtest.h>

namespace loa::station::display {
namespace {

TEST(TestPage, FitsTheSignAndNamesItsColoursInOrder) {
  const auto frame = make_test_page({192, 32, false})->next();
  ASSERT_TRUE(frame);
  const auto& picture = frame->picture;
  ASSERT_EQ(picture.rgb.size(), 192U * 32 * 3);
  const auto colour = [&](int x, int y) {
    const auto at = static_cast<std::size_t>(y * 192 + x) * 3;
    return std::vector<int>{picture.rgb[at], picture.rgb[at + 1], picture.rgb[at + 2]};
  };
  EXPECT_EQ(colour(24, 16), (std::vector{255, 0, 0}));
  EXPECT_EQ(colour(72, 16), (std::vector{0, 255, 0}));
  EXPECT_EQ(colour(120, 16), (std::vector{0, 0, 255}));
  EXPECT_EQ(colour(168, 16), (std::vector{255, 255, 255}));
  for (const auto& [x, y] : std::vector<std::pair<int, int>>{{0, 0}, {191, 0}, {0, 31}, {191, 31}, {60, 0}, {60, 31}})
    EXPECT_EQ(colour(x, y), (std::vector{255, 255, 255})) << "the frame shows the geometry";
}

TEST(TestPage, NeedsNoObject) {
  PageWish wish;
  wish.shape = {64, 16, false};
  wish.dwell = std::chrono::seconds{3};
  wish.test = true;
  auto turn = open_turn({}, wish);
  ASSERT_TRUE(turn) << turn.error().text;
  EXPECT_TRUE(turn->next());
  EXPECT_TRUE(turn->done());
}

}  // namespace
}  // namespace loa::station::display
