#include "firmware/sdl/module/sdl_sign_out.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <numeric>

namespace loa::firmware {
namespace {

using namespace std::chrono_literals;

class SdlSignOutTest : public testing::TestWithParam<const char*> {
 protected:
  SdlSettings settings(int scale = 1) { return {.driver = GetParam(), .title = "test", .scale = scale, .pace_hz = 50}; }

  static std::vector<std::uint8_t> picture(int width, int height) {
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height * 3));
    std::iota(rgb.begin(), rgb.end(), std::uint8_t{3});
    return rgb;
  }
};

TEST_P(SdlSignOutTest, TheApprovedPixelsAreTheDisplayedPixels) {
  SdlSignOut sign{settings()};
  const auto opened = sign.open(192, 32);
  ASSERT_TRUE(opened) << opened.error().text;
  const auto rgb = picture(192, 32);
  ASSERT_TRUE(sign.present({192, 32, rgb}));
  EXPECT_EQ(sign.read_back().value(), rgb);
  sign.close();
  ASSERT_TRUE(sign.open(512, 256)) << "another geometry after close";
  const auto large = picture(512, 256);
  ASSERT_TRUE(sign.present({512, 256, large}));
  EXPECT_EQ(sign.read_back().value(), large);
}

TEST_P(SdlSignOutTest, ScalesEachPixelToASquare) {
  SdlSignOut sign{settings(3)};
  ASSERT_TRUE(sign.open(4, 2));
  const auto rgb = picture(4, 2);
  ASSERT_TRUE(sign.present({4, 2, rgb}));
  const auto shown = sign.read_back().value();
  ASSERT_EQ(shown.size(), rgb.size() * 9);
  for (std::size_t y = 0; y < 6; ++y) {
    for (std::size_t x = 0; x < 12; ++x) {
      for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(shown[(y * 12 + x) * 3 + c], rgb[(y / 3 * 4 + x / 3) * 3 + c]);
    }
  }
}

TEST_P(SdlSignOutTest, BrightnessDimsEveryColour) {
  SdlSignOut sign{settings()};
  ASSERT_TRUE(sign.set_brightness(50)) << "before open it is remembered";
  ASSERT_TRUE(sign.open(2, 1));
  const std::vector<std::uint8_t> rgb{255, 100, 0, 200, 40, 8};
  ASSERT_TRUE(sign.present({2, 1, rgb}));
  const auto half = sign.read_back().value();
  for (std::size_t i = 0; i < rgb.size(); ++i) EXPECT_NEAR(half[i], rgb[i] / 2.0, 1.5);
  ASSERT_TRUE(sign.set_brightness(0));
  EXPECT_EQ(sign.read_back().value(), std::vector<std::uint8_t>(6));
  EXPECT_EQ(sign.set_brightness(101).error().code, ErrorCode::invalid);
}

TEST_P(SdlSignOutTest, KeepsThePaceOfItsRefresh) {
  SdlSignOut sign{settings()};
  ASSERT_EQ(sign.open(8, 8).value_or(0), 50);
  const auto rgb = picture(8, 8);
  ASSERT_TRUE(sign.present({8, 8, rgb}));
  const auto first = sign.present({8, 8, rgb});
  MonoTime last{};
  for (int i = 0; i < 20; ++i) last = sign.present({8, 8, rgb}).value();
  EXPECT_NEAR(std::chrono::duration<double>(last - *first).count(), 0.4, 0.06);
}

TEST_P(SdlSignOutTest, RefusesWhatDoesNotFitAndLeavesSignalsAlone) {
  SdlSignOut sign{settings()};
  const auto rgb = picture(8, 8);
  EXPECT_EQ(sign.present({8, 8, rgb}).error().code, ErrorCode::io);
  EXPECT_EQ(sign.open(0, 8).error().code, ErrorCode::unsupported);
  ASSERT_TRUE(sign.open(8, 4));
  EXPECT_EQ(sign.present({8, 8, rgb}).error().code, ErrorCode::invalid);
  struct sigaction action {};
  ASSERT_EQ(::sigaction(SIGTERM, nullptr, &action), 0);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
  sign.close();
  sign.close();
}

INSTANTIATE_TEST_SUITE_P(Drivers, SdlSignOutTest, testing::Values("dummy", "offscreen"));

TEST(SdlSignOut, AnUnknownDriverIsAMissingDisplay) {
  SdlSignOut sign{{.driver = "hologram"}};
  const auto opened = sign.open(8, 8);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::missing);
  EXPECT_NE(opened.error().text.find("hologram"), std::string::npos);
}

}  // namespace
}  // namespace loa::firmware
