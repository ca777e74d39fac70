#include "station/playback/audio_player.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <fstream>
#include <mutex>

#include "content/media/ingest.hpp"
#include "content/store/object_store.hpp"
#include "firmware/alsa/alsa_audio_out.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::playback {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

/// Noise that never repeats: every place in it is told from every other.
content::media::Pcm noise(double seconds, std::uint32_t seed) {
  content::media::Pcm pcm;
  pcm.frames.resize(static_cast<std::size_t>(seconds * 48'000));
  float low = 0;
  for (float& sample : pcm.frames) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    low += 0.2F * (static_cast<float>(seed >> 8) / 8'388'608.0F - 1.0F - low);
    sample = low;
  }
  return pcm;
}

/// What a player tells, gathered from its thread.
struct Told {
  std::mutex mutex;
  std::vector<v1::Proof> ended;
  std::vector<int> started;
  std::deque<std::function<void()>> posted;

  PresenterEvents events() {
    PresenterEvents events;
    events.started = [this](const CueKey&, int error) { started.push_back(error); };
    events.ended = [this](const v1::Proof& part) { ended.push_back(part); };
    return events;
  }
  Post post() {
    return [this](std::function<void()> function) {
      const std::lock_guard lock{mutex};
      function();
    };
  }
  std::size_t count() {
    const std::lock_guard lock{mutex};
    return ended.size();
  }
};

class AudioPlayerOnCards : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream conf{folder_ / "asound.conf"};
    conf << "pcm_type.loa { lib \"" LOA_CARD_PLUGIN "\" }\n";
    for (const auto& [name, ppm] : cards_) {
      std::filesystem::create_directory(folder_ / name);
      conf << "pcm." << name << " { type loa name \"" << name << "\" ppm " << ppm << " record \""
           << (folder_ / name).string() << "\" control \"" << (folder_ / (name + ".control")).string() << "\" }\n";
    }
    conf.close();
    ::setenv("ALSA_CONFIG_PATH", (folder_ / "asound.conf").c_str(), 1);
  }

  content::store::Sha256 store(const content::media::Pcm& pcm) {
    auto made = content::media::ingest(pcm, content::media::Kind::music);
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    return *store_.put(made->opus);
  }

  std::unique_ptr<AudioPlayer> player(const std::string& card, Told& told) {
    AudioPlayerSettings settings;
    settings.mark_folder = folder_ / (card + "-marks");
    auto device = std::make_unique<firmware::AlsaAudioOut>(firmware::AlsaSettings{card, 10ms, 120ms});
    return std::move(*AudioPlayer::create(std::move(device), told.events(), told.post(), settings));
  }

  Assignment assignment(const content::store::Sha256& object, std::uint32_t segment, system_clock::time_point start,
                        double seconds) {
    Assignment given;
    given.cue.set_occurrence("sang/2026-11-21/050000");
    given.cue.set_segment(segment);
    given.cue.set_medium(v1::MEDIUM_AUDIO);
    given.cue.set_start_us(to_us(std::chrono::floor<Micros>(start)));
    given.cue.set_duration_us(std::llround(seconds * 1e6));
    given.from = wall_from_us(given.cue.start_us());
    // Both clocks, read as one; a preempted reading is read again.
    for (int i = 0; i < 100; ++i) {
      const auto before = steady_clock::now();
      const auto wall = system_clock::now();
      const auto after = steady_clock::now();
      given.from_mono =
          before + (after - before) / 2 + (given.from - std::chrono::time_point_cast<std::chrono::nanoseconds>(wall));
      if (after - before < 5us) break;
    }
    given.object = store_.path_of(object);
    return given;
  }

  tests::listen::Match heard(const std::string& card, const content::store::Sha256& object, const Assignment& given) {
    const auto recordings = tests::Recording::load_folder(folder_ / card);
    EXPECT_TRUE(recordings) << (recordings ? "" : recordings.error().text);
    const auto content = tests::listen::decode(store_.path_of(object));
    EXPECT_TRUE(content);
    return tests::listen::align(*recordings, {*content, given.cue.start_us()});
  }

  const tests::TempFolder folder_{"loa-play"};
  const std::vector<std::pair<std::string, int>> cards_{{"fast", 80}, {"slow", -60}, {"true", 0}};
  content::store::ObjectStore store_ = *content::store::ObjectStore::open(folder_ / "store");
};

