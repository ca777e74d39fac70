#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <sstream>
#include <thread>

#include "protocol/base/file.hpp"
#include "protocol/topic/topic.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/rehearsal/wire.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/service_manager.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/station_start/start_bench.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* id = "cum-01";
constexpr double length_s = 3;

/// A ward with one station and three seconds of noise, that is put on air soon.
class StationRecovery : public testing::Test {
 protected:
  void SetUp() override;
  void put_on_air(const char* programme, std::chrono::seconds in);
  [[nodiscard]] boost::json::value report() const;
  void wait_for_report();
  [[nodiscard]] listen::Match hear() const;
  [[nodiscard]] std::optional<v1::Status> status() const;
  [[nodiscard]] std::string log() const { return read_file(kit_->log_of(id), 16U << 20U).value_or(""); }
  [[nodiscard]] fs::path state() const { return temp_ / id / "state"; }
  void die_five_times();

  const TempFolder temp_{"loa-recovery"};
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<ServiceManager> manager_;
  WallTime start_;
};

void StationRecovery::SetUp() {
  auto kit = WardKit::make(temp_.path(), {{id, "Cụm loa số 1", "to-1", 0}});
  ASSERT_TRUE(kit) << kit.error().text;
  kit_ = *std::move(kit);
  ASSERT_TRUE(Wav::save(temp_ / "noise.wav", 48'000, noise(3s, 1)));
  ASSERT_TRUE(kit_->loa(
      {"content", "add", (temp_ / "noise.wav").string(), "--title", "Ồn", "--category", "am-nhac", "--music"}));
  ASSERT_TRUE(kit_->start_headend());
  auto wire = Wire::open(kit_->ward());
  ASSERT_TRUE(wire) << wire.error().text;
  wire_ = *std::move(wire);
}

void StationRecovery::put_on_air(const char* programme, std::chrono::seconds in) {
  start_ = std::chrono::ceil<std::chrono::seconds>(wall_now() + in);
  const auto date = local_date(start_);
  const auto added = kit_->loa({"programme", "add", programme, "--title", programme, "--at", local_time(start_),
                                "--from", date, "--to", date, "--group", "to-1", "--segment", "Ồn"});
  ASSERT_TRUE(added) << added.error().text;
}

boost::json::value StationRecovery::report() const {
  return kit_->loa_json({"report", "--from", local_date(start_), "--to", local_date(start_)}).value_or(nullptr);
}

void StationRecovery::wait_for_report() {
  std::this_thread::sleep_until(start_ + 4s);
  EXPECT_TRUE(wait_until(20s, [&] {
    const auto now = report();
    return now.is_object() && now.at("cues_to_come").to_number<int>() == 0 &&
           now.at("cues_unexplained").to_number<int>() == 0;
  }));
}

listen::Match StationRecovery::hear() const {
  const auto recordings = Recording::load_folder(kit_->recording_of(id));
  const auto listed = kit_->loa_json({"content", "list"});
  if (!recordings || !listed) return {};
  const auto content = listen::decode(kit_->object(std::string{listed->as_array().at(0).at("object").as_string()}));
  return content ? listen::align(*recordings, {*content, to_us(start_)}) : listen::Match{};
}

std::optional<v1::Status> StationRecovery::status() const {
  const auto all = wire_->heard(protocol::topic::of_station("trung-hoa", id, protocol::topic::Leaf::status));
  v1::Envelope envelope;
  v1::Header header;
  v1::Status status;
  if (all.empty() || !envelope.ParseFromString(all.back()) || !header.ParseFromString(envelope.header()) ||
      !status.ParseFromString(header.body()))
    return std::nullopt;
  return status;
}

TEST_F(StationRecovery, AWrongSoundDeviceIsProvedAsLostAndTriedAgain) {
  edit(temp_ / id / "station.toml", "pcm = \"cum-01\"", "pcm = \"khong-co\"");
  ASSERT_TRUE(kit_->start_station(id));
  put_on_air("on", 5s);
  wait_for_report();
  const auto now = report();
  ASSERT_TRUE(now.is_object());
  ASSERT_FALSE(now.at("differences").as_array().empty());
  for (const auto& difference : now.at("differences").as_array()) {
    EXPECT_EQ(difference.at("reason").as_string(), "device-lost");
    EXPECT_NE(difference.at("bucket").as_string(), "played");
  }
  std::istringstream lines{log()};
  int tries = 0;
  for (std::string line; std::getline(lines, line);) tries += line.find("audio.open_failed") != std::string::npos;
  EXPECT_GE(tries, 2) << "it tries again";
  const auto last = status();
  ASSERT_TRUE(last);
  EXPECT_GT(last->plan_sequence(), 0U) << "it is connected and says so";
}

/// Every mounted file system is read-only but the state folder and the virtual card's recordings: no other place takes
/// a byte, and the programme plays and is proved.
TEST_F(StationRecovery, AReadOnlyRootIsEnough) {
  ASSERT_TRUE(make_folders(state(), 0700));
  Command command = kit_->command_of(id);
  const auto recording = kit_->recording_of(id).string(), folder = state().string();
  const std::string script =
      "for d in '" + recording + "' '" + folder + "'; do mount --bind \"$d\" \"$d\" || exit 90; done\n" +
      "findmnt -rno TARGET | while read -r m; do case \"$m\" in '" + recording + "'|'" + folder +
      "'|/proc*|/sys*|/dev*) ;; *) mount -o remount,bind,ro \"$m\" || exit 91 ;; esac; done || exit 91\n" +
      "for d in / /tmp /var/tmp /run '" + temp_.path().string() +
      "'; do\n"
      "  if touch \"$d/probe\" 2>/dev/null; then echo \"$d is writable\" >&2; exit 92; fi\ndone\n"
      "exec \"$0\" \"$1\"";
  std::vector<std::string> argv{"unshare", ::geteuid() == 0 ? "-m" : "-rm", "sh", "-c", script};
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  auto process = Process::start(command);
  ASSERT_TRUE(process) << process.error().text;
  put_on_air("on", 6s);
  wait_for_report();
  ASSERT_TRUE(process->running()) << log();
  EXPECT_NEAR(hear().heard_s, length_s, 0.02);
  const auto now = report();
  ASSERT_TRUE(now.is_object());
  EXPECT_EQ(now.at("cues_planned").to_number<int>(), 1);
  EXPECT_TRUE(now.at("differences").as_array().empty());
  for (const char* word : {"<3>", "Read-only"}) EXPECT_EQ(log().find(word), std::string::npos) << log();
}

/// As a poisoned plan would: each process dies as soon as it has begun.
void StationRecovery::die_five_times() {
  for (std::size_t life = 1; life <= 5; ++life) {
    ASSERT_TRUE(manager_->wait_ready(life, 10s));
    ASSERT_EQ(::kill(manager_->lives().back().pid, SIGKILL), 0);
  }
  ASSERT_TRUE(manager_->wait_ready(6, 10s));
}

TEST_F(StationRecovery, FiveDeathsInARowLeadToTheSafeMinimumAndANewPlanLeadsBack) {
  put_on_air("doc", 25s);
  auto manager = ServiceManager::start(kit_->command_of(id), {});
  ASSERT_TRUE(manager) << manager.error().text;
  manager_ = *std::move(manager);
  ASSERT_TRUE(wait_until(10s, [&] { return !line_with(log(), {"plan.accepted", "cues=1 "}).empty(); })) << log();
  const auto poison = read_file(state() / "plan.sealed", 4U << 20U);
  ASSERT_TRUE(poison);
  die_five_times();
  ASSERT_TRUE(wait_until(10s, [&] { return status() && status()->safe_minimum(); })) << log();
  std::this_thread::sleep_for(1s);  // the broker has the poison retained and has delivered it by now
  EXPECT_EQ(status()->plan_sequence(), 0U) << "neither from disk nor from the broker";
  EXPECT_EQ(status()->failed_starts(), 5U);
  EXPECT_EQ(status()->starts(), 6U);
  EXPECT_NE(status()->refused().find("publish a newer plan"), std::string::npos) << status()->refused();
  EXPECT_EQ(read_file(state() / "plan.sealed", 4U << 20U).value_or(""), *poison) << "held back, not deleted";
  EXPECT_EQ(manager_->lives().size(), 6U) << "and it lives";

  put_on_air("lanh", 8s);
  ASSERT_TRUE(wait_until(10s, [&] { return status() && !status()->safe_minimum(); })) << log();
  EXPECT_GT(status()->plan_sequence(), 0U);
  EXPECT_EQ(read_file(state() / "plan.sealed.aside", 4U << 20U).value_or(""), *poison) << "kept for whoever looks";
  std::this_thread::sleep_until(start_ + 4s);
  EXPECT_NEAR(hear().heard_s, length_s, 0.02) << "the new plan sounds";
  EXPECT_EQ(manager_->lives().size(), 6U);
}

TEST_F(StationRecovery, ThePlanThatIsHeldBackIsTriedAgainAfterAMinuteAndSounds) {
  put_on_air("sau", 90s);
  auto manager = ServiceManager::start(kit_->command_of(id), {});
  ASSERT_TRUE(manager) << manager.error().text;
  manager_ = *std::move(manager);
  ASSERT_TRUE(wait_until(10s, [&] { return !line_with(log(), {"plan.accepted", "cues=1 "}).empty(); })) << log();
  die_five_times();
  ASSERT_TRUE(wait_until(10s, [&] { return status() && status()->safe_minimum(); })) << log();
  ASSERT_TRUE(wait_until(75s, [&] { return status() && !status()->safe_minimum(); })) << log();
  EXPECT_GT(status()->plan_sequence(), 0U) << "the same plan, from the disk";
  std::this_thread::sleep_until(start_ + 4s);
  EXPECT_NEAR(hear().heard_s, length_s, 0.02);
  EXPECT_EQ(manager_->lives().size(), 6U);
}

TEST(StationUnit, IsUnderstoodBySystemdAndHasLeastRights) {
  const TempFolder folder{"loa-unit"};
  auto unit = read_file(LOA_STATION_UNIT, 65'536);
  ASSERT_TRUE(unit) << unit.error().text;
  const auto at = unit->find("ExecStart=") + 10;
  unit->replace(at, unit->find(' ', at) - at, (program_folder() / "loa-station").string());
  const auto file = folder / "loa-station.service";
  ASSERT_TRUE(save_file(file, *unit));
  const auto verified = run({{"systemd-analyze", "verify", file.string()}});
  ASSERT_TRUE(verified) << verified.error().text;
  EXPECT_TRUE(verified->exit.ok() && verified->err.empty()) << verified->err;
  const auto rated =
      run({{"systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=25", file.string()}});
  ASSERT_TRUE(rated) << rated.error().text;
  EXPECT_TRUE(rated->exit.ok()) << "exposure above 2.5:\n" << rated->out;
}

}  // namespace
}  // namespace loa::tests
