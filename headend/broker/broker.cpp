#include "headend/broker/broker.hpp"

#include <pwd.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "headend/broker/child.hpp"
#include "headend/broker/configuration.hpp"
#include "headend/ward/password.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/module.hpp"

namespace loa::headend::broker {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds shortest_wait{200};
constexpr milliseconds longest_wait{10'000};
/// A broker that has run this long was well: the next wait is the shortest again.
constexpr std::chrono::seconds good_run{30};

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : "mosquitto";
}

std::string format_logins(const std::string& headend_hash, const std::vector<Login>& logins) {
  std::string text = fmt::format("{}:{}\n", ward::headend_login, headend_hash);
  for (const auto& login : logins) text += fmt::format("{}:{}\n", login.station, login.password_hash);
  return text;
}

}  // namespace

Result<fs::path> find_mosquitto() {
  const char* listed = std::getenv("PATH");
  std::string folders =
      std::string{listed != nullptr ? listed : ""} + ":/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin";
  for (std::size_t at = 0; at < folders.size();) {
    const auto end = std::min(folders.find(':', at), folders.size());
    const auto candidate = fs::path{folders.substr(at, end - at)} / "mosquitto";
    if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    at = end + 1;
  }
  return fail(ErrorCode::missing, "mosquitto is not on this machine: install the package mosquitto");
}

// wide: a child process and its probe, as Asio wants it: descriptors and timers beside the state
struct Broker::State : std::enable_shared_from_this<Broker::State> {
  State(asio::io_context& context, const ward::Ward& its_ward, Events its_events)
      : io(context), ward(its_ward), events(std::move(its_events)), exit(io), speech(io), wait(io), probe(io) {}

  asio::io_context& io;
  const ward::Ward& ward;
  Events events;
  fs::path program, guard;
  std::string headend_hash;
  std::vector<Login> logins;
  Child child;
  asio::posix::stream_descriptor exit;
  asio::posix::stream_descriptor speech;
  asio::steady_timer wait;
  asio::ip::tcp::socket probe;
  std::chrono::steady_clock::time_point started;
  milliseconds next_wait = shortest_wait;
  std::array<char, 4096> buffer{};
  std::string spoken;     ///< the line now arriving
  std::string last_word;  ///< the last whole line, the likely reason when it ends
  bool listening = false;
  bool lists_changed = false;  ///< since it began to start: to be told by SIGHUP once it listens
  bool stopping = false;

  Result<void> write_lists();
  Result<void> write_configuration();
  void launch();
  void watch_exit();
  void listen_to_speech();
  void take_speech(std::size_t size);
  void look_for_listener();
  void on_exit();
  void launch_later(const std::string& reason);
};

Result<void> Broker::State::write_lists() {
  std::vector<std::string> stations;
  for (const auto& login : logins) stations.push_back(login.station);
  const auto folder = ward.broker_folder();
  LOA_TRY(save_file(folder / "passwd", format_logins(headend_hash, logins), 0600));
  return save_file(folder / "acl", format_access_list(ward.settings().id, ward::headend_login, stations), 0600);
}

Result<void> Broker::State::write_configuration() {
  const auto& settings = ward.settings();
  const Configuration configuration{settings.id,
                                    settings.bind,
                                    settings.mqtt_port,
                                    settings.local_port,
                                    ward.broker_folder(),
                                    ward.ca_file(),
                                    ward.server_certificate_file(),
                                    ward.server_key_file(),
                                    guard,
                                    ward::headend_login,
                                    user_name()};
  return save_file(ward.broker_folder() / "mosquitto.conf", format_configuration(configuration), 0600);
}

void Broker::State::launch() {
  const auto configuration = ward.broker_folder() / "mosquitto.conf";
  auto made = spawn({program.string(), "-c", configuration.string()});
  if (!made) return launch_later(made.error().text);
  child = *std::move(made);
  started = std::chrono::steady_clock::now();
  // For whoever must find it by hand, and for tests that kill it.
  if (auto saved = save_file(ward.broker_folder() / "mosquitto.pid", fmt::format("{}\n", child.pid)); !saved) {
    log::warn("broker.pid_not_written", {{"reason", saved.error().text}});
  }
  log::info("broker.started", {{"pid", child.pid}, {"port", ward.settings().mqtt_port}});
  exit.assign(::dup(child.exit.get()));
  speech.assign(::dup(child.stderr_pipe.get()));
  watch_exit();
  listen_to_speech();
  look_for_listener();
}

