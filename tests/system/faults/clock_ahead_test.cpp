// Real stations whose clocks are twenty days ahead and sure of it at a start; then they are put right.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
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

constexpr auto sound_length = 5s;

/// Two clusters that have been at work, each with a clock that the test moves.
class ClockAhead : public testing::Test {
 protected:
  static constexpr const char* goes_on = "cum-01";      ///< put right while it runs
  static constexpr const char* starts_anew = "cum-02";  ///< killed, and right at the next start

  /// A programme of each day for three weeks and more. @param in  until its first cue
  void make_ward(std::chrono::seconds in) {
    auto made = WardKit::make(folder_.path(), {{goes_on, "Cụm 1", "to-1", 0}, {starts_anew, "Cụm 2", "to-1", 0}});
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

  void put_ahead(const std::string& station, std::chrono::seconds by) const {
    const std::int64_t seconds = by.count();
    std::ofstream file{clock_of(station), std::ios::binary | std::ios::in | std::ios::out};
    if (!file) file.open(clock_of(station), std::ios::binary);
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
    ASSERT_TRUE(file.flush());
  }
  [[nodiscard]] std::filesystem::path clock_of(const std::string& station) const {
    return folder_ / (station + ".ahead");
  }
  void start(const std::string& station) {
    const auto started = kit_->start_station(
        station, {"LD_PRELOAD=" LOA_WRONG_CLOCK, "LOA_CLOCK_AHEAD_FILE=" + clock_of(station).string(),
                  "ASAN_OPTIONS=verify_asan_link_order=0"});
    ASSERT_TRUE(started) << started.error().text;
  }
  /// A journal that begins under the right clock: of what was before it a station says nothing (PROTOCOL.md §8.9).
  void begin_journals() {
    for (const char* station : {goes_on, starts_anew}) {
      ASSERT_NO_FATAL_FAILURE(put_ahead(station, 0s));
      ASSERT_NO_FATAL_FAILURE(start(station));
    }
    ASSERT_TRUE(wait_until(20s, [this] {
      const auto fleet = kit_->loa_json({"fleet"});
      if (!fleet) return false;
      const auto& lines = fleet->as_array();
      return std::all_of(lines.begin(), lines.end(), [](const auto& line) {
        const auto* status = line.at("status").if_object();
        return status != nullptr && !status->at("journal_began").as_string().empty() &&
               status->at("plan_sequence").template to_number<std::uint64_t>() > 0;
      });
    }));
    for (const char* station : {goes_on, starts_anew}) kit_->kill_station(station);
  }

  /// What a station said of the first cue of the programme, as the broker carried it, without repetitions.
  [[nodiscard]] std::vector<v1::Proof> said_by(const std::string& station) const {
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
  void expect_burned(const std::string& station) const {
    ASSERT_TRUE(wait_until(25s, [&] { return !said_by(station).empty(); })) << "it says what it takes for the past";
    EXPECT_EQ(said_by(station).back().bucket(), v1::BUCKET_NODE_DARK);
    EXPECT_FALSE(said_by(station).back().anew());
    ASSERT_LT(wall_now() + 6s, starts_) << "the machine was too slow for this test";
  }
  void expect_sounds_in_its_time(const std::string& station) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(starts_ - wall_now());
    ASSERT_TRUE(wait_until(left + 20s, [&] { return said_by(station).back().bucket() == v1::BUCKET_PLAYED; }));
    const auto heard = said_by(station).back();
    EXPECT_TRUE(heard.anew());
    EXPECT_EQ(heard.reason(), "complete");
    EXPECT_EQ(heard.from_us(), to_us(starts_));
    EXPECT_EQ(heard.to_us(), to_us(starts_ + sound_length));
    EXPECT_NEAR(static_cast<double>(heard.frames()), 48'000.0 * 5, 48.0);
    EXPECT_EQ(heard.again_us(), 0);
  }
  /// The report of the day counts what was heard, and nothing of what was said before its time.
  void expect_reported() {
    const auto date = local_date(starts_);
    boost::json::value report;
    EXPECT_TRUE(wait_until(15s, [&] {
      auto made = kit_->loa_json({"report", "--from", date, "--to", date});
      if (!made) return false;
      report = *std::move(made);
      return report.at("cues_accounted").to_number<int>() == 2;
    }));
    const auto& total = report.at("total").as_array().at(0).as_object();
    EXPECT_EQ(total.at("spent_us").at("played").to_number<std::int64_t>(), 2 * Micros{sound_length}.count());
  }

  const TempFolder folder_{"loa-clock-ahead"};
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<Wire> wire_;
  WallTime starts_;
};

TEST_F(ClockAhead, WhatALyingClockBurnedSoundsWhenItIsRightAndIsReported) {
  ASSERT_NO_FATAL_FAILURE(make_ward(45s));
  ASSERT_NO_FATAL_FAILURE(begin_journals());
  for (const char* station : {goes_on, starts_anew}) {
    ASSERT_NO_FATAL_FAILURE(put_ahead(station, 24h * 20));
    ASSERT_NO_FATAL_FAILURE(start(station));
  }
  ASSERT_NO_FATAL_FAILURE(expect_burned(goes_on));
  ASSERT_NO_FATAL_FAILURE(expect_burned(starts_anew));
  kit_->kill_station(starts_anew);
  for (const char* station : {goes_on, starts_anew}) ASSERT_NO_FATAL_FAILURE(put_ahead(station, 0s));
  ASSERT_NO_FATAL_FAILURE(start(starts_anew));
  ASSERT_NO_FATAL_FAILURE(expect_sounds_in_its_time(goes_on));
  ASSERT_NO_FATAL_FAILURE(expect_sounds_in_its_time(starts_anew));
  expect_reported();
}

}  // namespace
}  // namespace loa::tests
