#include "content/picture/picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loa::content::picture {
namespace {

Picture gradient(int width_px, int height_px) {
  Picture picture{width_px, height_px, {}};
  for (int i = 0; i < width_px * height_px * 3; ++i) picture.rgb.push_back(static_cast<std::uint8_t>(i * 7));
  return picture;
}

std::uint32_t crc_of(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (unsigned char c : bytes) {
    crc ^= c;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (0xEDB88320 & (0U - (crc & 1U)));
  }
  return ~crc;
}

std::string big(std::uint32_t value) {
  std::string bytes;
  for (int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

/// A PNG's beginning that promises a picture of any form (W3C PNG §11.2.2).
std::string header(std::uint32_t width, std::uint32_t height, char depth, char colour_type) {
  const auto chunk = "IHDR" + big(width) + big(height) + depth + colour_type + std::string(3, '\0');
  return "\x89PNG\r\n\x1a\n" + big(13) + chunk + big(crc_of(chunk)) + big(0) + "IDAT" + big(crc_of("IDAT"));
}

TEST(Picture, ComesBackPixelForPixel) {
  for (auto [width_px, height_px] : {std::pair{1, 1}, {192, 32}, {512, 256}, {16'384, 32}}) {
    const auto picture = gradient(width_px, height_px);
    EXPECT_EQ(decode_png(encode_png(picture).value()).value(), picture);
  }
}

TEST(Picture, GivesTheSameBytesForTheSamePixels) {
  EXPECT_EQ(encode_png(gradient(99, 17)).value(), encode_png(gradient(99, 17)).value());
}

TEST(Picture, RefusesEveryTruncation) {
  const auto bytes = encode_png(gradient(40, 30)).value();
  for (std::size_t size = 0; size + 12 < bytes.size(); ++size) {
    EXPECT_FALSE(decode_png(std::string_view{bytes}.substr(0, size))) << size;
  }
}

TEST(Picture, RefusesDamage) {
  auto bytes = encode_png(gradient(40, 30)).value();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x40);
  EXPECT_EQ(decode_png(bytes).error().code, ErrorCode::invalid);
}

TEST(Picture, RefusesHugePromisesWithoutTakingMemory) {
  EXPECT_THAT(decode_png(header(16'385, 32, 8, 2)).error().text, testing::HasSubstr("16385×32"));
  EXPECT_FALSE(decode_png(header(16'384, 2'161, 8, 2)));
  EXPECT_FALSE(decode_png(header(0x7FFFFFFF, 0x7FFFFFFF, 8, 2)));
  EXPECT_FALSE(decode_png(header(0, 32, 8, 2)));
}

TEST(Picture, RefusesOtherFormsOfPng) {
  EXPECT_THAT(decode_png(header(10, 10, 16, 2)).error().text, testing::HasSubstr("8-bit RGB"));
  EXPECT_THAT(decode_png(header(10, 10, 8, 0)).error().text, testing::HasSubstr("8-bit RGB"));
  EXPECT_THAT(decode_png(header(10, 10, 8, 6)).error().text, testing::HasSubstr("8-bit RGB"));
}

TEST(Picture, RefusesToWriteWhatIsNoPicture) {
  EXPECT_FALSE(encode_png({10, 10, std::vector<std::uint8_t>(299)}));
  EXPECT_FALSE(encode_png({0, 10, {}}));
  EXPECT_FALSE(encode_png({-1, -1, {1, 2, 3}}));
}

}  // namespace
}  // namespace loa::content::picture
