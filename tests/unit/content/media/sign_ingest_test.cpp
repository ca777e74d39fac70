#include "content/media/sign_ingest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "content/picture/sign_object.hpp"
#include "protocol/base/file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::content::media {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class SignIngestTest : public ::testing::Test {
 protected:
  /// A file as somebody's camera or program would make it, by ffmpeg.
  std::filesystem::path made(const char* name, std::initializer_list<std::string> arguments) {
    tests::Command command;
    command.argv = {"/usr/bin/ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i"};
    command.argv.insert(command.argv.end(), arguments);
    const auto path = folder_ / name;
    command.argv.push_back(path.string());
    const auto finished = tests::run(command, 60s);
    EXPECT_TRUE(finished && finished->exit.ok()) << (finished ? finished->err : finished.error().text);
    return path;
  }
  std::filesystem::path file(const char* name, const std::string& bytes) {
    EXPECT_TRUE(save_file(folder_ / name, bytes));
    return folder_ / name;
  }
  static std::string refusal(const Result<IngestedSign>& made) { return made ? "accepted" : made.error().text; }

  tests::TempFolder folder_;
};

std::array<int, 3> pixel(const picture::Picture& picture, int x, int y) {
  const auto* at = picture.rgb.data() + (y * picture.width_px + x) * 3;
  return {at[0], at[1], at[2]};
}

TEST_F(SignIngestTest, APictureOfTheSignsSizeIsShownPixelByPixel) {
  const auto source = made("page.png", {"testsrc=s=64x32", "-frames:v", "1", "-pix_fmt", "rgb24"});
  const auto ingested = ingest_picture(source, 64, 32).value();
  const auto wanted = picture::decode_png(read_file(source, 1 << 20).value()).value();
  EXPECT_EQ(picture::decode_png(ingested.bytes).value(), wanted);
  EXPECT_EQ(ingested.length, 0ms);
}

TEST_F(SignIngestTest, AnotherShapeIsKeptWithBlackAround) {
  const auto source = made("red.jpg", {"color=red:s=100x100", "-frames:v", "1"});
  const auto picture = picture::decode_png(ingest_picture(source, 64, 32)->bytes).value();
  ASSERT_EQ(picture.width_px, 64);
  ASSERT_EQ(picture.height_px, 32);
  EXPECT_EQ(pixel(picture, 15, 16), (std::array{0, 0, 0}));
  EXPECT_EQ(pixel(picture, 48, 16), (std::array{0, 0, 0}));
  for (const int x : {16, 32, 47}) {
    EXPECT_GT(pixel(picture, x, 16)[0], 240);
    EXPECT_LT(pixel(picture, x, 16)[1], 10);
  }
}

TEST_F(SignIngestTest, WhatIsTransparentShowsBlack) {
  const auto source = made("clear.png", {"color=white@0.0:s=32x32,format=rgba", "-frames:v", "1"});
  const auto picture = picture::decode_png(ingest_picture(source, 32, 32)->bytes).value();
  EXPECT_EQ(pixel(picture, 16, 16), (std::array{0, 0, 0}));
}

TEST_F(SignIngestTest, AVideoBecomesItsFramesAtTheirTimes) {
  const auto source = made("clip.mp4", {"testsrc=s=128x64:r=25:d=2", "-pix_fmt", "yuv420p"});
  const auto ingested = ingest_video(source, 64, 32).value();
  EXPECT_EQ(ingested.frames, 50);
  EXPECT_EQ(ingested.length, 2s);
  const auto reader = picture::open_sign_object(ingested.bytes, {64, 32}).value();
  EXPECT_EQ(reader->length(), 2s);
  const auto first = reader->next().value();
  EXPECT_EQ(first.end, 40ms);
  const auto again = ingest_video(source, 64, 32).value();
  EXPECT_EQ(again.bytes, ingested.bytes) << "the same file gives the same object";
}

TEST_F(SignIngestTest, AFastVideoIsThinnedToThirtyFramesASecond) {
  const auto source = made("fast.mp4", {"testsrc=s=64x32:r=60:d=1", "-pix_fmt", "yuv420p"});
  const auto ingested = ingest_video(source, 64, 32).value();
  EXPECT_LE(ingested.frames, 30);
  EXPECT_GE(ingested.frames, 28);
  EXPECT_GE(ingested.length, 1s);
  EXPECT_LE(ingested.length, 1s + 33ms) << "the last frame is seen as long as any";
}

TEST_F(SignIngestTest, WhatIsNoPictureIsRefusedWithOneSentence) {
  EXPECT_THAT(refusal(ingest_picture(file("a.png", "this is no picture"), 64, 32)), HasSubstr("not a picture"));
  EXPECT_THAT(refusal(ingest_picture(file("empty.png", ""), 64, 32)), HasSubstr("the file is empty"));
  EXPECT_THAT(refusal(ingest_picture(folder_ / "missing.png", 64, 32)), HasSubstr("cannot open"));
  EXPECT_THAT(refusal(ingest_picture(made("tone.wav", {"sine=d=1"}), 64, 32)), HasSubstr("no picture in it"));
  EXPECT_NE(refusal(ingest_video(file("b.mp4", std::string(5'000, 'x')), 64, 32)), "accepted");
}

TEST_F(SignIngestTest, ATooLongVideoIsRefusedBeforeItIsDecoded) {
  const auto source = made("long.mp4", {"color=red:s=32x32:r=1:d=70", "-pix_fmt", "yuv420p"});
  EXPECT_THAT(refusal(ingest_video(source, 32, 32)), HasSubstr("at most"));
}

TEST_F(SignIngestTest, ABombIsRefusedBeforeItIsDecoded) {
  const auto source = made("big.png", {"color=red:s=7000x6000", "-frames:v", "1"});
  EXPECT_THAT(refusal(ingest_picture(source, 64, 32)), HasSubstr("at most 40000000 are possible"));
}

TEST_F(SignIngestTest, ATornFileIsRefused) {
  const auto source = made("clip.mp4", {"testsrc=s=64x32:r=25:d=1", "-pix_fmt", "yuv420p"});
  const auto bytes = read_file(source, 1 << 22).value();
  EXPECT_NE(refusal(ingest_video(file("torn.mp4", bytes.substr(0, bytes.size() / 2)), 64, 32)), "accepted");
  const auto png = read_file(made("page.png", {"testsrc=s=64x32", "-frames:v", "1"}), 1 << 20).value();
  EXPECT_NE(refusal(ingest_picture(file("torn.png", png.substr(0, png.size() / 2)), 64, 32)), "accepted");
}

TEST_F(SignIngestTest, AStillPictureIsNoVideo) {
  const auto source = made("page.png", {"testsrc=s=64x32", "-frames:v", "1"});
  EXPECT_THAT(refusal(ingest_video(source, 64, 32)), HasSubstr("one still picture"));
}

}  // namespace
}  // namespace loa::content::media
