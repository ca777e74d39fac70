#include <gtest/gtest.h>

#include "protocol/topic/topic.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/rehearsal/wire.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* live = "cum-01";
constexpr const char* away = "cum-02";

/// Two clusters that broadcast the same noise for a minute and a half; the second is cut off before it is removed.
class Removal : public testing::Test {
 protected:
  void SetUp() override {
    StationKit cut{away, "Cụm 2", "to-1", 0};
    cut.relayed = true;
    auto made = WardKit::make(folder_.path(), {{live, "Cụm 1", "to-1", 0}, cut});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    const auto sound = folder_ / "noise.wav";
    ASSERT_TRUE(Wav::save(sound, 48'000, noise(90s, 1)));
    ASSERT_TRUE(
        kit_->loa({"content", "add", sound.string(), "--title", "Tiếng ồn", "--category", "am-nhac", "--music"}));
    ASSERT_TRUE(kit_->start_headend());
    auto wire = Wire::open(kit_->ward());
    ASSERT_TRUE(wire) << wire.error().text;
    wire_ = std::move(*wire);
    for (const auto* station : {live, away}) ASSERT_TRUE(kit_->start_station(station));
    const auto at = std::chrono::ceil<std::chrono::seconds>(wall_now() + 8s);
    const auto date = local_date(at);
    ASSERT_TRUE(kit_->loa({"programme", "add", "on", "--title", "Thử", "--at", local_time(at), "--from", date, "--to",
                           date, "--group", "to-1", "--segment", "Tiếng ồn"}));
    ASSERT_TRUE(wait_until(40s, [&] { return on_air(live) && on_air(away); }));
  }

  [[nodiscard]] bool on_air(const std::string& station) const {
    const auto fleet = kit_->loa_json({"fleet"});
    if (!fleet) return false;
    for (const auto& line : fleet->as_array()) {
      if (line.at("station").as_string() != station) continue;
      const auto& status = line.at("status");
      return status.is_object() && !status.at("on_air").as_string().empty();
    }
    return false;
  }
  /// When the last sample that is not silence left its horn.
  [[nodiscard]] WallTime last_sound(const std::string& station) const {
    const auto takes = Recording::load_folder(kit_->recording_of(station));
    std::int64_t last_ns = 0;
    for (const auto& take : takes.value()) {
      for (std::size_t i = 0; i < take.frames.size(); ++i) {
        if (take.frames[i] == 0) continue;
        last_ns = take.start_realtime_ns + static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / take.true_rate());
      }
    }
    return wall_from_us(last_ns / 1'000);
  }
  [[nodiscard]] std::string fault_of(const std::string& station) const {
    const auto faults = kit_->loa_json({"fault", "list"});
    if (!faults) return "?";
    for (const auto& fault : faults->as_array()) {
      if (fault.at("station").as_string() == station && fault.at("code").as_string() == "removed-unheard")
        return std::string{fault.at("text").as_string()};
    }
    return "";
  }
  [[nodiscard]] std::string standing_plan(const std::string& station) const {
    const auto heard = wire_->heard(protocol::topic::of_station("trung-hoa", station, protocol::topic::Leaf::plan));
    return heard.empty() ? "none" : heard.back();
  }

  const TempFolder folder_{"loa-removal"};
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<Wire> wire_;
};

TEST_F(Removal, ALiveStationIsSilentAndOneOutOfReachIsSaidToGoOn) {
  kit_->relay_of(away).cut();
  const auto told = kit_->loa_json({"station", "remove", live});
  ASSERT_TRUE(told) << told.error().text;
  const auto removed_at = wall_now();
  EXPECT_TRUE(told->at("silent").as_bool());
  const auto missed = kit_->loa({"station", "remove", away, "--wait", "2"});
  ASSERT_TRUE(missed) << missed.error().text;
  EXPECT_NE(missed->find("CHƯA liên lạc được"), std::string::npos) << *missed;

  EXPECT_TRUE(wait_until(5s, [&] { return standing_plan(live).empty(); })) << "taken off the broker after its word";
  EXPECT_NE(standing_plan(away), "") << "it has still to hear it";
  EXPECT_EQ(fault_of(live), "");
  EXPECT_NE(fault_of(away).find("removed"), std::string::npos);
  EXPECT_TRUE(kit_->loa({"fault", "ack", away, "removed-unheard"}));

  kit_->relay_of(away).mend();
  EXPECT_TRUE(wait_until(30s, [&] { return fault_of(away).empty(); })) << "it comes back, and is told";
  const auto told_at = wall_now();
  std::this_thread::sleep_for(3s);
  EXPECT_LT(last_sound(live), removed_at);
  EXPECT_LT(last_sound(away), told_at + 1s) << "silent too";
  EXPECT_GT(last_sound(away), removed_at) << "until then it went on";

  const auto date = local_date(removed_at);
  const auto report = kit_->loa_json({"report", "--from", date, "--to", date});
  ASSERT_TRUE(report) << report.error().text;
  std::filesystem::rename(kit_->folder() / live, kit_->folder() / "old");
  EXPECT_TRUE(kit_->loa(
      {"station", "add", live, "--name", "Cụm 1 mới", "--group", "to-1", "--out", (kit_->folder() / live).string()}))
      << "the same name again";
}

}  // namespace
}  // namespace loa::tests
