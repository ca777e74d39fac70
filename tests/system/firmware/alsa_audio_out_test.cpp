#include "firmware/alsa/alsa_audio_out.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "tests/system/firmware/virtual_card_home.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
using firmware::AlsaAudioOut;
using firmware::AudioPosition;
using testing::HasSubstr;

/// A straight line through (at, played): frames a nanosecond, and when frame 0 left.
struct Line {
  double slope = 0;
  double zero_ns = 0;
};

Line fit(const std::vector<AudioPosition>& points) {
  const auto x0 = points.front().at;
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const auto& p : points) {
    const auto x = static_cast<double>((p.at - x0).count()), y = static_cast<double>(p.played) + 0.5;  // floor → middle
    n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  const double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx), offset = (sy - slope * sx) / n;
  return {slope, static_cast<double>(x0.time_since_epoch().count()) - offset / slope};
}

class AlsaAudioOutTest : public VirtualCardTest {
 protected:
  void open() {
    const auto shape = out_.open();
    ASSERT_TRUE(shape) << shape.error().text;
    period_ = static_cast<std::size_t>(shape->period_frames);
    EXPECT_EQ(shape->rate_hz, 48'000);
  }

  /// Writes the next periods of sound_, each after a wait(); collects positions meanwhile.
  void play(std::size_t periods) {
    for (std::size_t i = 0; i < periods; ++i) {
      const auto free = out_.wait(500ms);
      ASSERT_TRUE(free) << free.error().text;
      ASSERT_TRUE(*free);
      const auto written = out_.write(std::span{sound_}.subspan(written_, period_));
      ASSERT_TRUE(written) << written.error().text;
      written_ += period_;
      for (int looks = 0; looks < 4; ++looks) look();
    }
  }

  /// Positions count whole frames (21 µs): looks between the periods, too, average that out.
  void look() {
    const auto position = out_.position();
    ASSERT_TRUE(position) << position.error().text;
    if (position->played > 0) positions_.push_back(*position);
    std::this_thread::sleep_for(3100us);
  }

  AudioPosition position() {
    const auto position = out_.position();
    EXPECT_TRUE(position) << position.error().text;
    return position.value_or(AudioPosition{});
  }

  AlsaAudioOut out_{{.pcm = "horn", .period = 20ms, .buffer = 160ms}};
  std::size_t period_ = 0, written_ = 0;
  std::vector<std::int16_t> sound_ = numbered_frames(48'000 * 5);
  std::vector<AudioPosition> positions_;
};

TEST_F(AlsaAudioOutTest, PositionFollowsTheCardsOwnClockAndTheRecordingIsWhatWasPlayed) {
  define_card("ppm 80");
  open();
  play(150);
  std::erase_if(positions_, [](const AudioPosition& p) { return p.uncertainty > 50us; });
  ASSERT_GT(positions_.size(), 30U);
  const Line line = fit(positions_);
  EXPECT_NEAR((line.slope / 48e-6 - 1) * 1e6, 80, 2) << "ppm";
  EXPECT_EQ(position().underruns, 0U);
  const auto before_close = position();
  out_.close();

  ASSERT_EQ(wav_files().size(), 1U);
  const auto played = frames_of(wav_files()[0]);
  EXPECT_GE(static_cast<std::int64_t>(played.size()), before_close.played);
  EXPECT_LT(static_cast<std::int64_t>(played.size()), before_close.written)
      << "what was not played must not be recorded";
  EXPECT_TRUE(std::equal(played.begin(), played.end(), sound_.begin()));
  const std::string sidecar = sidecar_of(wav_files()[0]);
  EXPECT_NEAR(line.zero_ns, sidecar_number(sidecar, "start_monotonic_ns"), 200e3) << "ns, when sample 0 left";
  const auto now_offset =
      std::chrono::system_clock::now().time_since_epoch() - std::chrono::steady_clock::now().time_since_epoch();
  EXPECT_NEAR(sidecar_number(sidecar, "start_realtime_ns") - sidecar_number(sidecar, "start_monotonic_ns"),
              static_cast<double>(now_offset.count()), 1e6);
}

TEST_F(AlsaAudioOutTest, CountsAndHealsTheUnderrunOfAStalledApplication) {
  define_card("ppm -60");
  open();
  play(10);
  std::this_thread::sleep_for(400ms);
  const AudioPosition dry = position();
  EXPECT_EQ(dry.underruns, 1U);
  EXPECT_EQ(dry.played, dry.written);
  play(10);
  const AudioPosition healed = position();
  EXPECT_EQ(healed.underruns, 1U);
  EXPECT_GT(healed.played, dry.played);
  EXPECT_EQ(healed.written, static_cast<std::int64_t>(written_));
  out_.close();

  ASSERT_EQ(wav_files().size(), 2U);
  const auto first = frames_of(wav_files()[0]), second = frames_of(wav_files()[1]);
  EXPECT_EQ(first.size(), 10 * period_) << "it stopped at the last frame that was written";
  EXPECT_TRUE(std::equal(first.begin(), first.end(), sound_.begin()));
  EXPECT_TRUE(std::equal(second.begin(), second.end(), sound_.begin() + static_cast<std::ptrdiff_t>(first.size())));
  EXPECT_THAT(sidecar_of(wav_files()[0]), HasSubstr("\"end\": \"dry\""));
  EXPECT_THAT(sidecar_of(wav_files()[1]), HasSubstr("\"end\": \"stopped\""));
}

TEST_F(AlsaAudioOutTest, AStalledDeviceShowsAsATimeOutAndLosesNothing) {
  define_card("");
  open();
  play(20);
  order("stall_ms 600");
  std::this_thread::sleep_for(100ms);  // the card looks at its control file every 50 ms
  while (out_.wait(0ms).value_or(false)) play(1);
  const AudioPosition before = position();
  EXPECT_FALSE(out_.wait(100ms).value_or(true));
  EXPECT_EQ(position().played, before.played);
  ASSERT_TRUE(out_.wait(1000ms).value_or(false));
  play(20);
  EXPECT_EQ(position().underruns, 0U);
  out_.close();

  ASSERT_EQ(wav_files().size(), 1U);
  const auto played = frames_of(wav_files()[0]);
  EXPECT_GT(static_cast<std::int64_t>(played.size()), before.played);
  EXPECT_TRUE(std::equal(played.begin(), played.end(), sound_.begin()));
  EXPECT_THAT(sidecar_of(wav_files()[0]), HasSubstr("}, {\"frame\": "));
}

TEST_F(AlsaAudioOutTest, ADeviceThatIsPulledOutIsAnErrorUntilItIsBack) {
  define_card("");
  open();
  play(10);
  order("gone 1");
  std::this_thread::sleep_for(100ms);
  const std::vector<tl::expected<void, Error>> answers{out_.wait(500ms).map([](bool) {}),
                                                       out_.write(std::span{sound_}.first(period_)),
                                                       out_.position().map([](const AudioPosition&) {})};
  for (const auto& failed : answers) {
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::io);
    EXPECT_THAT(failed.error().text, HasSubstr("sound device 'horn': No such device"));
  }
  out_.close();
  const auto reopened = out_.open();
  ASSERT_FALSE(reopened);
  EXPECT_EQ(reopened.error().code, ErrorCode::missing);
  order("gone 0");
  open();
  written_ = 0;
  play(10);
  EXPECT_THAT(sidecar_of(wav_files()[0]), HasSubstr("\"end\": \"gone\""));
}

TEST_F(AlsaAudioOutTest, PlaysTheSameOnBothChannelsOfAStereoCard) {
  define_card("channels 2");
  open();
  play(12);
  out_.close();
  ASSERT_EQ(wav_files().size(), 1U);
  const auto loaded = Wav::load(wav_files()[0]);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->channels, 2);
  ASSERT_FALSE(loaded->frames.empty());
  EXPECT_TRUE(std::equal(loaded->frames.begin(), loaded->frames.end(), sound_.begin()));
  std::ifstream file{wav_files()[0], std::ios::binary};
  file.seekg(44);
  for (std::int16_t both[2]; file.read(reinterpret_cast<char*>(both), sizeof both);) ASSERT_EQ(both[0], both[1]);
}

TEST_F(AlsaAudioOutTest, SaysWhyADeviceCannotBeOpened) {
  define_card("");
  const auto missing = AlsaAudioOut{"siren"}.open();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::missing);
  EXPECT_THAT(missing.error().text, HasSubstr("'siren'"));
  EXPECT_THAT(missing.error().text, HasSubstr("aplay -L"));
  open();
  const auto busy = AlsaAudioOut{"horn"}.open();
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::busy);
  EXPECT_EQ(AlsaAudioOut{"horn"}.wait(0ms).error().code, ErrorCode::io);
  out_.close();
  out_.close();
  open();
}

}  // namespace
}  // namespace loa::tests
