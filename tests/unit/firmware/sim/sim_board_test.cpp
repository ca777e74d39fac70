#include "firmware/sim/sim_board.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

namespace loa::firmware {
namespace {

using namespace std::chrono_literals;

std::vector<std::int16_t> ramp(std::size_t count) {
  std::vector<std::int16_t> frames(count);
  std::iota(frames.begin(), frames.end(), std::int16_t{1});
  return frames;
}

class SimBoardTest : public testing::Test {
 protected:
  void open() { ASSERT_TRUE(board_.audio.open()); }

  /// Writes whole periods as a player does, waiting for room.
  void play(int periods) {
    for (int i = 0; i < periods; ++i) {
      ASSERT_TRUE(board_.audio.wait(1s).value_or(false));
      ASSERT_TRUE(board_.audio.write(std::span{sound_}.subspan(written_, 960)));
      written_ += 960;
    }
  }

  SimBoard board_;
  std::vector<std::int16_t> sound_ = ramp(32'000);
  std::size_t written_ = 0;
};

TEST_F(SimBoardTest, HornStartsAtHalfABufferAndPlaysInItsTime) {
  open();
  play(3);
  board_.time.advance(1s);
  EXPECT_EQ(board_.audio.position()->played, 0) << "less than half a buffer: not started";
  const MonoTime start = board_.time.now();
  play(3);
  board_.time.advance(50ms);
  const auto position = board_.audio.position();
  EXPECT_EQ(position->played, 2400);
  EXPECT_EQ(position->written, 5760);
  EXPECT_EQ(position->at, start + 50ms);
  ASSERT_EQ(board_.audio.takes().size(), 1U);
  EXPECT_EQ(board_.audio.takes()[0].start, start);
  EXPECT_EQ(board_.audio.played(), ramp(2400));
  EXPECT_EQ(board_.audio.buffered(), 3360);
}

TEST_F(SimBoardTest, WhatWasOnlyWrittenIsNeverPlayedAfterClose) {
  open();
  play(8);
  board_.time.advance(10ms);
  board_.audio.close();
  board_.time.advance(1s);
  EXPECT_EQ(board_.audio.played().size(), 480U);
}

TEST_F(SimBoardTest, AnUnderrunStopsTheHornUntilItIsFedAgain) {
  open();
  play(5);
  board_.time.advance(200ms);
  EXPECT_EQ(board_.audio.position()->underruns, 1U);
  EXPECT_EQ(board_.audio.position()->played, 4800);
  board_.time.advance(1s);
  play(5);
  board_.time.advance(20ms);
  EXPECT_EQ(board_.audio.position()->underruns, 1U);
  ASSERT_EQ(board_.audio.takes().size(), 2U);
  EXPECT_EQ(board_.audio.played(), ramp(4800 + 960));
}

TEST_F(SimBoardTest, CrystalRunsFastAndChangesWithoutAJump) {
  SimAudioOut horn{board_.time, {.period_frames = 960, .buffer_frames = 480'000, .ppm = 500}};
  ASSERT_TRUE(horn.open());
  ASSERT_TRUE(horn.write(std::vector<std::int16_t>(300'000)));
  board_.time.advance(2s);
  EXPECT_EQ(horn.position()->played, 96'048);
  horn.set_ppm(0);
  EXPECT_EQ(horn.position()->played, 96'048);
  board_.time.advance(1s);
  EXPECT_NEAR(static_cast<double>(horn.position()->played), 144'048, 1);
}

TEST_F(SimBoardTest, AStalledHornTimesOutAndLosesNothing) {
  board_.time.set_passing(true);
  open();
  play(8);
  board_.audio.stall(500ms);
  const MonoTime before = board_.time.now();
  EXPECT_FALSE(board_.audio.wait(100ms).value_or(true));
  EXPECT_EQ(board_.time.now(), before + 100ms);
  EXPECT_TRUE(board_.audio.wait(1s).value_or(false));
  EXPECT_GE(board_.time.now(), before + 500ms);
  play(12);
  EXPECT_EQ(board_.audio.position()->underruns, 0U);
  EXPECT_EQ(board_.audio.takes().size(), 1U);
}

TEST_F(SimBoardTest, PassingTimeLetsOneThreadPlayInNoTime) {
  board_.time.set_passing(true);
  open();
  const MonoTime before = board_.time.now();
  play(33);
  EXPECT_EQ(board_.audio.played(), ramp(board_.audio.played().size()));
  EXPECT_NEAR(std::chrono::duration<double>(board_.time.now() - before).count(), (33 - 8) * 0.02, 0.001);
}

TEST_F(SimBoardTest, EveryCallFailsWhileTheCardIsGone) {
  open();
  play(1);
  board_.set_peripherals_gone(true);
  EXPECT_EQ(board_.audio.wait(1s).error().code, ErrorCode::io);
  EXPECT_EQ(board_.audio.write(std::span{sound_}.first(960)).error().code, ErrorCode::io);
  EXPECT_EQ(board_.audio.position().error().code, ErrorCode::io);
  EXPECT_EQ(board_.audio.open().error().code, ErrorCode::missing);
  EXPECT_EQ(board_.sign.open(8, 8).error().code, ErrorCode::missing);
  EXPECT_EQ(board_.amplifier.set(true).error().code, ErrorCode::io);
  board_.set_peripherals_gone(false);
  EXPECT_EQ(board_.audio.write(std::span{sound_}.first(960)).error().code, ErrorCode::io)
      << "it has to be opened again";
  EXPECT_TRUE(board_.audio.open());
  board_.audio.set_busy(true);
  EXPECT_EQ(board_.audio.open().error().code, ErrorCode::busy);
}

TEST_F(SimBoardTest, RunDrivesAPlayersThreadFromSleepToSleep) {
  open();
  std::atomic<bool> ended = false;
  std::thread player{[&] {
    while (!ended && board_.audio.wait(200ms)) {
      if (written_ + 960 <= sound_.size() && board_.audio.write(std::span{sound_}.subspan(written_, 960)))
        written_ += 960;
    }
  }};
  EXPECT_TRUE(board_.time.run(400ms, 1));
  EXPECT_EQ(board_.audio.position()->played, 19'200);
  EXPECT_EQ(board_.audio.position()->underruns, 0U);
  ended = true;
  board_.audio.set_gone(true);  // wakes the sleeper
  player.join();
  EXPECT_FALSE(board_.time.run(1ms, 1, 1ms)) << "nobody sleeps any more";
}

TEST_F(SimBoardTest, SignShowsAtItsRefreshAndJoinsEqualFrames) {
  board_.time.set_passing(true);
  ASSERT_TRUE(board_.sign.open(2, 1));
  const std::vector<std::uint8_t> red{255, 0, 0, 255, 0, 0}, blue{0, 0, 255, 0, 0, 255};
  const auto first = board_.sign.present({2, 1, red}), second = board_.sign.present({2, 1, red});
  EXPECT_EQ(*second - *first, 20ms);
  ASSERT_TRUE(board_.sign.set_brightness(40));
  ASSERT_TRUE(board_.sign.present({2, 1, blue}));
  EXPECT_EQ(board_.sign.present({1, 2, blue}).error().code, ErrorCode::invalid);
  EXPECT_EQ(board_.sign.set_brightness(101).error().code, ErrorCode::invalid);
  board_.sign.close();
  const auto shown = board_.sign.shown();
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[0].times, 2);
  EXPECT_EQ(shown[0].rgb, red);
  EXPECT_EQ(shown[0].last, *second);
  EXPECT_EQ(shown[1].brightness_percent, 40);
  EXPECT_EQ(shown[2].rgb, std::vector<std::uint8_t>(6)) << "black on close";
}

TEST_F(SimBoardTest, ClockStepsAndIsSetWithoutMovingTheMonotonicOne) {
  const auto before = board_.clock.read();
  board_.time.advance(1500us);
  board_.clock.step(-1h);
  board_.clock.set_grade(ClockGrade::network, 300ms);
  const auto after = board_.clock.read();
  EXPECT_EQ(after.now.wall, before.now.wall + 1500us - 1h);
  EXPECT_EQ(after.now.mono, before.now.mono + 1500us);
  EXPECT_EQ(after.now.grade, ClockGrade::network);
  EXPECT_EQ(after.error_bound, 300ms);
  board_.clock.set_wall(wall_from_us(5));
  board_.time.advance(1us);
  EXPECT_EQ(to_us(board_.clock.read().now.wall), 6);
}

TEST_F(SimBoardTest, RelayWritesDownItsSwitches) {
  ASSERT_TRUE(board_.amplifier.set(true));
  board_.time.advance(2s);
  ASSERT_TRUE(board_.amplifier.set(true));
  ASSERT_TRUE(board_.amplifier.set(false));
  const auto switches = board_.amplifier.switches();
  ASSERT_EQ(switches.size(), 2U);
  EXPECT_EQ(switches[1].at - switches[0].at, 2s);
  EXPECT_FALSE(board_.amplifier.is_on());
}

}  // namespace
}  // namespace loa::firmware
