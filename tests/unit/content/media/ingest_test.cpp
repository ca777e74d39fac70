#include "content/media/ingest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "content/media/loudness_meter.hpp"
#include "content/opus/opus_reader.hpp"
#include "protocol/base/file.hpp"
#include "tests/unit/content/scratch_folder.hpp"
#include "tests/unit/content/sounds.hpp"

namespace loa::content::media {
namespace {

using testing::HasSubstr;

struct Decoded {
  std::int64_t frames;
  double lufs, peak_db;
};

/// Measures an object anew, as a station would decode it.
Decoded hear(const Ingested& object) {
  auto reader = opus::OpusReader::from_bytes(object.opus).value();
  std::vector<std::int16_t> pcm(static_cast<std::size_t>(reader.frames()) + 1);
  pcm.resize(reader.read(pcm).value());
  LoudnessMeter meter{LoudnessMeter::Peak::true_peak};
  meter.add(std::span<const std::int16_t>{pcm});
  return {reader.frames(), meter.integrated_lufs(), meter.peak_db()};
}

TEST(Ingest, BringsQuietAndLoudSoundToTheTarget) {
  for (double amplitude : {0.01, 0.1, 0.9}) {
    const auto object = ingest(tone(3 * 48'000, amplitude), Kind::music).value();
    const auto heard = hear(object);
    EXPECT_NEAR(heard.lufs, -16, 0.5);
    EXPECT_LE(heard.peak_db, -1.5);
    EXPECT_NEAR(heard.lufs, object.loudness_out_lufs, 0.01);
    EXPECT_NEAR(heard.peak_db, object.true_peak_dbtp, 0.01);
    EXPECT_NEAR(object.loudness_in_lufs, 20 * std::log10(amplitude) - 3.7, 1.0);
  }
}

TEST(Ingest, LimitsPeaksAndStillReachesTheTarget) {
  for (auto kind : {Kind::speech, Kind::music}) {
    const auto object = ingest(plucks(6 * 48'000), kind).value();
    const auto heard = hear(object);
    EXPECT_LE(heard.peak_db, -1.5);
    EXPECT_NEAR(heard.lufs, -16, 0.5);
  }
}

TEST(Ingest, HoldsTheTruePeakEvenWhereTheTargetIsOutOfReach) {
  for (auto kind : {Kind::speech, Kind::music}) {
    const auto heard = hear(ingest(drum(6 * 48'000), kind).value());
    EXPECT_LE(heard.peak_db, -1.5);
    EXPECT_GT(heard.lufs, -22);
    EXPECT_LT(heard.lufs, -16);
  }
}

TEST(Ingest, KeepsTheLengthToTheFrame) {
  for (std::size_t frames : {24'000U, 24'001U, 48'959U, 48'960U, 48'961U, 100'003U}) {
    const auto object = ingest(tone(frames, 0.3), Kind::speech).value();
    EXPECT_EQ(object.frames, static_cast<std::int64_t>(frames));
    EXPECT_EQ(hear(object).frames, static_cast<std::int64_t>(frames));
  }
}

TEST(Ingest, KeepsEverySoundInItsPlace) {
  auto clicks = tone(2 * 48'000, 0.02);
  clicks.frames[50'000] = 0.9F;
  auto reader = opus::OpusReader::from_bytes(ingest(clicks, Kind::music).value().opus).value();
  std::vector<std::int16_t> pcm(96'000);
  ASSERT_EQ(reader.read(pcm).value(), pcm.size());
  const auto loudest =
      std::max_element(pcm.begin(), pcm.end(), [](int a, int b) { return std::abs(a) < std::abs(b); }) - pcm.begin();
  EXPECT_NEAR(static_cast<double>(loudest), 50'000, 3);
}

TEST(Ingest, GivesTheSameBytesForTheSameSound) {
  EXPECT_EQ(ingest(drum(96'000), Kind::speech).value().opus, ingest(drum(96'000), Kind::speech).value().opus);
}

TEST(Ingest, GivesTheSameFromAFileAsFromMemory) {
  ScratchFolder folder;
  ASSERT_TRUE(save_file(folder / "x", wav(drum(96'000))));
  const auto decoded = decode(folder / "x").value();
  EXPECT_EQ(decoded.frames.size(), 96'000U);
  EXPECT_EQ(ingest(folder / "x", Kind::speech).value().opus, ingest(decoded, Kind::speech).value().opus);
}

TEST(Ingest, ConvertsOtherRates) {
  ScratchFolder folder;
  for (std::uint32_t rate : {8'000U, 22'050U, 44'100U, 96'000U}) {
    ASSERT_TRUE(save_file(folder / "x.wav", wav(tone(2 * rate, 0.3), rate)));
    const auto object = ingest(folder / "x.wav", Kind::speech).value();
    EXPECT_NEAR(static_cast<double>(object.frames), 96'000, 48);
    EXPECT_EQ(hear(object).frames, object.frames);
  }
}

TEST(Ingest, TellsItsProgressWithoutFallingBack) {
  std::vector<double> told;
  ASSERT_TRUE(ingest(drum(240'000), Kind::speech, {}, [&](double share) { told.push_back(share); }));
  EXPECT_GT(told.size(), 10U);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 1.0);
}

TEST(Ingest, TakesWhatPeopleBring) {
  for (auto [name, seconds] : {std::pair{"mo-dau.flac", 8.0}, {"nhac.mp3", 19.0}, {"ket-thuc.ogg", 5.0}}) {
    const auto object = ingest(std::filesystem::path{LOA_SAMPLES} / name, Kind::music).value();
    EXPECT_NEAR(static_cast<double>(object.frames) / rate_hz, seconds, 0.05) << name;
    EXPECT_NEAR(object.loudness_out_lufs, -16, 0.5) << name;
    EXPECT_LE(object.true_peak_dbtp, -1.5) << name;
  }
}

TEST(Ingest, RefusesATextOfTheProgramme) {
  const auto object = ingest(std::filesystem::path{LOA_SAMPLES} / "loi-chao.txt", Kind::speech);
  EXPECT_THAT(object.error().text, HasSubstr("not an audio file"));
}

struct BadInput : testing::Test {
  ScratchFolder folder;

  std::string refusal(const std::string& bytes, const IngestSettings& settings = {}) {
    EXPECT_TRUE(save_file(folder / "tin.mp3", bytes));
    const auto object = ingest(folder / "tin.mp3", Kind::speech, settings);
    if (object) return "accepted";
    EXPECT_EQ(object.error().code, ErrorCode::invalid);
    EXPECT_THAT(object.error().text, HasSubstr("tin.mp3"));
    EXPECT_THAT(object.error().text, testing::Not(HasSubstr("\n")));
    return object.error().text;
  }
};

TEST_F(BadInput, MissingFile) { EXPECT_EQ(ingest(folder / "no", Kind::music).error().code, ErrorCode::missing); }

TEST_F(BadInput, EmptyFile) { EXPECT_THAT(refusal(""), HasSubstr("empty")); }

TEST_F(BadInput, TextNamedMp3) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "Kính thưa bà con, đây là một văn bản chứ không phải âm thanh.\n";
  EXPECT_THAT(refusal(text), HasSubstr("not an audio file"));
  EXPECT_THAT(refusal("short"), HasSubstr("not an audio file"));
}

TEST_F(BadInput, RandomBytesNamedMp3) {
  std::mt19937 random{3};
  std::string bytes(300'000, '\0');
  for (auto& c : bytes) c = static_cast<char>(random());
  EXPECT_NE(refusal(bytes), "accepted");
}

TEST_F(BadInput, PictureNamedMp3) {
  const std::string png{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde", 33};
  EXPECT_NE(refusal(png), "accepted");
}

TEST_F(BadInput, ZeroLength) {
  EXPECT_THAT(refusal(wav({})), testing::AnyOf(HasSubstr("length"), HasSubstr("no sound"), HasSubstr("not an audio")));
}

TEST_F(BadInput, TooShort) { EXPECT_THAT(refusal(wav(tone(12'000, 0.3))), HasSubstr("at least")); }

TEST_F(BadInput, Silence) {
  EXPECT_THAT(refusal(wav(tone(96'000, 0))), HasSubstr("silent"));
  EXPECT_THAT(refusal(wav(tone(96'000, 0.001))), HasSubstr("too quiet"));
}

TEST_F(BadInput, TenHoursAreRefusedBeforeAnyIsDecoded) {
  const std::uint32_t ten_hours_of_bytes = 36'000U * 48'000U * 2U % 0xFFFFFFFFU;
  ASSERT_TRUE(save_file(folder / "long.wav", wav(tone(48'000, 0.3), 48'000, ten_hours_of_bytes)));
  std::filesystem::resize_file(folder / "long.wav", 44 + std::uint64_t{ten_hours_of_bytes});
  IngestSettings settings;
  settings.limits.largest_bytes = 10'000'000'000;
  const auto object = ingest(folder / "long.wav", Kind::speech, settings);
  ASSERT_FALSE(object);
  EXPECT_THAT(object.error().text, HasSubstr("10 h"));
  EXPECT_THAT(ingest(folder / "long.wav", Kind::speech).error().text, HasSubstr("bytes"));
}

TEST_F(BadInput, LengthThatTheHeaderHides) {
  IngestSettings settings;
  settings.limits.longest = std::chrono::seconds{2};
  auto raw = wav(tone(10 * 48'000, 0.3), 48'000, 0xFFFFFFFF);  // "unknown length", as a streaming recorder writes it
  EXPECT_THAT(refusal(raw, settings), testing::AnyOf(HasSubstr("longer than"), HasSubstr("at most")));
}

TEST_F(BadInput, PlaylistThatNamesAnotherFile) {
  ASSERT_TRUE(save_file(folder / "secret.wav", wav(tone(96'000, 0.3))));
  const auto secret = (folder / "secret.wav").string();
  EXPECT_NE(refusal("ffconcat version 1.0\nfile " + secret + "\n"), "accepted");
  EXPECT_NE(refusal("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://" + secret + "\n#EXT-X-ENDLIST\n"),
            "accepted");
}

TEST_F(BadInput, AbsurdSampleRate) { EXPECT_NE(refusal(wav(tone(48'000, 0.3), 3)), "accepted"); }

}  // namespace
}  // namespace loa::content::media