void Broker::State::watch_exit() {
  exit.async_wait(asio::posix::stream_descriptor::wait_read,
                  [this, self = shared_from_this()](const boost::system::error_code& error) {
                    if (!error && !stopping) on_exit();
                  });
}

void Broker::State::listen_to_speech() {
  speech.async_read_some(asio::buffer(buffer),
                         [this, self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
                           if (error || stopping) return;
                           take_speech(size);
                           listen_to_speech();
                         });
}

void Broker::State::take_speech(std::size_t size) {
  for (const char c : std::string_view{buffer.data(), size}) {
    if (c != '\n') {
      if (spoken.size() < 500) spoken += c;
      continue;
    }
    // A client that vanished without a farewell, or our own look for the listener: nobody's concern.
    const bool usual = spoken.find("unexpected eof") != std::string::npos;
    log::write(usual ? log::Level::debug : log::Level::warn, "broker.says", {{"text", spoken}});
    if (!usual) last_word = spoken;
    spoken.clear();
  }
}

/// mosquitto does not tell when it listens: a connection that is accepted does.
void Broker::State::look_for_listener() {
  const asio::ip::tcp::endpoint local{asio::ip::address_v4::loopback(), ward.settings().local_port};
  probe.async_connect(local, [this, self = shared_from_this()](const boost::system::error_code& error) {
    boost::system::error_code ignored;
    probe.close(ignored);
    if (stopping || child.pid == 0) return;
    if (!error) {
      listening = true;
      if (std::exchange(lists_changed, false)) ::kill(child.pid, SIGHUP);
      log::info("broker.ready", {{"pid", child.pid}});
      if (events.ready) events.ready();
      return;
    }
    wait.expires_after(milliseconds{20});
    wait.async_wait([this, self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled && !stopping && child.pid != 0) look_for_listener();
    });
  });
}

void Broker::State::on_exit() {
  boost::system::error_code ignored;
  const std::size_t size = speech.read_some(asio::buffer(buffer), ignored);
  take_speech(ignored ? 0 : size);
  auto reason = "mosquitto " + reap(child.pid);
  if (!last_word.empty()) reason += ": " + std::exchange(last_word, {});
  child = {};
  listening = false;
  exit.close(ignored);
  speech.close(ignored);
  probe.close(ignored);
  if (std::chrono::steady_clock::now() - started > good_run) next_wait = shortest_wait;
  launch_later(reason);
}

void Broker::State::launch_later(const std::string& reason) {
  log::warn("broker.lost", {{"reason", reason}, {"again_in_ms", next_wait.count()}});
  if (events.lost) events.lost(reason);
  wait.expires_after(next_wait);
  next_wait = std::min(next_wait * 2, longest_wait);
  wait.async_wait([this, self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && !stopping) launch();
  });
}

Broker::Broker(asio::io_context& io, const ward::Ward& ward, Events events)
    : state_(std::make_shared<State>(io, ward, std::move(events))) {}

Broker::~Broker() { stop(); }

Result<void> Broker::start(const std::vector<Login>& logins) {
  LOA_TRY_LET(state_->program, find_mosquitto());
  LOA_TRY_LET(state_->guard, find_module("libloa_broker_guard.so"));
  LOA_TRY_LET(const std::string password, state_->ward.mqtt_password());
  state_->headend_hash = ward::hash_password(password);
  state_->logins = logins;
  LOA_TRY(make_folders(state_->ward.broker_folder(), 0700));
  LOA_TRY(state_->write_configuration());
  LOA_TRY(state_->write_lists());
  state_->launch();
  return {};
}

Result<void> Broker::reload(const std::vector<Login>& logins) {
  if (logins == state_->logins) return {};
  const auto before = std::exchange(state_->logins, logins);
  if (auto written = state_->write_lists(); !written) {
    state_->logins = before;
    return written;
  }
  // Before it listens, SIGHUP would still kill it.
  if (state_->listening) {
    ::kill(state_->child.pid, SIGHUP);
  } else {
    state_->lists_changed = true;
  }
  log::info("broker.logins_changed", {{"stations", logins.size()}});
  return {};
}

void Broker::stop() {
  if (std::exchange(state_->stopping, true)) return;
  boost::system::error_code ignored;
  state_->wait.cancel();
  state_->probe.close(ignored);
  state_->exit.close(ignored);
  state_->speech.close(ignored);
  end(state_->child);
  state_->child = {};
  fs::remove(state_->ward.broker_folder() / "mosquitto.pid", ignored);
}

int Broker::pid() const { return state_->child.pid; }

}  // namespace loa::headend::broker
