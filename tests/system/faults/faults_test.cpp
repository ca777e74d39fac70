#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <fstream>

#include "protocol/base/file.hpp"
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
namespace fs = std::filesystem;

constexpr const char* station = "cum-01";
constexpr auto limit = 100s, limit_on_air = 10s;  // until the office shows it

/// One cluster whose sensors are files, and the office.
class Faults : public testing::Test {
 protected:
  void SetUp() override {
    auto made = WardKit::make(folder_.path(), {{station, "Cụm 1", "to-1", 0}});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    fs::create_directories(folder_ / "sys/class/thermal/thermal_zone0");
    heat_to(45);
    const auto file = kit_->folder() / station / "station.toml";
    const auto settings = read_file(file, 65'536);
    ASSERT_TRUE(settings);
    ASSERT_TRUE(save_file(
        file, *settings + fmt::format("\n[faults]\nsysfs = \"{}\"\nhold_s = 1\n", (folder_ / "sys").string())));
    ASSERT_TRUE(kit_->start_headend());
    auto wire = Wire::open(kit_->ward());
    ASSERT_TRUE(wire) << wire.error().text;
    wire_ = std::move(*wire);
  }
  void start(const std::vector<std::string>& env = {}) {
    ASSERT_TRUE(kit_->start_station(station, env));
    ASSERT_TRUE(wait_until(20s, [this] { return state_of("unreachable") == "" && status_of("plan_sequence") != "0"; }));
  }

  void heat_to(int degrees) {
    std::ofstream{folder_ / "sys/class/thermal/thermal_zone0/temp"} << degrees * 1000 << "\n";
  }
  /// Of a fault as `loa fault list` has it; empty: it is not there.
  [[nodiscard]] std::string state_of(const std::string& code) const {
    const auto faults = kit_->loa_json({"fault", "list"});
    if (!faults) return "?";
    for (const auto& fault : faults->as_array()) {
      if (fault.at("code").as_string() == code) return std::string{fault.at("state").as_string()};
    }
    return "";
  }
  /// A field of the station's status as JSON; "0" when there is none.
  [[nodiscard]] std::string status_of(const std::string& field) const {
    const auto fleet = kit_->loa_json({"fleet"});
    if (!fleet || !fleet->as_array().at(0).at("status").is_object()) return "0";
    const auto& status = fleet->as_array().at(0).at("status");
    if (const auto* text = status.at(field).if_string()) return std::string{*text};
    return std::to_string(status.at(field).to_number<std::int64_t>());
  }
  /// Until `loa fault list` shows it, and says how long that took since `what` happened.
  void expect_shown(const std::string& what, const std::string& code, const std::string& state,
                    std::chrono::milliseconds within = limit) const {
    const auto since = std::chrono::steady_clock::now();
    EXPECT_TRUE(wait_until(within, [&] { return state_of(code) == state; })) << what << ": " << code << " " << state;
    std::printf("%s: %s %s after %.1f s\n", what.c_str(), code.c_str(), state.empty() ? "gone" : state.c_str(),
                std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count());
  }
  [[nodiscard]] std::vector<std::string> retained(const std::string& code) const {
    return wire_->heard(protocol::topic::of_station("trung-hoa", station, protocol::topic::Leaf::fault, code));
  }

  const TempFolder folder_{"loa-faults"};
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<Wire> wire_;
};

TEST_F(Faults, GoTheWholeWayFromASensorToTheOfficeAndBackOverAKilledStation) {
  EXPECT_EQ(state_of("unreachable"), "new") << "a station that was never heard of";
  start();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_EQ(state_of("temperature"), "");
  heat_to(85);
  expect_shown("it is hot", "temperature", "new");
  EXPECT_FALSE(kit_->loa({"fault", "reset", station, "temperature"})) << "it is still hot";
  EXPECT_TRUE(kit_->loa({"fault", "ack", station, "temperature"}));
  expect_shown("acknowledged by the office", "temperature", "acknowledged");

  kit_->kill_station(station);
  expect_shown("SIGKILL", "unreachable", "new");
  EXPECT_TRUE(kit_->loa({"fault", "ack", station, "unreachable"}));
  EXPECT_EQ(state_of("unreachable"), "acknowledged");
  start();
  expect_shown("started again", "software-restart", "new");
  EXPECT_EQ(state_of("temperature"), "acknowledged") << "it outlived the process";

  heat_to(40);
  expect_shown("it is cool", "temperature", "resolved");
  EXPECT_TRUE(kit_->loa({"fault", "reset", station, "temperature"}));
  expect_shown("reset by the office", "temperature", "");
  EXPECT_TRUE(wait_until(5s, [&] {
    return !retained("temperature").empty() && retained("temperature").back().empty();
  })) << "the broker keeps it no longer";
  EXPECT_FALSE(kit_->loa({"fault", "ack", station, "temperature"})) << "there is none";
}

/// The word that a station is gone is unsigned: whoever has its login, or the broker's, may say it.
TEST_F(Faults, AForgedFarewellHidesNoStationThatLives) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  v1::State gone;
  gone.set_since_us(to_us(wall_now()));
  gone.set_boot("gia-mao");
  const auto topic = protocol::topic::of_station("trung-hoa", station, protocol::topic::Leaf::state);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(wire_->publish(topic, gone.SerializeAsString(), true));
    EXPECT_FALSE(wait_until(6s, [&] { return state_of("unreachable") != ""; })) << "it was asked, and has answered";
  }
  kit_->kill_station(station);
  expect_shown("SIGKILL", "unreachable", "new", 10s);
}

