#include "content/speech/espeak_speech.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "content/media/ingest.hpp"

namespace loa::content::speech {
namespace {

using testing::HasSubstr;

constexpr const char* bulletin = "Kính mời bà con đến nhà văn hóa lúc bảy giờ sáng chủ nhật.";

struct EspeakSpeechTest : testing::Test {
  std::unique_ptr<EspeakSpeech> speech = EspeakSpeech::open().value();

  std::string refusal(std::string_view text, const SpeechSettings& settings = {}) {
    const auto pcm = speech->speak(text, settings);
    return pcm ? "spoken" : pcm.error().text;
  }
};

TEST_F(EspeakSpeechTest, SpeaksVietnamese) {
  const auto pcm = speech->speak(bulletin, {}).value();
  const auto seconds = static_cast<double>(pcm.frames.size()) / media::rate_hz;
  EXPECT_GT(seconds, 3);
  EXPECT_LT(seconds, 10);
  const auto object = media::ingest(pcm, media::Kind::speech).value();
  EXPECT_NEAR(object.loudness_out_lufs, -16, 0.5);
  EXPECT_LE(object.true_peak_dbtp, -1.5);
}

TEST_F(EspeakSpeechTest, SaysTheSameTextAtTheSameLength) {
  const auto first = speech->speak(bulletin, {}).value();
  ASSERT_TRUE(speech->speak("Một câu khác.", {"vi-vn-x-south", 200, 70}));
  const auto again = speech->speak(bulletin, {}).value();
  EXPECT_NEAR(static_cast<double>(again.frames.size()), static_cast<double>(first.frames.size()), 2'400);
}

TEST_F(EspeakSpeechTest, HearsTones) {
  EXPECT_NE(speech->speak("ma", {}).value().frames, speech->speak("má", {}).value().frames);
  EXPECT_NEAR(static_cast<double>(speech->speak("to\u0302\u0309 da\u0302n pho\u0302\u0301", {}).value().frames.size()),
              static_cast<double>(speech->speak("tổ dân phố", {}).value().frames.size()), 480);
}

TEST_F(EspeakSpeechTest, ObeysItsSettings) {
  const auto normal = speech->speak(bulletin, {}).value();
  EXPECT_LT(speech->speak(bulletin, {.words_per_minute = 300}).value().frames.size(), normal.frames.size() * 3 / 4);
  EXPECT_NE(speech->speak(bulletin, {.pitch_percent = 90}).value().frames, normal.frames);
  EXPECT_NE(speech->speak(bulletin, {.voice = "vi-vn-x-south"}).value().frames, normal.frames);
  EXPECT_TRUE(speech->speak(bulletin, {.voice = "vi-vn-x-central"}));
  EXPECT_NE(speech->speak(bulletin, {.voice = "vi+f3"}).value().frames, normal.frames);
}

TEST_F(EspeakSpeechTest, RefusesWhatCannotBeSpoken) {
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal(" \n "), HasSubstr("empty"));
  EXPECT_THAT(refusal("\xFF\xFE"), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal(std::string(max_text_bytes + 1, 'a')), HasSubstr("at most"));
  EXPECT_THAT(refusal("..."), HasSubstr("nothing to speak"));
}

TEST_F(EspeakSpeechTest, RefusesSettingsOutsideTheirRange) {
  EXPECT_THAT(refusal("a", {.voice = "xyzzy"}), HasSubstr("xyzzy"));
  EXPECT_THAT(refusal("a", {.voice = "../../etc/passwd"}), HasSubstr("cannot be the name"));
  EXPECT_THAT(refusal("a", {.voice = ""}), HasSubstr("cannot be the name"));
  EXPECT_THAT(refusal("a", {.words_per_minute = 10}), HasSubstr("80 to 400"));
  EXPECT_THAT(refusal("a", {.pitch_percent = 100}), HasSubstr("0 to 99"));
}

TEST(EspeakSpeech, IsOneInAProcess) {
  {
    const auto first = EspeakSpeech::open();
    ASSERT_TRUE(first);
    EXPECT_EQ(EspeakSpeech::open().error().code, ErrorCode::busy);
  }
  EXPECT_TRUE(EspeakSpeech::open());
}

}  // namespace
}  // namespace loa::content::speech
