#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <fstream>
#include <numbers>
#include <thread>

#include "protocol/base/file.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr const char* station = "cum-01";

/// A cluster with a loudspeaker and a sign, and the office.
class Outputs : public testing::Test {
 protected:
  void SetUp() override {
    auto made = WardKit::make(folder_.path(), {{station, "Cụm 1", "to-1", 40, true, "192x32"}});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    fs::create_directories(folder_ / "run");
    std::ofstream{settings(), std::ios::app} << "\n[faults]\nhold_s = 1\n";
    edit("[mqtt]", "runtime_folder = \"" + (folder_ / "run").string() + "\"\n[mqtt]");
    ASSERT_TRUE(kit_->start_headend());
  }
  void start() {
    ASSERT_TRUE(kit_->start_station(station));
    ASSERT_TRUE(wait_until(20s, [this] {
      const auto fleet = kit_->loa_json({"fleet"});
      if (!fleet || !fleet->as_array().at(0).at("status").is_object()) return false;
      return fleet->as_array().at(0).at("status").at("plan_sequence").to_number<std::uint64_t>() > 0;
    }));
  }
  [[nodiscard]] fs::path settings() const { return kit_->folder() / station / "station.toml"; }
  void edit(const std::string& what, const std::string& by) const {
    auto text = read_file(settings(), 65'536).value_or("");
    const auto at = text.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    ASSERT_TRUE(save_file(settings(), text.replace(at, what.size(), by), 0600));
  }

  [[nodiscard]] std::string fault(const std::string& code) const {
    const auto faults = kit_->loa_json({"fault", "list"});
    if (!faults) return "?";
    for (const auto& one : faults->as_array()) {
      if (one.at("code").as_string() == code) return std::string{one.at("state").as_string()};
    }
    return "";
  }
  /// What `loa-station --check` says of a part: "good", "bad", "unknown".
  [[nodiscard]] std::string checked(const std::string& part, int expect_status) const {
    Command command = kit_->command_of(station);
    command.argv = {command.argv[0], "--check", "--json", command.argv[1]};
    command.err = fs::path{};
    const auto done = run(command, 60s);
    if (!done) return done.error().text;
    EXPECT_EQ(done->exit.status, expect_status) << done->out;
    boost::system::error_code error;
    const auto findings = boost::json::parse(done->out, error);
    if (error) return "no JSON: " + done->out;
    for (const auto& finding : findings.as_array()) {
      if (finding.at("part").as_string() == part) return std::string{finding.at("state").as_string()};
    }
    return "not checked";
  }
  /// Everything the horn has said.
  [[nodiscard]] std::vector<std::int16_t> heard() const {
    std::vector<std::int16_t> all;
    const auto takes = Recording::load_folder(kit_->recording_of(station));
    if (!takes) return all;
    for (const auto& take : *takes) all.insert(all.end(), take.frames.begin(), take.frames.end());
    const auto sounds = [](std::int16_t value) { return value != 0; };
    all.erase(all.begin(), std::find_if(all.begin(), all.end(), sounds));
    all.erase(std::find_if(all.rbegin(), all.rend(), sounds).base(), all.end());
    return all;
  }
  static double level(const std::vector<std::int16_t>& pcm, double from_s, double hz) {
    double re = 0, im = 0;
    constexpr std::size_t count = 24'000;
    const auto from = static_cast<std::size_t>(from_s * 48'000);
    if (pcm.size() < from + count) return 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / 48'000;
      re += pcm[from + i] * std::cos(phase);
      im += pcm[from + i] * std::sin(phase);
    }
    return 2 * std::hypot(re, im) / count;
  }

  const TempFolder folder_{"loa-outputs"};
  std::unique_ptr<WardKit> kit_;
};

TEST_F(Outputs, AWrongSoundCardIsAFaultWithinAHundredSecondsAndPassesWhenItIsRight) {
  edit("pcm = \"cum-01\"", "pcm = \"khong-co\"");
  start();
  ASSERT_FALSE(HasFatalFailure());
  const auto since = std::chrono::steady_clock::now();
  ASSERT_TRUE(wait_until(100s, [&] { return fault("device-gone") == "new"; }));
  std::printf("device-gone after %.1f s\n",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count());
  EXPECT_EQ(fault("panel"), "") << "the sign works";
  const auto fleet = kit_->loa({"fleet"});
  ASSERT_TRUE(fleet);
  EXPECT_EQ(fleet->find("sẵn sàng"), std::string::npos) << *fleet;
  EXPECT_EQ(checked("sound", 1), "bad") << "by the running service";
  EXPECT_EQ(checked("sign", 1), "good");
  EXPECT_EQ(checked("broker", 1), "good");
  std::ofstream{kit_->folder() / "asound.conf", std::ios::app} << fmt::format(
      "pcm.khong-co {{ type loa  name \"khong-co\"  record \"{}\" }}\n", kit_->recording_of(station).string());
  EXPECT_TRUE(wait_until(60s, [&] { return fault("device-gone") == "resolved"; })) << "somebody has put the card in";
  EXPECT_EQ(checked("sound", 0), "good");

  kit_->stop_station(station);
  EXPECT_EQ(checked("sound", 0), "good") << "by a trial of its own, and its own login";
  edit("pcm = \"khong-co\"", "pcm = \"cung-khong\"");
  EXPECT_EQ(checked("sound", 1), "bad");
  EXPECT_TRUE(heard().empty()) << "nobody heard any of it";
}

TEST_F(Outputs, ACardThatIsPulledOutAndPutBackIsSeenByTheServiceAlone) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_TRUE(wait_until(10s, [&] { return checked("sound", 0) == "good"; }));
  std::ofstream{kit_->folder() / station / "card.control", std::ios::app} << "gone 1\n";
  EXPECT_FALSE(kit_->loa({"station", "test", station})) << "a test finds what the daily trial has yet to find";
  EXPECT_TRUE(wait_until(30s, [&] { return fault("device-gone") == "new"; }));
  std::ofstream{kit_->folder() / station / "card.control", std::ios::app} << "gone 0\n";
  EXPECT_TRUE(wait_until(100s, [&] { return fault("device-gone") == "resolved"; })) << "without a programme";
}