TEST_F(Faults, AStationThatHangsIsShownThoughNothingBreaksItsConnection) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  ::kill(kit_->pid_of(station), SIGSTOP);
  expect_shown("it hangs", "unreachable", "new");
  ::kill(kit_->pid_of(station), SIGCONT);
  expect_shown("it goes on", "unreachable", "");
  EXPECT_EQ(state_of("software-restart"), "");
}

/// Sure of itself, by a time server that lies: only the office can know. Right again, it is no replay of what it was.
TEST_F(Faults, AClockThatIsSureAndWrongIsShownAndTheStationIsHeardWhenItIsRightAgain) {
  start({"LD_PRELOAD=" LOA_WRONG_CLOCK, "LOA_CLOCK_AHEAD_S=7200", "ASAN_OPTIONS=verify_asan_link_order=0"});
  ASSERT_FALSE(HasFatalFailure());
  expect_shown("its clock is two hours ahead", "clock-off", "new");
  EXPECT_EQ(state_of("clock-untrusted"), "") << "it does not know";
  kit_->stop_station(station);
  expect_shown("it says farewell", "unreachable", "new", 5s);
  ASSERT_EQ(status_of("starts"), "1");
  ASSERT_TRUE(kit_->start_station(station));
  EXPECT_TRUE(wait_until(30s, [&] { return status_of("starts") == "2"; })) << "the office hears what it says";
  expect_shown("with the right clock, which contradicts nothing that the office has borne out", "clock-off",
               "resolved");
  EXPECT_EQ(state_of("clock-untrusted"), "") << "it is believed at once";
  expect_shown("heard again", "unreachable", "");
}

TEST_F(Faults, AreShownSoonerWhileItBroadcasts) {
  const auto sound = folder_ / "noise.wav";
  ASSERT_TRUE(Wav::save(sound, 48'000, noise(90s, 1)));
  ASSERT_TRUE(kit_->loa({"content", "add", sound.string(), "--title", "Tiếng ồn", "--category", "am-nhac", "--music"}));
  start();
  ASSERT_FALSE(HasFatalFailure());
  const auto at = std::chrono::ceil<std::chrono::seconds>(wall_now() + 8s);
  const auto date = local_date(at);
  ASSERT_TRUE(kit_->loa({"programme", "add", "on", "--title", "Thử", "--at", local_time(at), "--from", date, "--to",
                         date, "--group", "to-1", "--segment", "Tiếng ồn"}));
  ASSERT_TRUE(wait_until(40s, [&] { return status_of("on_air") == "Tiếng ồn"; }));
  heat_to(85);
  expect_shown("on air, it is hot", "temperature", "new", limit_on_air);
  const auto control = kit_->folder() / station / "card.control";
  std::ofstream{control, std::ios::app} << "gone 1\n";
  expect_shown("on air, the sound card is pulled out", "device-gone", "new", limit_on_air);
  std::ofstream{control, std::ios::app} << "gone 0\n";
  expect_shown("the sound card is back", "device-gone", "resolved");
  ASSERT_EQ(status_of("on_air"), "Tiếng ồn");
  ::kill(kit_->pid_of(station), SIGSTOP);
  expect_shown("on air, it hangs", "unreachable", "new", limit_on_air);
  ::kill(kit_->pid_of(station), SIGCONT);
  expect_shown("it goes on", "unreachable", "");
}

}  // namespace
}  // namespace loa::tests
