#include "tests/support/wav.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct WavFile : testing::Test {
  TempFolder folder;
  std::filesystem::path path = folder / "card.wav";

  void patch(std::size_t at, std::string_view bytes) {
    auto whole = *read_file(path, 1 << 20);
    whole.replace(at, bytes.size(), bytes);
    ASSERT_TRUE(save_file(path, whole));
  }
};

TEST_F(WavFile, ReadsWhatItWrote) {
  ASSERT_TRUE(Wav::save(path, 48'000, {1, -2, 32'767}));
  const auto wav = Wav::load(path);
  ASSERT_TRUE(wav) << wav.error().text;
  EXPECT_EQ(wav->rate_hz, 48'000);
  EXPECT_THAT(wav->frames, ElementsAre(1, -2, 32'767));
}

TEST_F(WavFile, GoesByFileSizeWhenTheRecorderWasKilled) {
  ASSERT_TRUE(Wav::save(path, 48'000, {1, 2, 3}));
  patch(4, std::string(4, '\0'));
  patch(40, std::string(4, '\0'));
  EXPECT_THAT(Wav::load(path)->frames, ElementsAre(1, 2, 3));
  patch(40, "\xFF\xFF\xFF\xFF");
  EXPECT_THAT(Wav::load(path)->frames, ElementsAre(1, 2, 3));
}

TEST_F(WavFile, DropsATornLastFrame) {
  ASSERT_TRUE(Wav::save(path, 48'000, {1, 2, 3}));
  auto whole = *read_file(path, 1 << 20);
  ASSERT_TRUE(save_file(path, whole.substr(0, whole.size() - 1)));
  EXPECT_THAT(Wav::load(path)->frames, ElementsAre(1, 2));
}

TEST_F(WavFile, RefusesWhatIsNoWav) {
  ASSERT_TRUE(save_file(path, "RIFF but nothing else"));
  EXPECT_EQ(Wav::load(path).error().code, ErrorCode::invalid);
  EXPECT_EQ(Wav::load(folder / "absent.wav").error().code, ErrorCode::missing);
}

TEST_F(WavFile, ReadsTheSidecar) {
  ASSERT_TRUE(Wav::save(path, 48'000, std::vector<std::int16_t>(10)));
  ASSERT_TRUE(
      save_file(folder / "card.json", R"({"start_realtime_ns": 1795557600123456789, "ppm": -60.5, "rate_hz": 48000})"));
  const auto recording = Recording::load(path);
  ASSERT_TRUE(recording) << recording.error().text;
  EXPECT_EQ(recording->start_realtime_ns, 1'795'557'600'123'456'789);
  EXPECT_EQ(recording->ppm, -60.5);
  EXPECT_EQ(Recording::load_folder(folder.path())->size(), 1U);
}

TEST_F(WavFile, CutsATakeWhereItsLineBreaks) {
  ASSERT_TRUE(Wav::save(path, 48'000, {1, 2, 3, 4, 5}));
  ASSERT_TRUE(save_file(folder / "card.json",
                        R"({"start_realtime_ns": 9000, "start_monotonic_ns": 5000, "ppm": 80, "rate_hz": 48000,
                            "anchors": [{"frame": 0, "monotonic_ns": 5000, "ppm": 80},
                                        {"frame": 3, "monotonic_ns": 7000, "ppm": -60}]})"));
  const auto lines = Recording::load(path)->lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].from, 0);
  EXPECT_EQ(lines[0].to, 3);
  EXPECT_EQ(lines[0].realtime_ns, 9'000);
  EXPECT_EQ(lines[1].from, 3);
  EXPECT_EQ(lines[1].to, 5);
  EXPECT_EQ(lines[1].realtime_ns, 11'000);
  EXPECT_EQ(lines[1].ppm, -60);
}

TEST_F(WavFile, ReadsAPieceOfATakeAcrossABrokenLine) {
  ASSERT_TRUE(Wav::save(path, 1'000, {1, 2, 3, 4, 5, 6}));
  ASSERT_TRUE(save_file(folder / "card.json",
                        R"({"start_realtime_ns": 9000000, "start_monotonic_ns": 5000000, "ppm": 0, "rate_hz": 1000,
                            "end": "dry", "frames": 6, "anchors": [{"frame": 0, "monotonic_ns": 5000000, "ppm": 0},
                                        {"frame": 3, "monotonic_ns": 28000000, "ppm": 50}]})"));
  const auto take = Take::open(path);
  ASSERT_TRUE(take) << take.error().text;
  EXPECT_EQ(take->end(), "dry");
  EXPECT_NEAR(static_cast<double>(take->end_ns()), 35e6, 500);
  const auto piece = take->piece(10'000'000, 34'000'000);
  ASSERT_TRUE(piece) << piece.error().text;
  EXPECT_THAT(piece->frames, ElementsAre(2, 3, 4, 5));
  EXPECT_EQ(piece->start_realtime_ns, 10'000'000);
  const auto lines = piece->lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].from, 2);
  EXPECT_EQ(lines[1].realtime_ns, 32'000'000);
  EXPECT_EQ(lines[1].ppm, 50);
  EXPECT_TRUE(take->piece(0, 9'000'000)->frames.empty());
}

TEST_F(WavFile, SaysWhatASidecarLacks) {
  ASSERT_TRUE(Wav::save(path, 48'000, {}));
  ASSERT_TRUE(save_file(folder / "card.json", R"({"start_realtime_ns": 1})"));
  EXPECT_THAT(Recording::load(path).error().text, HasSubstr("has no number \"ppm\""));
}

}  // namespace
}  // namespace loa::tests