TEST_F(Outputs, ATestOnOrderIsHeardSeenAndMeasuredAndNoProgramme) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  const auto said = kit_->loa_json({"station", "test", station});
  ASSERT_TRUE(said) << said.error().text;
  const auto& answer = said->as_array().at(0);
  EXPECT_TRUE(answer.at("accepted").as_bool());
  ASSERT_EQ(answer.at("measured").as_array().size(), 2U) << "loudspeaker and sign";
  const auto& sound = answer.at("measured").as_array().at(0);
  EXPECT_EQ(sound.at("reason").as_string(), "complete");
  EXPECT_NEAR(sound.at("frames").to_number<double>(), 96'000, 10);
  EXPECT_NEAR(sound.at("start_error_us").to_number<double>(), 0, 2'000);
  const auto& sign = answer.at("measured").as_array().at(1);
  EXPECT_EQ(sign.at("medium").as_string(), "sign");
  EXPECT_GT(sign.at("frames").to_number<int>(), 0);

  const auto pcm = heard();
  EXPECT_NEAR(static_cast<double>(pcm.size()), 96'000, 500);
  EXPECT_NEAR(level(pcm, 0.2, 440), 4'125, 100);
  EXPECT_NEAR(level(pcm, 1.2, 1'000), 4'125, 100);
  const auto today = local_date(wall_now());
  const auto report = kit_->loa_json({"report", "--from", today, "--to", today});
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_EQ(report->at("cues_planned").to_number<int>(), 0);
  EXPECT_TRUE(report->at("anomalies").as_array().empty());
  EXPECT_NE(read_file(kit_->folder() / "head-end.log", 1U << 20U).value_or("").find("output.tested"),
            std::string::npos);
}

/// As on a busy machine: the process was not there for a moment, and was killed soon after. What the card lost is known
/// by its frames, and the report has nobody to ask why.
TEST_F(Outputs, ACardThatRanDryBeforeAKillIsNoContradictionInTheReport) {
  constexpr auto length = 10s;
  ASSERT_TRUE(Wav::save(folder_ / "noise.wav", 48'000, noise(length, 1)));
  ASSERT_TRUE(kit_->loa(
      {"content", "add", (folder_ / "noise.wav").string(), "--title", "Ồn", "--category", "am-nhac", "--music"}));
  start();
  ASSERT_FALSE(HasFatalFailure());
  const auto at = std::chrono::ceil<std::chrono::seconds>(wall_now() + 6s);
  const auto date = local_date(at);
  ASSERT_TRUE(kit_->loa({"programme", "add", "on", "--title", "Thử", "--at", local_time(at), "--from", date, "--to",
                         date, "--group", "to-1", "--segment", "Ồn"}));
  std::this_thread::sleep_until(at + 3s);
  ::kill(kit_->pid_of(station), SIGSTOP);
  std::this_thread::sleep_for(400ms);
  ::kill(kit_->pid_of(station), SIGCONT);
  std::this_thread::sleep_for(1500ms);
  kit_->kill_station(station);
  ASSERT_TRUE(kit_->start_station(station));
  boost::json::value report;
  EXPECT_TRUE(wait_until(30s, [&] {
    report = kit_->loa_json({"report", "--from", date, "--to", date}).value_or(nullptr);
    return report.is_object() && report.at("cues_planned").to_number<int>() == 1 &&
           report.at("cues_to_come").to_number<int>() == 0 && report.at("cues_unexplained").to_number<int>() == 0;
  }));
  ASSERT_TRUE(report.is_object());
  EXPECT_TRUE(report.at("anomalies").as_array().empty()) << boost::json::serialize(report.at("anomalies"));
  const auto& differences = report.at("differences").as_array();
  EXPECT_TRUE(std::any_of(differences.begin(), differences.end(), [](const auto& one) {
    return one.at("reason").as_string() == "underrun";
  })) << boost::json::serialize(report.at("differences"));
}

TEST_F(Outputs, ATestIsRefusedOutsideTheLawfulHoursWithTheReason) {
  const auto local_minute =
      (std::chrono::floor<std::chrono::minutes>(wall_now()).time_since_epoch().count() + 420) % 1'440;
  const bool morning = local_minute < 720;
  ASSERT_TRUE(kit_->loa({"policy", "set", "dien-tap", "--reference", "Diễn tập", "--window",
                         morning ? "t2-cn 20:00-21:00" : "t2-cn 05:00-05:30"}));
  start();
  ASSERT_FALSE(HasFatalFailure());
  const auto said = kit_->loa_json({"station", "test", station});
  ASSERT_TRUE(said) << said.error().text;
  const auto& answer = said->as_array().at(0);
  EXPECT_NE(std::string{answer.at("text").as_string()}.find("ngoài giờ"), std::string::npos);
  ASSERT_EQ(answer.at("measured").as_array().size(), 1U) << "the sign has no hours";
  EXPECT_TRUE(heard().empty());
}

}  // namespace
}  // namespace loa::tests
