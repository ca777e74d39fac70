#include "tests/rehearsal/ward_kit.hpp"

#include <signal.h>

#include <boost/json/parse.hpp>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

fs::path program(const char* name) { return program_folder() / name; }

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Result<std::unique_ptr<WardKit>> WardKit::make(const fs::path& folder, const std::vector<StationKit>& stations,
                                               const std::string& host) {
  std::unique_ptr<WardKit> kit{new WardKit{fs::absolute(folder), stations}};
  LOA_TRY(make_folders(kit->folder_));
  LOA_TRY(kit->make_ward(host));
  for (const auto& station : stations) LOA_TRY(kit->add_station(station));
  LOA_TRY(kit->write_cards());
  return kit;
}

Result<std::string> WardKit::loa(const std::vector<std::string>& arguments) const {
  Command command;
  command.argv = {program("loa").string(), "--ward", ward().string()};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  LOA_TRY_LET(const auto finished, run(command, 60s));
  if (!finished.exit.ok()) return fail(ErrorCode::invalid, "loa {}: {}", arguments.front(), last_line(finished.err));
  return finished.out;
}

Result<boost::json::value> WardKit::loa_json(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all{"--json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  LOA_TRY_LET(const auto text, loa(all));
  boost::system::error_code error;
  auto value = boost::json::parse(text, error);
  if (error) return fail(ErrorCode::invalid, "loa {} did not print JSON: {}", arguments.front(), text.substr(0, 200));
  return value;
}

Result<void> WardKit::make_ward(const std::string& host) {
  LOA_TRY_LET(const auto made, loa({"ward", "init", "trung-hoa", "--name", "Phường Trung Hòa", "--host", host, "--bind",
                                    host == "::1" ? host : "127.0.0.1", "--mqtt-port", "0", "--https-port", "0"}));
  for (const auto& [id, name] :
       std::map<std::string, std::string>{{"to-1", "Tổ dân phố 1"}, {"to-2", "Tổ dân phố 2"}}) {
    LOA_TRY_LET(const auto added, loa({"group", "add", id, "--name", name}));
  }
  for (const auto& [id, name] : std::map<std::string, std::string>{{"nhac-hieu", "Nhạc hiệu, lời chào"},
                                                                   {"chuyen-doi-so", "Chuyển đổi số"},
                                                                   {"suc-khoe", "Sức khỏe"},
                                                                   {"am-nhac", "Âm nhạc"},
                                                                   {"khau-hieu", "Khẩu hiệu"}}) {
    LOA_TRY_LET(const auto added, loa({"category", "add", id, "--name", name}));
  }
  // A rehearsal may be run at any hour; a real ward sets its lawful ones.
  LOA_TRY_LET(const auto policy, loa({"policy", "set", "dien-tap", "--reference", "Diễn tập, không phát ra ngoài",
                                      "--window", "t2-cn 00:00-24:00"}));
  return {};
}

Result<void> WardKit::add_station(const StationKit& station) {
  std::vector<std::string> arguments{"station",
                                     "add",
                                     station.id,
                                     "--name",
                                     station.name,
                                     "--group",
                                     station.group,
                                     "--clock-trust",
                                     station.clock_trust,
                                     "--out",
                                     (folder_ / station.id).string()};
  const auto add = [&](std::initializer_list<std::string> more) { arguments.insert(arguments.end(), more); };
  if (station.speaker) {
    add({"--pcm", station.pcm.empty() ? station.id : station.pcm});
  } else {
    add({"--no-speaker"});
  }
  if (station.stagger_ms > 0) add({"--stagger", std::to_string(station.stagger_ms)});
  if (!station.sign.empty()) add({"--sign", station.sign, "--sign-driver", "offscreen", "--sign-record", "recording"});
  LOA_TRY_LET(const auto added, loa(arguments));
  return make_folders(recording_of(station.id));
}

Result<void> WardKit::write_cards() const {
  std::string text = "# The virtual sound cards of this rehearsal: firmware/README.md\n";
  text += fmt::format("pcm_type.loa {{ lib \"{}\" }}\n",
                      (program_folder().parent_path() / "lib/libasound_module_pcm_loa.so").string());
  for (const auto& station : stations_) {
    if (!station.speaker || !station.pcm.empty()) continue;
    text +=
        fmt::format("pcm.{0} {{ type loa  name \"{0}\"  ppm {1}  record \"{2}\"  control \"{3}\" }}\n", station.id,
                    station.ppm, recording_of(station.id).string(), (folder_ / station.id / "card.control").string());
  }
  return save_file(folder_ / "asound.conf", text);
}

Result<void> WardKit::start_headend() {
  Command command;
  command.argv = {program("loa-headend").string(), "--ward", ward().string()};
  command.err = folder_ / "head-end.log";
  LOA_TRY_LET(headend_, Process::start(command));
  LOA_TRY_LET(const auto shown, loa_json({"ward", "show"}));
  const int port = static_cast<int>(shown.at("mqtt_port").to_number<int>());
  for (const auto& station : stations_) {
    if (station.relayed) LOA_TRY(put_on_relay(station, port));
  }
  return {};
}

/// The bundle's broker port becomes the relay's.
Result<void> WardKit::put_on_relay(const StationKit& station, int broker_port) {
  LOA_TRY_LET(auto relay, Relay::start(broker_port));
  const auto file = folder_ / station.id / "station.toml";
  LOA_TRY_LET(auto text, read_file(file, 65'536));
  const std::string was = fmt::format("port = {}\n", broker_port);
  const auto at = text.find(was);
  if (at == std::string::npos) return fail(ErrorCode::missing, "{} has no '{}'", file.string(), was);
  LOA_TRY(save_file(file, text.replace(at, was.size(), fmt::format("port = {}\n", relay->port()))));
  relays_[station.id] = std::move(relay);
  return {};
}

Result<void> WardKit::never_safe(const std::string& id) const {
  const auto file = folder_ / id / "station.toml";
  LOA_TRY_LET(const auto text, read_file(file, 65'536));
  return save_file(file, text + "\n[recovery]\nsafe_after = 0\n", 0600);
}

Command WardKit::command_of(const std::string& id, const std::vector<std::string>& env) const {
  Command command;
  command.argv = {program("loa-station").string(), (folder_ / id / "station.toml").string()};
  command.env = {"ALSA_CONFIG_PATH=" + (folder_ / "asound.conf").string()};
  command.env.insert(command.env.end(), env.begin(), env.end());
  command.folder = folder_ / id;
  command.err = log_of(id);
  return command;
}

Result<void> WardKit::start_station(const std::string& id, const std::vector<std::string>& env) {
  LOA_TRY_LET(auto process, Process::start(command_of(id, env)));
  running_.insert_or_assign(id, std::move(process));
  return {};
}

void WardKit::kill_station(const std::string& id) { running_.at(id).kill(); }

void WardKit::stop_station(const std::string& id) { running_.at(id).stop(); }

Result<pid_t> WardKit::pid_of_broker() const {
  const auto brokers = children_of(headend_->pid(), "mosquitto");
  if (brokers.empty()) return fail(ErrorCode::missing, "the head-end has no broker");
  return brokers.front();
}

Result<void> WardKit::kill_broker_with_its_state() {
  LOA_TRY_LET(const pid_t broker, pid_of_broker());
  ::kill(broker, SIGKILL);
  for (const auto& entry : fs::directory_iterator{ward() / "broker"}) {
    if (entry.path().extension() == ".db") fs::remove(entry.path());
  }
  return {};
}

fs::path WardKit::object(const std::string& sha256) const { return ward() / "objects" / sha256.substr(0, 2) / sha256; }

}  // namespace loa::tests
