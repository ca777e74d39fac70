#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "content/picture/sign_object.hpp"
#include "content/picture/video_reader.hpp"
#include "content/picture/video_writer.hpp"

namespace loa::content::picture {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr int width = 24, height = 12;

/// Every pixel another, and other ones in each frame.
Picture frame_of(int number) {
  Picture picture{width, height, {}};
  for (int i = 0; i < width * height * 3; ++i) picture.rgb.push_back(static_cast<std::uint8_t>(i * 7 + number * 31));
  return picture;
}

std::string video(int frames, std::chrono::milliseconds each = 40ms) {
  auto writer = VideoWriter::open(width, height).value();
  for (int i = 0; i < frames; ++i) EXPECT_TRUE(writer.add(frame_of(i), i * each));
  return writer.finish(frames * each).value();
}

std::string refusal(std::string bytes, const SignShape& shape = {width, height}) {
  const auto reader = open_sign_object(std::move(bytes), shape);
  return reader ? "accepted" : reader.error().text;
}

TEST(Video, ComesBackPixelByPixelAtItsTimes) {
  const auto reader = open_sign_object(video(5), {width, height}).value();
  EXPECT_EQ(reader->length(), 200ms);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5; ++i) {
      const auto frame = reader->next().value();
      EXPECT_EQ(frame.picture, frame_of(i)) << "frame " << i;
      EXPECT_EQ(frame.begin, i * 40ms);
      EXPECT_EQ(frame.end, (i + 1) * 40ms);
    }
  }
}

TEST(Video, TheSameFramesGiveTheSameBytes) { EXPECT_EQ(video(4), video(4)); }

TEST(Video, IsToldFromAPictureByItsSignature) {
  const auto still = open_sign_object(encode_png(frame_of(1)).value(), {width, height}).value();
  EXPECT_EQ(still->length(), 0ms);
  EXPECT_EQ(still->next()->picture, frame_of(1));
  EXPECT_THAT(refusal("GIF89a" + std::string(100, '\0')), HasSubstr("neither as PNG nor as WebP"));
  EXPECT_THAT(refusal(""), HasSubstr("neither as PNG nor as WebP"));
}

TEST(Video, OfAnotherSignIsRefused) {
  EXPECT_THAT(refusal(video(2), {width + 1, height}), HasSubstr("does not fit a sign of 25x12"));
  EXPECT_THAT(refusal(video(2), {width, height - 1}), HasSubstr("does not fit"));
  EXPECT_THAT(refusal(video(2), {width, height, true}), HasSubstr("cannot scroll"));
  const auto png = encode_png(frame_of(1)).value();
  EXPECT_THAT(refusal(png, {width + 1, height}), HasSubstr("does not fit"));
  EXPECT_EQ(refusal(png, {8, height, true}), "accepted") << "a strip is as wide as it likes";
  EXPECT_THAT(refusal(png, {8, height + 1, true}), HasSubstr("does not fit"));
}

TEST(Video, TornAtEveryByteIsRefusedOrEndsWithASentence) {
  const auto whole = video(3);
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 20) {
    const auto text = refusal(whole.substr(0, size));
    EXPECT_NE(text, "accepted") << size << " of " << whole.size() << " bytes";
  }
}

TEST(Video, TooLongTooFastOrTooManyIsRefused) {
  EXPECT_THAT(refusal(video(2, 30'001ms)), HasSubstr("longer than 60 s"));
  EXPECT_THAT(refusal(video(3, 10ms)), HasSubstr("30 frames a second"));
  EXPECT_THAT(refusal(video(2) + std::string(largest_video_bytes, '\0')), HasSubstr("is more than"));
}

/// The size of the canvas stands in the VP8X chunk.
TEST(Video, ABombIsRefusedBeforeMemoryIsTaken) {
  auto bytes = video(2);
  const auto at = bytes.find("VP8X");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at + 12, 6, std::string(6, '\xff'));
  EXPECT_NE(refusal(bytes), "accepted");
}

TEST(Video, WriterRefusesFramesOfOtherPixels) {
  auto writer = VideoWriter::open(width, height).value();
  EXPECT_FALSE(writer.add({2, 2, std::vector<std::uint8_t>(12)}, 0ms));
  EXPECT_FALSE(VideoWriter::open(0, 5));
  EXPECT_FALSE(VideoWriter::open(5'000, 5));
}

}  // namespace
}  // namespace loa::content::picture
