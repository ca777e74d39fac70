#include "station/playback/renderer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <random>

namespace loa::station::playback {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr int period = 480;
constexpr int buffer = 5'760;

/// A sound card on a hand-moved clock, with a crystal that is off by some ppm.
class Card {
 public:
  explicit Card(double ppm) : rate_(48'000.0 * (1 + ppm * 1e-6)) {}

  firmware::AudioPosition position(MonoTime now) {
    const auto played = running_ ? static_cast<std::int64_t>(seconds(now - began_) * rate_) + base_ : base_;
    if (running_ && played >= written()) {  // ran dry
      base_ = written();
      running_ = false;
      ++underruns_;
    }
    return {written(), (running_ ? played : base_) + ahead, now, nanoseconds{0}, underruns_};
  }
  void write(std::span<const std::int16_t> frames, MonoTime now) {
    samples.insert(samples.end(), frames.begin(), frames.end());
    if (!running_ && written() - base_ >= buffer / 2) {
      running_ = true;
      began_ = now;
    }
  }
  [[nodiscard]] std::int64_t written() const { return static_cast<std::int64_t>(samples.size()); }
  [[nodiscard]] bool has_room(MonoTime now) { return written() - position(now).played <= buffer - period; }
  /// True instant of a frame. Only while no underrun happened.
  [[nodiscard]] MonoTime time_of(std::size_t frame) const {
    return began_ + nanoseconds{std::llround(static_cast<double>(frame) / rate_ * 1e9)};
  }

  std::vector<std::int16_t> samples;
  std::int64_t ahead = 0;  ///< so many frames more are reported than were played

 private:
  static double seconds(nanoseconds length) { return static_cast<double>(length.count()) / 1e9; }
  double rate_;
  bool running_ = false;
  MonoTime began_;
  std::int64_t base_ = 0;
  std::uint32_t underruns_ = 0;
};

double tone(double content_frame) { return 12'000 * std::sin(2 * std::numbers::pi * 440 * content_frame / 48'000); }

/// Renderer, card and clock, moved together.
class Stage {
 public:
  explicit Stage(double ppm = 0)
      : card(ppm),
        renderer(Renderer::Events{[this](Voice&) { ++started; }, [](Voice&) {},
                                  [this](Voice& v) { ended.push_back(&v); }}) {}

