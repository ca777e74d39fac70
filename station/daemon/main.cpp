#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "firmware/systemd/systemd_watchdog.hpp"
#include "protocol/base/log.hpp"
#include "station/daemon/box_check.hpp"
#include "station/daemon/memory.hpp"
#include "station/daemon/station.hpp"

namespace {

constexpr const char* usage =
    "loa-station: plays and shows what its ward has signed, and proves it.\n"
    "\n"
    "  loa-station [SETTINGS]   SETTINGS: the station.toml made by `loa station add`\n"
    "                           (default /etc/loa/station.toml)\n"
    "  loa-station --check [--json] [SETTINGS]\n"
    "                           looks at settings, keys, state folder, space, clock, broker, content server, sound\n"
    "                           card, amplifier and sign, without a sound; asks the service while it runs. Run it as\n"
    "                           the service's user, or with sudo. Ends with 1 when something is wrong.\n"
    "  loa-station --version\n"
    "\n"
    "Ends with 0 when told to, 1 when it could not start and that may heal (disk, device), 2 for a wrong command "
    "line,\n"
    "78 when somebody must change something first (settings, keys, state folder).\n";

constexpr int exit_may_heal = 1;
constexpr int exit_needs_a_person = 78;  // EX_CONFIG of sysexits.h
constexpr std::chrono::seconds next_attempt{10};

struct Arguments {
  std::filesystem::path settings = "/etc/loa/station.toml";
  std::optional<int> exit_code;
};

Arguments read_arguments(int count, char** values) {
  Arguments arguments;
  std::vector<std::string_view> words{values + 1, values + count};
  const auto take = [&](std::string_view flag) { return std::erase(words, flag) > 0; };
  const bool check = take("--check"), json = check && take("--json");
  const std::string_view first = words.empty() ? "" : words.front();
  if (first == "--version") {
    std::puts("loa-station " LOA_VERSION);
    arguments.exit_code = 0;
  } else if (first == "--help" || first == "-h") {
    std::fputs(usage, stdout);
    arguments.exit_code = 0;
  } else if (words.size() > 1 || (!first.empty() && first.front() == '-')) {
    std::fputs(usage, stderr);
    arguments.exit_code = 2;
  } else if (!first.empty()) {
    arguments.settings = first;
  }
  if (check && !arguments.exit_code) arguments.exit_code = loa::station::daemon::check_box(arguments.settings, json);
  return arguments;
}

loa::Result<void> run(const std::filesystem::path& file, loa::MonoTime born) {
  using namespace loa::station::daemon;
  LOA_TRY_LET(auto settings, loa::station::settings::StationSettings::load(file));
  LOA_TRY_LET(auto board, make_board(settings));
  boost::asio::io_context io{1};
  LOA_TRY_LET(auto station, Station::open(io, std::move(settings), std::move(board), born));
  LOA_TRY(station->start());
  boost::asio::signal_set signals{io, SIGTERM, SIGINT};
  signals.async_wait([&](const boost::system::error_code&, int) {
    station->stopping();
    io.stop();
  });
  loa::log::info("station.ready",
                 {{"after_ms", (std::chrono::steady_clock::now() - born) / std::chrono::milliseconds{1}}});
  io.run();
  loa::log::info("station.stopped", {});
  return {};
}

/// What a person must change (settings, keys, another station's folder) does not heal; a disk or device may.
int exit_code_of(loa::ErrorCode code) {
  using loa::ErrorCode;
  const bool may_heal =
      code == ErrorCode::io || code == ErrorCode::busy || code == ErrorCode::timeout || code == ErrorCode::full;
  return may_heal ? exit_may_heal : exit_needs_a_person;
}

/// The sentence, for the log and for the person before the terminal or `systemctl status`. A service manager would
/// start us again at once, for ever: it is kept waiting here, so that it need not be slow when a programme is on air.
int give_up(const loa::Error& error) {
  loa::log::error("station.failed", {{"error", error.text}});
  loa::firmware::SystemdWatchdog manager;
  manager.tell("cannot start: " + error.text);
  if (manager.is_there()) std::this_thread::sleep_for(next_attempt);
  return exit_code_of(error.code);
}

}  // namespace

int main(int count, char** values) {
  const loa::MonoTime born = std::chrono::steady_clock::now();
  const Arguments arguments = read_arguments(count, values);
  if (arguments.exit_code) return *arguments.exit_code;
  loa::station::daemon::keep_memory_small();
  const auto done = run(arguments.settings, born);
  if (done) return 0;
  return give_up(done.error());
}
