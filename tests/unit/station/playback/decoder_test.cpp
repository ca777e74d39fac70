#include "station/playback/decoder.hpp"

#include <gtest/gtest.h>

#include "content/media/ingest.hpp"
#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::playback {
namespace {

using namespace std::chrono_literals;

/// Three seconds that were due at `start`.
class DecoderTest : public testing::Test {
 protected:
  void SetUp() override {
    content::media::Pcm pcm;
    pcm.frames.resize(3 * content_rate_hz);
    for (std::size_t i = 0; i < pcm.frames.size(); ++i) pcm.frames[i] = i % 96 < 48 ? 0.2F : -0.2F;
    const auto made = content::media::ingest(pcm, content::media::Kind::music);
    ASSERT_TRUE(made) << made.error().text;
    assignment_.object = folder_ / "object";
    ASSERT_TRUE(save_file(assignment_.object, made->opus));
    assignment_.cue.set_duration_us(3'000'000);
    assignment_.from = wall_from_us(0);
    assignment_.from_mono = start;
  }

  const MonoTime start{1h};
  const tests::TempFolder folder_{"loa-decoder"};
  Assignment assignment_;
};

TEST_F(DecoderTest, OneThatJoinsLateIsAheadOfTheDeviceHoweverSlowTheProcessor) {
  for (const auto pace : {0ms, 20ms, 60ms}) {  // for a tenth of a second of sound
    MonoTime now = start + 1s;
    auto decoder = Decoder::open(assignment_, now, 0);
    ASSERT_TRUE(decoder) << decoder.error().text;
    now += 2 * pace;
    (*decoder)->prepare([&] { return std::exchange(now, now + pace); });
    EXPECT_TRUE((*decoder)->reaches(now - pace + 300ms)) << pace.count();
    EXPECT_FALSE((*decoder)->reaches(now + 500ms)) << "and no longer than needed: it is late already";
  }
}

TEST_F(DecoderTest, OneThatIsInTimeBeginsWithLittle) {
  auto decoder = Decoder::open(assignment_, start - 3s, 0);
  ASSERT_TRUE(decoder) << decoder.error().text;
  (*decoder)->prepare([&] { return start - 3s; });
  EXPECT_TRUE((*decoder)->reaches(start + 150ms));
  EXPECT_FALSE((*decoder)->reaches(start + 300ms));
}

TEST_F(DecoderTest, AProcessorThatIsTooSlowEndsWithAFullRing) {
  MonoTime now = start + 1s;
  auto decoder = Decoder::open(assignment_, now, 0);
  ASSERT_TRUE(decoder) << decoder.error().text;
  (*decoder)->prepare([&] { return now += 1s; });
  EXPECT_FALSE((*decoder)->fill(1));
}

}  // namespace
}  // namespace loa::station::playback
