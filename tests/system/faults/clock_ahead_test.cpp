// A real station whose clock is twenty days ahead and sure of it, at its first start; then it is put right.
#include <gtest/gtest.h>

#include <fstream>

#include "protocol/message/loa.pb.h"
#include "protocol/topic/topic.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/rehearsal/wire.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* station = "cum-01";
constexpr auto sound_length = 5s;

class ClockAhead : public testing::Test {
 protected:
  /// One cluster, and a programme of each day for three weeks and more. @param in  until its first cue
  void make_ward(std::chrono::seconds in) {
    auto made = WardKit::make(folder_.path(), {{station, "Cụm 1", "to-1", 0}});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    ASSERT_TRUE(kit_->start_headend());
    auto wire = Wire::open(kit_->ward());
    ASSERT_TRUE(wire) << wire.error().text;
    wire_ = std::move(*wire);
    const auto sound = folder_ / "noise.wav";
    ASSERT_TRUE(Wav::save(sound, 48'000, noise(sound_length, 1)));
    ASSERT_TRUE(
        kit_->loa({"content", "add", sound.string(), "--title", "Tiếng ồn", "--category", "am-nhac", "--music"}));
    starts_ = std::chrono::ceil<std::chrono::seconds>(wall_now() + in);
    const auto added = kit_->loa({"programme", "add", "sang", "--title", "Sáng", "--at", local_time(starts_), "--from",
                                  local_date(starts_), "--to", local_date(starts_ + 24h * 25), "--group", "to-1",
                                  "--segment", "Tiếng ồn"});
    ASSERT_TRUE(added) << added.error().text;
  }

  void put_ahead(std::chrono::seconds by) const {
    const std::int64_t seconds = by.count();
    std::ofstream file{clock(), std::ios::binary | std::ios::in | std::ios::out};
    if (!file) file.open(clock(), std::ios::binary);
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
    ASSERT_TRUE(file.flush());
  }
  [[nodiscard]] std::filesystem::path clock() const { return folder_ / "ahead"; }
  void start_station() {
    const auto started =
        kit_->start_station(station, {"LD_PRELOAD=" LOA_WRONG_CLOCK, "LOA_CLOCK_AHEAD_FILE=" + clock().string(),
                                      "ASAN_OPTIONS=verify_asan_link_order=0"});
    ASSERT_TRUE(started) << started.error().text;
  }

  /// What the station said of the first cue of the programme, as the broker carried it, without repetitions.
  [[nodiscard]] std::vector<v1::Proof> said() const {
    std::vector<v1::Proof> proofs;
    for (const auto& sealed :
         wire_->heard(protocol::topic::of_station("trung-hoa", station, protocol::topic::Leaf::proof))) {
      v1::Envelope envelope;
      v1::Header header;
      v1::Proof proof;
      EXPECT_TRUE(envelope.ParseFromString(sealed) && header.ParseFromString(envelope.header()) &&
                  proof.ParseFromString(header.body()));
      if (proof.from_us() < to_us(starts_) || proof.from_us() >= to_us(starts_ + sound_length)) continue;
      const bool again = !proofs.empty() && proofs.back().number() >= proof.number();
      if (!again) proofs.push_back(std::move(proof));
    }
    return proofs;
  }
  void expect_burned_while_ahead() const {
    ASSERT_TRUE(wait_until(25s, [this] { return !said().empty(); })) << "it says what it takes for the past";
    EXPECT_EQ(said().back().bucket(), v1::BUCKET_NODE_DARK);
    EXPECT_FALSE(said().back().anew());
    ASSERT_LT(wall_now() + 6s, starts_) << "the machine was too slow for this test";
  }
  void expect_sounds_in_its_time() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(starts_ - wall_now());
    ASSERT_TRUE(wait_until(left + 20s, [this] { return said().back().bucket() == v1::BUCKET_PLAYED; }));
    const auto heard = said().back();
    EXPECT_TRUE(heard.anew());
    EXPECT_EQ(heard.reason(), "complete");
    EXPECT_EQ(heard.from_us(), to_us(starts_));
    EXPECT_EQ(heard.to_us(), to_us(starts_ + sound_length));
    EXPECT_EQ(heard.frames(), 48'000U * 5);
    EXPECT_EQ(heard.again_us(), 0);
  }

  const TempFolder folder_{"loa-clock-ahead"};
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<Wire> wire_;
  WallTime starts_;
};

TEST_F(ClockAhead, WhatALyingClockBurnedSoundsWhenTheRunningStationIsPutRight) {
  put_ahead(24h * 20);
  ASSERT_NO_FATAL_FAILURE(make_ward(45s));
  ASSERT_NO_FATAL_FAILURE(start_station());
  ASSERT_NO_FATAL_FAILURE(expect_burned_while_ahead());
  put_ahead(0s);
  ASSERT_NO_FATAL_FAILURE(expect_sounds_in_its_time());
}

TEST_F(ClockAhead, WhatALyingClockBurnedSoundsWhenTheNextStartIsRight) {
  put_ahead(24h * 20);
  ASSERT_NO_FATAL_FAILURE(make_ward(50s));
  ASSERT_NO_FATAL_FAILURE(start_station());
  ASSERT_NO_FATAL_FAILURE(expect_burned_while_ahead());
  kit_->kill_station(station);
  put_ahead(0s);
  ASSERT_NO_FATAL_FAILURE(start_station());
  ASSERT_NO_FATAL_FAILURE(expect_sounds_in_its_time());
}

}  // namespace
}  // namespace loa::tests
