#include "firmware/recorder/recording_sign_out.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include <fstream>
#include <numeric>

#include "firmware/sim/sim_board.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::firmware {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint8_t> picture(std::uint8_t first) {
  std::vector<std::uint8_t> rgb(4 * 2 * 3);
  std::iota(rgb.begin(), rgb.end(), first);
  return rgb;
}

std::vector<std::uint8_t> load_png(const std::filesystem::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&image, path.c_str()), 0) << path;
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> rgb(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, rgb.data(), 0, nullptr), 0);
  return rgb;
}

class RecordingSignOutTest : public testing::Test {
 protected:
  void SetUp() override { board_.time.set_passing(true); }

  void make(SignRecorderSettings settings = {}) {
    settings.folder = folder_ / "a/b";
    auto inner = std::make_unique<SimSignOut>(board_.time);
    inner_ = inner.get();
    recorder_ = std::make_unique<RecordingSignOut>(std::move(inner), board_.clock, settings);
    ASSERT_TRUE(recorder_->open(4, 2));
  }

  void show(std::uint8_t first, int times = 1) {  // 20 ms each
    for (int i = 0; i < times; ++i) ASSERT_TRUE(recorder_->present({4, 2, picture(first)}));
  }

  std::vector<std::filesystem::path> files() {
    recorder_->close();
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator{folder_ / "a/b"}) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }

  const tests::TempFolder folder_{"loa-recorder"};
  SimBoard board_;
  SimSignOut* inner_ = nullptr;
  std::unique_ptr<RecordingSignOut> recorder_;
};

TEST_F(RecordingSignOutTest, KeepsTheFrameOnWhichMovementEnded) {
  make();
  for (std::uint8_t i = 0; i < 20; ++i) show(i);
  show(200);  // comes once and stands
  board_.time.advance(5s);
  auto found = files();
  ASSERT_EQ(found.size(), 2u) << "the first, and the last though it came in the middle of movement";
  EXPECT_EQ(load_png(found[1]), picture(200));
}

TEST_F(RecordingSignOutTest, KeepsThePixelsAsTheyLeaveThePanel) {
  make();
  show(100);
  ASSERT_TRUE(recorder_->set_brightness(50));
  show(100);
  const auto found = files();
  ASSERT_EQ(found.size(), 2u) << "another brightness is another picture";
  EXPECT_EQ(load_png(found[0]), picture(100));
  auto half = picture(100);
  for (auto& value : half) value = static_cast<std::uint8_t>((value + 1) / 2);
  EXPECT_EQ(load_png(found[1]), half);
}

TEST_F(RecordingSignOutTest, KeepsTheFirstFrameOfEachNewContentWithItsInstant) {
  make();
  const auto begin = board_.clock.read().now.wall;
  show(0, 20);
  show(100, 20);
  const auto found = files();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(load_png(found[0]), picture(0));
  EXPECT_EQ(load_png(found[1]), picture(100));
  const auto ms = [](WallTime at) { return at.time_since_epoch() / 1ms; };
  EXPECT_EQ(found[0].filename(), fmt::format("frame-{}.png", ms(begin + 20ms)));
  EXPECT_EQ(found[1].filename(), fmt::format("frame-{}.png", ms(begin + 420ms)));
}

TEST_F(RecordingSignOutTest, KeepsAMovingPictureNowAndThen) {
  make({.folder = {}, .every = 500ms});
  for (std::uint8_t i = 0; i < 101; ++i) show(i);
  EXPECT_EQ(files().size(), 5U);  // at once, then after each 500 ms of 2 s
}

TEST_F(RecordingSignOutTest, RecordsAChangeThatCameTooSoonWhenItsTimeHasCome) {
  make({.folder = {}, .every = 500ms});
  show(0, 2);
  show(100, 60);
  const auto found = files();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(load_png(found[1]), picture(100));
}

TEST_F(RecordingSignOutTest, DeletesTheOldestBeyondItsNumber) {
  make({.folder = {}, .max_files = 3});
  for (std::uint8_t i = 0; i < 6; ++i) show(static_cast<std::uint8_t>(10 * i), 20);
  const auto found = files();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(load_png(found[0]), picture(30));
  make({.folder = {}, .max_files = 2});
  show(1);
  EXPECT_EQ(files().size(), 2U) << "files of an earlier run count";
}

TEST_F(RecordingSignOutTest, RecordsNothingThatTheSignRefused) {
  make();
  inner_->set_gone(true);
  EXPECT_EQ(recorder_->present({4, 2, picture(0)}).error().code, ErrorCode::io);
  EXPECT_TRUE(files().empty());
}

TEST_F(RecordingSignOutTest, AFolderThatCannotBeMadeIsSaidAtOpen) {
  std::ofstream{folder_ / "file"} << "x";
  RecordingSignOut recorder{
      std::make_unique<SimSignOut>(board_.time), board_.clock, {.folder = folder_ / "file/below"}};
  EXPECT_FALSE(recorder.open(4, 2));
}

}  // namespace
}  // namespace loa::firmware
