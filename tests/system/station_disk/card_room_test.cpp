#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "protocol/base/file.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* id = "cum-01";
constexpr int cues = 18;  // of a second: their proofs take more than the pages that the journal has already

/// A station whose state folder is a card of its own of 24 MB, which somebody fills.
class StationCard : public testing::Test {
 protected:
  void SetUp() override;
  void add_sound(const char* title, std::chrono::milliseconds length, unsigned seed);
  void add_programme(const char* name, const char* sound, WallTime at, int times) const;
  void start_station_on_its_card();
  /// In the station's own view of the disk.
  [[nodiscard]] fs::path filler() const {
    return fs::path{"/proc"} / std::to_string(process_->pid()) / "root" / (temp_ / id / "state/filler").relative_path();
  }
  void fill() const;
  [[nodiscard]] std::vector<std::string> logged(const std::string& words, const std::string& also = "") const;
  [[nodiscard]] boost::json::value report(WallTime day) const {
    return kit_->loa_json({"report", "--from", local_date(day), "--to", local_date(day)}).value_or(nullptr);
  }

  const TempFolder temp_{"loa-card"};
  std::unique_ptr<WardKit> kit_;
  std::optional<Process> process_;
  std::map<std::string, std::string> objects_;  ///< by title
};

void StationCard::SetUp() {
  auto kit = WardKit::make(temp_.path(), {{id, "Cụm 1", "to-1", 0}});
  ASSERT_TRUE(kit) << kit.error().text;
  kit_ = *std::move(kit);
  std::ofstream{temp_ / id / "station.toml", std::ios::app} << "\n[faults]\ndisk_free_mb = 1\n";
  add_sound("Gần", 1s, 1);
  add_sound("Xa", 20s, 2);
  ASSERT_TRUE(kit_->start_headend());
}

void StationCard::add_sound(const char* title, std::chrono::milliseconds length, unsigned seed) {
  const auto file = temp_ / (std::string{title} + ".wav");
  ASSERT_TRUE(Wav::save(file, 48'000, noise(length, seed)));
  ASSERT_TRUE(kit_->loa({"content", "add", file.string(), "--title", title, "--category", "am-nhac", "--music"}));
  const auto listed = kit_->loa_json({"content", "list"});
  ASSERT_TRUE(listed);
  for (const auto& one : listed->as_array()) {
    if (one.at("title").as_string() == title) objects_[title] = std::string{one.at("object").as_string()};
  }
}

void StationCard::add_programme(const char* name, const char* sound, WallTime at, int times) const {
  std::vector<std::string> words{"programme", "add",          name,   "--title",      name,      "--at", local_time(at),
                                 "--from",    local_date(at), "--to", local_date(at), "--group", "to-1"};
  for (int n = 0; n < times; ++n) words.insert(words.end(), {"--segment", sound});
  const auto added = kit_->loa(words);
  ASSERT_TRUE(added) << added.error().text;
}

void StationCard::start_station_on_its_card() {
  Command command = kit_->command_of(id);
  const auto state = (temp_ / id / "state").string();
  const std::string script =
      "mkdir -p '" + state + "' && mount -t tmpfs -o size=24m none '" + state + "' && exec \"$0\" \"$1\"";
  std::vector<std::string> argv{"unshare", ::geteuid() == 0 ? "-m" : "-rm", "sh", "-c", script};
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  auto process = Process::start(command);
  ASSERT_TRUE(process) << process.error().text;
  process_ = *std::move(process);
}

/// To the last byte.
void StationCard::fill() const {
  UniqueFd fd{::open(filler().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  ASSERT_TRUE(fd.valid()) << filler() << errno_text();
  const std::string block(4'096, 'x');
  while (write_all(fd.get(), block, filler())) {
  }
}

std::vector<std::string> StationCard::logged(const std::string& words, const std::string& also) const {
  std::vector<std::string> found;
  std::istringstream lines{read_file(kit_->log_of(id), 16U << 20U).value_or("")};
  for (std::string line; std::getline(lines, line);) {
    if (line.find(words) != std::string::npos && line.find(also) != std::string::npos) found.push_back(line);
  }
  return found;
}

// Each proof and the plan that comes meanwhile find room: the sound of the day after tomorrow goes for them, the one
// that is needed now stays, and what went is fetched again when there is room.
TEST_F(StationCard, ThatIsFullGivesUpFarContentForProofsAndPlansAndFetchesItAgain) {
  const auto far_day = std::chrono::ceil<std::chrono::seconds>(wall_now() + 48h);
  add_programme("xa", "Xa", far_day, 1);
  const auto start = std::chrono::ceil<std::chrono::seconds>(wall_now() + 20s);
  add_programme("gan", "Gần", start, cues);
  start_station_on_its_card();
  for (const char* title : {"Gần", "Xa"}) {
    ASSERT_TRUE(wait_until(18s, [&] { return logged("object.fetched", objects_[title]).size() == 1; })) << title;
  }
  fill();
  ASSERT_TRUE(wait_until(75s, [&] {
    const auto now = report(start);
    return now.is_object() && now.at("cues_planned").to_number<int>() == cues &&
           now.at("cues_to_come").to_number<int>() == 0 && now.at("cues_unexplained").to_number<int>() == 0;
  }));
  const auto now = report(start);
  for (const auto& difference : now.at("differences").as_array())
    EXPECT_NE(difference.at("reason").as_string(), "content-missing") << "what is needed now stays";
  EXPECT_EQ(logged("object.evicted").size(), 1U);
  EXPECT_EQ(logged("object.evicted", objects_["Xa"]).size(), 1U);
  EXPECT_TRUE(logged("proof.unkept").empty());
  EXPECT_FALSE(logged("fault.changed", "storage").empty());

  add_programme("mot", "Gần", far_day - 24h, cues);
  EXPECT_TRUE(wait_until(10s, [&] { return logged("plan.accepted").size() >= 2; })) << "a plan finds room as well";
  EXPECT_TRUE(logged("message.refused", "plan").empty());
  EXPECT_EQ(logged("object.fetched", objects_["Xa"]).size(), 1U) << "not into the reserve";
  EXPECT_FALSE(logged("object.fetch_failed", "kept for proofs").empty());
  ASSERT_EQ(::unlink(filler().c_str()), 0);
  EXPECT_TRUE(wait_until(20s, [&] { return logged("object.fetched", objects_["Xa"]).size() == 2; }));
}

}  // namespace
}  // namespace loa::tests
