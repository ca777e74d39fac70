#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "firmware/sdl/load.hpp"

namespace loa::tests {
namespace {

bool is_mapped(const std::string& library) {
  std::ostringstream maps;
  maps << std::ifstream{"/proc/self/maps"}.rdbuf();
  return maps.str().find(library) != std::string::npos;
}

TEST(SdlLoad, MapsSdlOnlyWhenASignIsWanted) {
  EXPECT_FALSE(is_mapped("libSDL2"));
  const auto wrong = firmware::load_sdl_sign_out({.driver = "dummy", .scale = 0});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid);
  EXPECT_FALSE(is_mapped("libSDL2"));
  auto sign = firmware::load_sdl_sign_out({.driver = "dummy"});
  ASSERT_TRUE(sign) << sign.error().text;
  EXPECT_TRUE(is_mapped("libSDL2"));
  const auto opened = (*sign)->open(16, 8);
  ASSERT_TRUE(opened) << opened.error().text;
  const std::vector<std::uint8_t> rgb(16 * 8 * 3, 77);
  EXPECT_TRUE((*sign)->present({16, 8, rgb}));
}

}  // namespace
}  // namespace loa::tests
