#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "firmware/virtual_card/dac_clock.hpp"
#include "tests/support/process.hpp"
#include "tests/system/firmware/virtual_card_home.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

#ifdef LOA_PRELOAD
const std::vector<std::string> preload{"LD_PRELOAD=" LOA_PRELOAD, "ASAN_OPTIONS=detect_leaks=0"};
#else
const std::vector<std::string> preload;
#endif

class ForeignProgramTest : public VirtualCardTest {
 protected:
  void SetUp() override {
    define_card("ppm 0");
    ASSERT_TRUE(Wav::save(folder_ / "in.wav", 48'000, sound_));
  }

  const std::vector<std::int16_t> sound_ = numbered_frames(48'000 * 3 / 2);
};

TEST_F(ForeignProgramTest, PlaysThroughTheCardSampleForSampleInRealTime) {
  const auto begin = std::chrono::steady_clock::now();
  const auto aplay = run({.argv = {"aplay", "-q", "-D", "horn", folder_ / "in.wav"}, .env = preload});
  ASSERT_TRUE(aplay) << aplay.error().text;
  EXPECT_TRUE(aplay->exit.ok()) << aplay->err;
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1500ms);
  ASSERT_EQ(wav_files().size(), 1U);
  const auto played = frames_of(wav_files()[0]);
  ASSERT_GE(played.size(), sound_.size());  // aplay fills its last period with silence
  EXPECT_TRUE(std::equal(sound_.begin(), sound_.end(), played.begin()));
  EXPECT_TRUE(std::all_of(played.begin() + static_cast<std::ptrdiff_t>(sound_.size()), played.end(),
                          [](auto s) { return s == 0; }));
}

TEST_F(ForeignProgramTest, ConvertsThroughAlsasPlug) {
  const auto aplay =
      run({.argv = {"aplay", "-q", "-D", "any", "-f", "S32_LE", "-r", "32000", "-c", "2", "-d", "1", "/dev/zero"},
           .env = preload});
  ASSERT_TRUE(aplay) << aplay.error().text;
  EXPECT_TRUE(aplay->exit.ok()) << aplay->err;
  ASSERT_EQ(wav_files().size(), 1U);
}

TEST_F(ForeignProgramTest, AKilledProgramLeavesWhatWasPlayedAndNoMore) {
  auto aplay = Process::start({.argv = {"aplay", "-q", "-D", "horn", folder_ / "in.wav"}, .env = preload});
  ASSERT_TRUE(aplay) << aplay.error().text;
  ASSERT_TRUE(wait_until(2s, [&] { return !wav_files().empty(); }));
  std::this_thread::sleep_for(700ms);
  aplay->kill();
  const double killed_ns = static_cast<double>(std::chrono::system_clock::now().time_since_epoch().count());
  const auto played = frames_of(wav_files()[0]);
  EXPECT_TRUE(std::equal(played.begin(), played.end(), sound_.begin()));
  const double lasted = (killed_ns - sidecar_number(sidecar_of(wav_files()[0]), "start_realtime_ns")) * 48e-6;
  EXPECT_LE(static_cast<double>(played.size()), lasted);
  EXPECT_GE(static_cast<double>(played.size()), lasted - 0.06 * 48'000) << "frames; a busy machine wakes up late";
  EXPECT_THAT(sidecar_of(wav_files()[0]), testing::HasSubstr("\"end\": \"open\""));
  RecordProperty("lost_frames", static_cast<int>(lasted) - static_cast<int>(played.size()));
}

TEST_F(ForeignProgramTest, ACrystalThatWandersIsRecordedAsItWas) {
  using firmware::virtual_card::Wander;
  define_card("ppm -50 wander_ppm 800 wander_s 8 wander_phase 0.5");
  const auto aplay = run({.argv = {"aplay", "-q", "-D", "horn", folder_ / "in.wav"}, .env = preload});
  ASSERT_TRUE(aplay) << aplay.error().text;
  ASSERT_TRUE(aplay->exit.ok()) << aplay->err;
  const auto recording = Recording::load(wav_files()[0]);
  ASSERT_TRUE(recording) << recording.error().text;
  ASSERT_FALSE(recording->anchors.empty()) << "1.5 s hold a whole second of the monotonic clock";
  const auto sidecar = sidecar_of(wav_files()[0]);
  const auto realtime_of_monotonic_zero =
      sidecar_number(sidecar, "start_realtime_ns") - sidecar_number(sidecar, "start_monotonic_ns");
  const Wander wander{800, 8, 0.5};
  double before_ns = static_cast<double>(recording->start_realtime_ns), ppm = recording->ppm;
  std::int64_t frame = 0;
  for (const auto& anchor : recording->anchors) {
    const double since_boundary =
        std::remainder(static_cast<double>(anchor.realtime_ns) - realtime_of_monotonic_zero, Wander::step);
    EXPECT_NEAR(since_boundary, -10'416, 11'000)
        << "the last frame that left before a whole second; doubles hold 256 ns";
    const auto boundary =
        std::llround((static_cast<double>(anchor.realtime_ns) - realtime_of_monotonic_zero) / Wander::step);
    EXPECT_DOUBLE_EQ(anchor.ppm, -50 + wander.at(boundary * Wander::step));
    const double lasted_ns = static_cast<double>(anchor.frame - frame) * 1e9 / (48'000 * (1 + ppm * 1e-6));
    EXPECT_NEAR(static_cast<double>(anchor.realtime_ns) - before_ns, lasted_ns, 600);
    before_ns = static_cast<double>(anchor.realtime_ns), ppm = anchor.ppm, frame = anchor.frame;
  }
}

TEST_F(ForeignProgramTest, RefusesADefinitionWithAMistake) {
  define_card("pmm 80");
  const auto aplay = run({.argv = {"aplay", "-q", "-D", "horn", folder_ / "in.wav"}, .env = preload});
  ASSERT_TRUE(aplay) << aplay.error().text;
  EXPECT_FALSE(aplay->exit.ok());
  EXPECT_THAT(aplay->err, testing::HasSubstr("field pmm is unknown"));
  EXPECT_TRUE(wav_files().empty());
}

}  // namespace
}  // namespace loa::tests
