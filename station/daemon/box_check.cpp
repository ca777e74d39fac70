#include "station/daemon/box_check.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdio>

#include "firmware/clock/system_clock.hpp"
#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/link/link.hpp"
#include "station/daemon/board.hpp"
#include "station/intake/gate.hpp"
#include "station/sync/fetch_program.hpp"

namespace loa::station::daemon {
namespace {

namespace fs = std::filesystem;
using State = Finding::State;
using std::chrono::steady_clock;

constexpr std::chrono::seconds broker_patience{15}, content_patience{10};
constexpr std::uint64_t longest_plan = 4U << 20U;
const fs::path unit_runtime_folder = "/run/loa-station";  // RuntimeDirectory= of the shipped unit
constexpr const char* sound_name = "card âm thanh · sound card";
constexpr const char* amplifier_name = "tăng âm · amplifier";
constexpr const char* sign_name = "bảng · sign";
constexpr const char* opens = "mở được · opens";

Finding good(const char* part, const char* name, std::string text) {
  return {part, name, State::good, std::move(text)};
}
Finding bad(const char* part, const char* name, const Error& error) { return {part, name, State::bad, error.text}; }

/// One connection with the station's own login. @return why it was not accepted; empty: it was
std::string try_broker(const settings::StationSettings& settings) {
  protocol::link::LinkSettings link;
  link.host = settings.mqtt.host;
  link.port = settings.mqtt.port;
  link.client_id = settings.station;
  link.username = settings.mqtt.username;
  link.password = settings.mqtt.password;
  link.tls.emplace().ca_file = settings.mqtt.ca_file;
  boost::asio::io_context io;
  std::string trouble = "không trả lời · no answer";
  protocol::link::LinkEvents events;
  events.connected = [&] {
    trouble.clear();
    io.stop();
  };
  events.disconnected = [&](const std::string& why) {
    trouble = why;
    io.stop();
  };
  protocol::link::Link wire{link, events, [&](std::function<void()> work) { boost::asio::post(io, std::move(work)); }};
  if (const auto started = wire.start(); !started) return started.error().text;
  const auto guard = boost::asio::make_work_guard(io);
  io.run_for(broker_patience);
  wire.stop();
  return trouble;
}

/// A folder of its own for one transfer, gone with it.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "loa-check-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) folder_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

/// Whether somebody else could not write into a folder either: a file is made there and taken away again.
Result<void> try_to_write(const fs::path& folder) {
  const auto file = folder / ".check";
  LOA_TRY(save_file(file, "loa\n", 0600));
  std::error_code ignored;
  fs::remove(file, ignored);
  return {};
}

/// As the service would: what root makes here is not the service's.
bool runs_as_owner(const fs::path& folder) {
  struct ::stat seen {};
  return ::stat(folder.c_str(), &seen) != 0 || ::geteuid() == 0 || seen.st_uid == ::geteuid();
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + "\"";
}

}  // namespace

bool service_runs(const fs::path& state_folder) {
  const UniqueFd lock{::open((state_folder / "journal/lock").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!lock.valid()) return false;
  if (::flock(lock.get(), LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  ::flock(lock.get(), LOCK_UN);
  return false;
}

BoxCheck::BoxCheck(settings::StationSettings settings)
    : settings_(std::move(settings)), service_runs_(service_runs(settings_.state_folder)) {
  if (settings_.runtime_folder.empty()) settings_.runtime_folder = unit_runtime_folder;
  const auto file = health::ServiceReport::file_of(settings_.runtime_folder, settings_.ward, settings_.station);
  if (const auto text = read_file(file, 65'536); text && service_runs_) report_ = health::ServiceReport::parse(*text);
}

std::vector<Finding> BoxCheck::run() {
  std::vector<Finding> findings;
  findings.push_back(service_runs_ ? good("service", "dịch vụ · service", "đang chạy · running")
                                   : Finding{"service", "dịch vụ · service", State::unknown,
                                             "không chạy, nên tự thử các thiết bị · not running: its devices are tried "
                                             "here"});
  for (auto finding : {key(), state_folder(), space(), clock(), broker(), content()}) findings.push_back(finding);
  for (auto& finding : service_runs_ ? outputs_by_service() : outputs()) findings.push_back(std::move(finding));
  return findings;
}

Finding BoxCheck::key() const {
  constexpr const char* name = "khóa · keys";
  if (const auto secret = protocol::crypto::SecretKey::load(settings_.station_key_file); !secret)
    return bad("keys", name, secret.error());
  if (const auto ca = read_file(settings_.mqtt.ca_file, 65'536); !ca) return bad("keys", name, ca.error());
  return good("keys", name, "đủ và đọc được · all there");
}

Finding BoxCheck::state_folder() const {
  constexpr const char* name = "thư mục trạng thái · state folder";
  const auto& folder = settings_.state_folder;
  if (!fs::exists(folder))
    return good("state", name, folder.string() + ": sẽ tạo khi chạy lần đầu · made at the first start");
  if (!runs_as_owner(folder))
    return {"state", name, State::unknown,
            folder.string() + ": của người dùng khác, hãy chạy bằng sudo · of another user: run this with sudo"};
  if (const auto wrote = try_to_write(folder); !wrote) return bad("state", name, wrote.error());
  return good("state", name, folder.string() + ": ghi được · can be written");
}

Finding BoxCheck::space() const {
  constexpr const char* name = "chỗ trống · free space";
  const auto folder =
      fs::exists(settings_.state_folder) ? settings_.state_folder : settings_.state_folder.parent_path();
  const auto disk = disk_space(folder);
  if (!disk) return bad("space", name, disk.error());
  const auto text = fmt::format("{} MB", disk->free_bytes >> 20U);
  const bool enough = disk->free_bytes >= settings_.faults.disk_free_bytes;
  return {"space", name, enough ? State::good : State::bad,
          enough ? text : fmt::format("{}: ít hơn · less than {} MB", text, settings_.faults.disk_free_bytes >> 20U)};
}

Finding BoxCheck::clock() const {
  constexpr const char* name = "đồng hồ · clock";
  const auto trust = firmware::parse_clock_trust(settings_.clock_trust);
  if (!trust) return bad("clock", name, trust.error());
  firmware::SystemClock clock{*trust};
  const auto reading = clock.read();
  const auto text = fmt::format("{} UTC, {} ({})", format_utc(reading.now.wall).substr(0, 19),
                                name_of(reading.now.grade), settings_.clock_trust);
  if (reading.now.grade >= ClockGrade::network) return good("clock", name, text);
  return {"clock", name, State::bad, text + ": chưa đồng bộ, chưa phát · not synchronised: nothing is played yet"};
}

Finding BoxCheck::broker() const {
  constexpr const char* name = "máy chủ phường · broker";
  if (service_runs_) return by_service("broker", name);
  const auto trouble = try_broker(settings_);
  const auto address = fmt::format("{}:{}", settings_.mqtt.host, settings_.mqtt.port);
  if (!trouble.empty()) return {"broker", name, State::bad, address + ": " + trouble};
  return good("broker", name, address + ": đăng nhập được · login accepted");
}

/// It is asked for an object that it cannot have: a server that says so was reached and believed.
Finding BoxCheck::content() const {
  constexpr const char* name = "máy chủ nội dung · content server";
  const auto sealed = read_file(settings_.state_folder / "plan.sealed", longest_plan);
  const auto plan = sealed ? intake::Gate{settings_}.plan(*sealed, std::nullopt, std::nullopt)
                           : Result<intake::AcceptedPlan>{fail(ErrorCode::missing, "no plan")};
  if (!plan || plan->plan.content_url().empty())
    return {"content", name, State::unknown,
            "chưa có kế hoạch, chưa biết địa chỉ · no plan yet: its address is not known"};
  const Scratch scratch;
  sync::FetchSettings fetch;
  fetch.ca_file = settings_.mqtt.ca_file;
  fetch.connect_timeout = content_patience;
  const auto& url = plan->plan.content_url();
  const auto outcome =
      sync::FetchProgram{fetch}.fetch(url + std::string(64, '0'), scratch.folder() / "part", 1, [] { return false; });
  if (outcome.result || outcome.blame == sync::Blame::object) return good("content", name, url + ": trả lời · answers");
  return {"content", name, State::bad, url + ": " + outcome.result.error().text};
}

std::vector<Finding> BoxCheck::outputs() const {
  std::vector<Finding> findings;
  const auto board = make_board(settings_);
  if (!board) return {bad("outputs", "thiết bị · devices", board.error())};
  if (board->audio) {
    const auto shape = board->audio->open();
    findings.push_back(shape ? good("sound", sound_name, settings_.audio->pcm + ": " + opens)
                             : bad("sound", sound_name, shape.error()));
    board->audio->close();
  }
  if (settings_.relay) {
    const auto off = board->amplifier->set(false);
    const auto says = board->amplifier->feedback();
    findings.push_back(!off    ? bad("amplifier", amplifier_name, off.error())
                       : !says ? bad("amplifier", amplifier_name, says.error())
                               : good("amplifier", amplifier_name, "điều khiển được · its relay can be switched"));
  }
  if (settings_.sign) {
    const auto opened = board->sign ? board->sign->open(settings_.sign->width_px, settings_.sign->height_px)
                                    : Result<int>{fail(ErrorCode::missing, "{}", board->sign_trouble)};
    findings.push_back(opened ? good("sign", sign_name, fmt::format("{}, {} Hz", opens, *opened))
                              : bad("sign", sign_name, opened.error()));
    if (board->sign) board->sign->close();
  }
  return findings;
}

std::vector<Finding> BoxCheck::outputs_by_service() const {
  std::vector<Finding> findings;
  if (settings_.audio) findings.push_back(by_service("sound", sound_name));
  if (settings_.relay) {
    findings.push_back(by_service("amplifier-relay", amplifier_name));
    if (settings_.relay->feedback_line)
      findings.push_back(by_service("amplifier-feedback", "tăng âm báo lại · amplifier's feedback"));
  }
  if (settings_.sign) findings.push_back(by_service("sign", sign_name));
  return findings;
}

Finding BoxCheck::by_service(const char* part, const char* name) const {
  const auto seen = report_.find(part);
  if (seen == report_.end())
    return {part, name, State::unknown,
            fmt::format("dịch vụ chưa nói gì trong {0} · the service has not told yet, in {0}",
                        settings_.runtime_folder.string())};
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - seen->second.seen);
  const bool works = seen->second.trouble.empty();
  return {part, name, works ? State::good : State::bad,
          fmt::format("{} (dịch vụ thấy {} giây trước · as the service saw it {} s ago)",
                      works ? "hoạt động · works" : seen->second.trouble, age.count(), age.count())};
}

std::string format(const std::vector<Finding>& findings, bool json) {
  constexpr const char* marks[] = {"✓", "✗", "–"};
  constexpr const char* words[] = {"good", "bad", "unknown"};
  std::string text = json ? "[" : "";
  for (const auto& finding : findings) {
    const auto state = static_cast<std::size_t>(finding.state);
    if (!json) {
      text += fmt::format("{} {}: {}\n", marks[state], finding.name, finding.text);
      continue;
    }
    if (text.size() > 1) text += ",";
    text += fmt::format("{{\"part\":{},\"state\":{},\"text\":{}}}", quote(finding.part), quote(words[state]),
                        quote(finding.text));
  }
  return json ? text + "]\n" : text;
}

int check_box(const fs::path& file, bool json) {
  log::set_level(log::Level::error);
  const auto settings = settings::StationSettings::load(file);
  std::vector<Finding> findings;
  constexpr const char* name = "cài đặt · settings";
  if (settings) {
    findings = BoxCheck{*settings}.run();
    findings.insert(findings.begin(), good("settings", name, file.string()));
  } else {
    findings.push_back(bad("settings", name, settings.error()));
  }
  std::fputs(format(findings, json).c_str(), stdout);
  const bool all = std::none_of(findings.begin(), findings.end(),
                                [](const Finding& finding) { return finding.state == State::bad; });
  return all ? 0 : 1;
}

}  // namespace loa::station::daemon