TEST_F(AudioPlayerOnCards, ThreeCardsBeginTogetherAndStayTogether) {
  const auto first = store(noise(4.0, 1)), second = store(noise(3.0, 2));
  std::array<Told, 3> told;
  std::vector<std::unique_ptr<AudioPlayer>> players;
  for (std::size_t i = 0; i < cards_.size(); ++i) players.push_back(player(cards_[i].first, told[i]));
  const auto start = system_clock::now() + 2500ms;
  const auto a = assignment(first, 0, start, 4.0), b = assignment(second, 1, start + 4s, 3.0);
  for (auto& each : players) {
    each->set_awake(true);
    each->arm(a);
    each->arm(b);
  }
  for (auto& each : told) ASSERT_TRUE(tests::wait_until(15s, [&] { return each.count() == 2; }));
  for (auto& each : players) each->set_awake(false);
  players.clear();

  for (std::size_t i = 0; i < cards_.size(); ++i) {
    SCOPED_TRACE(cards_[i].first);
    for (const auto& [object, given] : {std::pair{first, a}, std::pair{second, b}}) {
      const auto match = heard(cards_[i].first, object, given);
      ASSERT_TRUE(match.start_error_us.has_value());
      EXPECT_LT(std::abs(*match.start_error_us), 500);
      EXPECT_LT(match.max_offset_us, 500);
      EXPECT_LT(match.lost_s, 0.003);
      EXPECT_TRUE(match.strays.empty());
      std::printf("%-5s start %7.1f us  median %7.1f us  max %7.1f us  drift %5.1f ppm  lost %.4f s\n",
                  cards_[i].first.c_str(), *match.start_error_us, match.median_offset_us, match.max_offset_us,
                  match.drift_ppm, match.lost_s);
    }
    for (const auto& part : told[i].ended) {
      EXPECT_EQ(part.reason(), "complete");
      EXPECT_EQ(part.bucket(), v1::BUCKET_PLAYED);
      EXPECT_EQ(part.underruns(), 0U);
      EXPECT_NEAR(static_cast<double>(part.frames()), part.segment() == 0 ? 192'000 : 144'000, 3);
    }
  }
}

TEST_F(AudioPlayerOnCards, CountsWhatTheHornSaidThroughAStall) {
  const auto object = store(noise(6.0, 3));
  Told told;
  auto each = player("fast", told);
  const auto given = assignment(object, 0, system_clock::now() + 2s, 6.0);
  each->set_awake(true);
  each->arm(given);
  std::this_thread::sleep_until(system_clock::time_point{given.from} + 2s);
  std::ofstream{folder_ / "fast.control"} << "stall_ms 400\n";
  ASSERT_TRUE(tests::wait_until(15s, [&] { return told.count() == 1; }));
  each.reset();
  const auto match = heard("fast", object, given);
  const v1::Proof& part = told.ended[0];
  const double proved = static_cast<double>(part.frames()) / 48'000;
  // What lay in the card's buffer is said after the stall, out of place but said.
  double late = 0;
  for (const auto& stray : match.strays) late += stray.content_at_s ? stray.length_s : 0;
  EXPECT_NEAR(proved, match.heard_s + late, 0.03) << "in place " << match.heard_s << " s, late " << late << " s";
  EXPECT_LT(proved, 5.8) << "what the stalled card did not say is not counted";
  EXPECT_GT(proved, 5.2);
}

TEST_F(AudioPlayerOnCards, AMissingDeviceIsToldAndTriedAgain) {
  const auto object = store(noise(3.0, 4));
  std::ofstream{folder_ / "true.control"} << "gone 1\n";
  Told told;
  auto each = player("true", told);
  each->set_awake(true);
  const auto given = assignment(object, 0, system_clock::now() + 300ms, 3.0);
  each->arm(given);
  ASSERT_TRUE(tests::wait_until(5s, [&] { return told.count() == 1; }));
  EXPECT_EQ(told.ended[0].reason(), "device-lost");
  EXPECT_EQ(told.ended[0].bucket(), v1::BUCKET_UNKNOWN);
}

}  // namespace
}  // namespace loa::station::playback
