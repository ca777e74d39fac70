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
  const auto pieces = Recording::load(path)->straight_pieces();
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_THAT(pieces[0].frames, ElementsAre(1, 2, 3));
  EXPECT_EQ(pieces[0].start_realtime_ns, 9'000);
  EXPECT_THAT(pieces[1].frames, ElementsAre(4, 5));
  EXPECT_EQ(pieces[1].start_realtime_ns, 11'000);
  EXPECT_EQ(pieces[1].ppm, -60);
}

TEST_F(WavFile, SaysWhatASidecarLacks) {
  ASSERT_TRUE(Wav::save(path, 48'000, {}));
  ASSERT_TRUE(save_file(folder / "card.json", R"({"start_realtime_ns": 1})"));
  EXPECT_THAT(Recording::load(path).error().text, HasSubstr("has no number \"ppm\""));
}

}  // namespace
}  // namespace loa::tests