  Voice& add(MonoTime start, std::int64_t frames, double first_frame_phase = 0, std::int64_t from_frame = 0) {
    auto voice = std::make_unique<Voice>();
    voice->origin = start;
    voice->frames = frames;
    voice->first = from_frame;
    voice->assignment.cue.set_start_us(1'000'000'000);
    voice->assignment.from_mono = voice->time_of(static_cast<double>(from_frame));
    phases[voice.get()] = first_frame_phase;
    fed[voice.get()] = from_frame;
    voices.push_back(std::move(voice));
    EXPECT_TRUE(renderer.add(*voices.back()));
    return *voices.back();
  }

  void feed() {
    for (auto& voice : voices) {
      if (starving) return;
      while (fed[voice.get()] < voice->frames && voice->pcm.write_available() > 0) {
        voice->pcm.push(
            static_cast<std::int16_t>(std::lrint(tone(static_cast<double>(fed[voice.get()]++) + phases[voice.get()]))));
      }
    }
  }

  void run_until(MonoTime end) {
    for (; now < end; now += milliseconds{5}) {
      feed();
      renderer.settle(card.position(now));
      while (card.has_room(now)) {
        std::array<std::int16_t, period> out{};
        renderer.render(out, card.written());
        card.write(out, now);
      }
    }
  }

  /// Greatest difference between what the card played and the tone at the true instant, inside a voice.
  [[nodiscard]] double worst_error(const Voice& voice, double from, double to) const {
    double worst = 0;
    for (std::size_t n = 0; n < card.samples.size(); ++n) {
      const double frame = voice.frame_at(card.time_of(n));
      if (frame < from || frame >= to) continue;
      worst = std::max(worst, std::abs(card.samples[n] - tone(frame + phases.at(&voice))));
    }
    return worst;
  }

  MonoTime now{std::chrono::seconds{100}};
  Card card;
  Renderer renderer;
  std::vector<std::unique_ptr<Voice>> voices;
  std::map<const Voice*, double> phases;
  std::map<const Voice*, std::int64_t> fed;
  std::vector<Voice*> ended;
  int started = 0;
  bool starving = false;
};

constexpr MonoTime start{std::chrono::seconds{102}};
// A tone of 440 Hz at 12 000 changes by at most 0.69 in a microsecond.
constexpr double per_microsecond = 12'000 * 2 * std::numbers::pi * 440 / 1e6 / 48'000 * 48'000;

class RendererOnCard : public testing::TestWithParam<double> {};

TEST_P(RendererOnCard, PlaysEachSampleAtItsInstantDespiteTheCrystal) {
  Stage stage{GetParam()};
  const Voice& voice = stage.add(start, 10 * 48'000);
  stage.run_until(start + std::chrono::seconds{11});
  EXPECT_LT(stage.worst_error(voice, 100, 10 * 48'000 - 100), 25 * per_microsecond);
  ASSERT_EQ(stage.ended.size(), 1U);
  EXPECT_EQ(voice.measured.reason, protocol::message::Reason::complete);
  EXPECT_NEAR(voice.measured.frames, 480'000, 2);
  EXPECT_LT(std::abs(voice.measured.start_error_us), 30);
  EXPECT_NEAR(voice.measured.device_ppb, GetParam() * 1000, 1'500);
  EXPECT_EQ(voice.measured.gap_count, 0U);
}

INSTANTIATE_TEST_SUITE_P(Crystals, RendererOnCard, testing::Values(0.0, 80.0, -60.0, 100.0, -400.0));

TEST(Renderer, IsSilentOutsideItsVoices) {
  Stage stage{80};
  const Voice& voice = stage.add(start, 48'000);
  stage.run_until(start + std::chrono::seconds{3});
  for (std::size_t n = 0; n < stage.card.samples.size(); ++n) {
    const double frame = voice.frame_at(stage.card.time_of(n));
    if (frame < -2 || frame > 48'002) {
      ASSERT_EQ(stage.card.samples[n], 0) << frame;
    }
  }
}

TEST(Renderer, AdjoiningVoicesFollowEachOtherToTheSample) {
  Stage stage{80};
  const Voice& first = stage.add(start, 48'000);
  const Voice& second = stage.add(start + std::chrono::seconds{1}, 48'000, 48'000);
  stage.run_until(start + std::chrono::seconds{3});
  ASSERT_EQ(stage.ended.size(), 2U);
  EXPECT_NEAR(first.measured.frames + second.measured.frames, 96'000, 2);
  int silent = 0, longest = 0;
  for (std::size_t n = 0; n < stage.card.samples.size(); ++n) {
    const double frame = first.frame_at(stage.card.time_of(n));
    if (frame < 47'900 || frame > 48'100) continue;
    silent = stage.card.samples[n] == 0 ? silent + 1 : 0;
    longest = std::max(longest, silent);
  }
  EXPECT_LE(longest, 1);
  EXPECT_LT(stage.worst_error(second, 50, 47'900), 25 * per_microsecond);
}

TEST(Renderer, JoinsInTheMiddleWhereTheNeighboursAre) {
  Stage stage{-60};
  stage.run_until(start + std::chrono::seconds{3});
  const Voice& voice = stage.add(start, 480'000, 0, 3 * 48'000);
  stage.run_until(start + std::chrono::seconds{6});
  EXPECT_LT(stage.worst_error(voice, 3.5 * 48'000, 5.5 * 48'000), 25 * per_microsecond);
  EXPECT_GT(voice.measured.from, 3 * 48'000);
  EXPECT_LT(voice.measured.from, 3.2 * 48'000) << "within the device's buffer";
}

TEST(Renderer, FadesAHaltedVoiceAndCountsOnlyWhatWasHeard) {
  Stage stage;
  Voice& voice = stage.add(start, 480'000);
  stage.run_until(start + std::chrono::seconds{2});
  stage.renderer.halt(voice);
  stage.run_until(start + std::chrono::seconds{3});
  ASSERT_EQ(stage.ended.size(), 1U);
  EXPECT_EQ(voice.measured.reason, protocol::message::Reason::halted);
  EXPECT_NEAR(voice.measured.to, 2 * 48'000, buffer + 480);
  EXPECT_NEAR(voice.measured.frames, voice.measured.to - voice.measured.from, 1);
  double step = 0;  // no click: no step between neighbours beyond the tone's own
  for (std::size_t n = 1; n < stage.card.samples.size(); ++n) {
    step = std::max(step, std::abs(static_cast<double>(stage.card.samples[n]) - stage.card.samples[n - 1]));
  }
  EXPECT_LT(step, 1.1 * 12'000 * 2 * std::numbers::pi * 440 / 48'000);
}

/// Greatest difference between two neighbouring samples.
double greatest_step(const std::vector<std::int16_t>& samples) {
  double step = 0;
  for (std::size_t n = 1; n < samples.size(); ++n)
    step = std::max(step, std::abs(static_cast<double>(samples[n]) - samples[n - 1]));
  return step;
}

TEST(Renderer, LosesTheAirAndJoinsAgainWithoutAClick) {
  Stage stage{-40};
  Voice& programme = stage.add(start, 480'000);
  // At 2.0003 s the programme stands far from zero; the emergency begins at its own zero.
  Voice& emergency = stage.add(start + microseconds{2'000'300}, 96'000);
  emergency.assignment.cue.set_cue_class(v1::CUE_CLASS_EMERGENCY);
  stage.run_until(start + std::chrono::seconds{3});
  ASSERT_EQ(stage.ended.size(), 1U) << "it does not wait for the other's end";
  EXPECT_EQ(stage.ended[0], &programme);
  EXPECT_EQ(programme.measured.reason, protocol::message::Reason::halted);
  EXPECT_NEAR(programme.measured.to, 2.0103 * 48'000, 3);
  EXPECT_NEAR(programme.measured.frames, programme.measured.to - programme.measured.from, 1);
  stage.renderer.halt(programme);  // the core's order comes later: nothing is left to do
  stage.run_until(start + std::chrono::seconds{5});
  Voice& again = stage.add(start, 480'000, 0, 5 * 48'000);
  stage.run_until(start + std::chrono::seconds{11});
  ASSERT_EQ(stage.ended.size(), 3U);
  EXPECT_NEAR(emergency.measured.frames, 96'000, 2);
  EXPECT_EQ(again.measured.reason, protocol::message::Reason::complete);
  const double own = 12'000 * 2 * std::numbers::pi * 440 / 48'000;
  EXPECT_LT(greatest_step(stage.card.samples), 2.1 * own) << "two tones for ten milliseconds, and no more";
}

TEST(Renderer, AVoiceHaltedBeforeItBeginsIsNeverHeard) {
  Stage stage;
  Voice& voice = stage.add(start, 480'000);
  stage.run_until(start - milliseconds{300});
  stage.renderer.halt(voice);
  stage.run_until(start + std::chrono::seconds{1});
  ASSERT_EQ(stage.ended.size(), 1U);
  EXPECT_FALSE(voice.measured.heard);
}

TEST(Renderer, BooksAnUnderrunAsAGapAndGoesOnInPlace) {
  Stage stage;
  Voice& voice = stage.add(start, 480'000);
  stage.run_until(start + std::chrono::seconds{3});
  stage.now += milliseconds{700};  // the process was away: the card ran dry
  stage.run_until(start + std::chrono::seconds{11});
  ASSERT_EQ(stage.ended.size(), 1U);
  EXPECT_EQ(voice.measured.underruns, 1U);
  ASSERT_GE(voice.measured.gap_count, 1U);
  double gaps = 0;
  for (std::size_t i = 0; i < voice.measured.gap_count; ++i) gaps += voice.measured.gaps[i].length;
  EXPECT_NEAR(gaps, 0.65 * 48'000, 0.1 * 48'000);
  EXPECT_NEAR(voice.measured.frames + gaps, 480'000, 3);
}

TEST(Renderer, WhatTheDecoderDidNotDeliverIsAGap) {
  Stage stage;
  Voice& voice = stage.add(start, 480'000);
  stage.run_until(start + std::chrono::seconds{2});
  stage.starving = true;
  stage.run_until(start + std::chrono::seconds{5});  // the ring holds 1.4 s
  stage.starving = false;
  stage.fed[&voice] = static_cast<std::int64_t>(voice.frames);  // what was missed is over
  stage.run_until(start + std::chrono::seconds{11});
  ASSERT_EQ(stage.ended.size(), 1U);
  EXPECT_NEAR(voice.measured.to, 3.4 * 48'000, 0.2 * 48'000) << "heard until the ring was empty, and not a frame more";
  EXPECT_NEAR(voice.measured.frames, voice.measured.to, 2);
}

/// What a proof may say: gaps one after the other, and up to the last sound they and what was heard are the whole.
void expect_exact(const Voice& voice) {
  const auto& measured = voice.measured;
  double free_from = measured.from, missing = 0;
  for (std::size_t i = 0; i < measured.gap_count; ++i) {
    EXPECT_GE(measured.gaps[i].at, free_from - 0.01);
    free_from = measured.gaps[i].at + measured.gaps[i].length;
    missing += std::min(free_from, measured.to) - std::min(measured.gaps[i].at, measured.to);
  }
  EXPECT_NEAR(measured.frames + missing, measured.to - measured.from, 1);
}

TEST(Renderer, WhatIsJumpedOverBeforeTheFirstSoundIsHeardIsAGapAllTheSame) {
  Stage stage;
  stage.card.ahead = 816;  // 17 ms
  Voice& voice = stage.add(start, 48'000 * 4);
  stage.run_until(start - milliseconds{60});
  stage.card.ahead = 0;  // believed a moment later, when the beginning is in the card and not yet heard
  stage.run_until(start + std::chrono::seconds{5});
  ASSERT_EQ(stage.ended.size(), 1U);
  expect_exact(voice);
  ASSERT_EQ(voice.measured.gap_count, 1U);
  EXPECT_NEAR(voice.measured.gaps[0].length, 816, 100);
}

TEST(Renderer, GapsStandInTheOrderOfTheContentThoughTheLaterIsKnownFirst) {
  Stage stage;
  stage.card.ahead = 816;
  Voice& voice = stage.add(start, 48'000 * 8);
  stage.run_until(start + std::chrono::seconds{2});
  stage.starving = true;
  while (voice.pcm.read_available() > 0) stage.run_until(stage.now + milliseconds{5});
  stage.card.ahead = 0;  // jumped over in 50 ms; what the decoder owes now is settled when its time is over
  stage.run_until(stage.now + milliseconds{30});
  stage.starving = false;
  stage.run_until(start + std::chrono::seconds{9});
  ASSERT_EQ(stage.ended.size(), 1U);
  expect_exact(voice);
  EXPECT_EQ(voice.measured.gap_count, 2U);
}

TEST(Renderer, WhateverHappensWhatItMeasuredIsTheWhole) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const auto between = [&](int least, int most) { return std::uniform_int_distribution{least, most}(random); };
    Stage stage{static_cast<double>(between(-400, 400))};
    for (int i = 0; i < 3; ++i)
      stage.add(start + std::chrono::seconds{2 * i}, 48'000 * between(1, 2), 0, i == 1 ? between(0, 20'000) : 0);
    while (stage.now < start + std::chrono::seconds{7}) {
      stage.run_until(stage.now + milliseconds{between(5, 400)});
      switch (between(0, 4)) {
        case 0:
          stage.card.ahead = between(-4, 4) * 240;
          break;
        case 1:
          stage.starving = between(0, 1) == 0;
          break;
        case 2:
          stage.now += milliseconds{between(0, 300)};  // the process was away
          break;
        case 3:
          if (between(0, 3) == 0) stage.renderer.halt(*stage.voices[static_cast<std::size_t>(between(0, 2))]);
          break;
        default:
          break;
      }
    }
    if (between(0, 1) == 0) stage.renderer.abort(stage.now);
    for (const Voice* voice : stage.ended) {
      if (voice->measured.heard) expect_exact(*voice);
    }
  }
}

TEST(Renderer, ALostDeviceEndsWhatHasBegunAndKeepsWhatHasNot) {
  Stage stage;
  Voice& begun = stage.add(start, 48'000 * 4);
  Voice& later = stage.add(start + std::chrono::seconds{4}, 48'000);
  stage.run_until(start + std::chrono::seconds{2});
  stage.renderer.abort(stage.now);
  ASSERT_EQ(stage.ended.size(), 1U);
  EXPECT_EQ(stage.ended[0], &begun);
  EXPECT_EQ(begun.measured.reason, protocol::message::Reason::device_lost);
  EXPECT_LE(begun.measured.to, 2 * 48'000 + 10);
  EXPECT_FALSE(stage.renderer.idle());
  EXPECT_FALSE(later.measured.heard);
}

}  // namespace
}  // namespace loa::station::playback
