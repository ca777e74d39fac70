#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>

#include "protocol/base/log.hpp"
#include "station/daemon/memory.hpp"
#include "station/daemon/station.hpp"

namespace {

constexpr const char* usage =
    "loa-station: plays and shows what its ward has signed, and proves it.\n"
    "\n"
    "  loa-station [SETTINGS]   SETTINGS: the station.toml made by `loa station add`\n"
    "                           (default /etc/loa/station.toml)\n"
    "  loa-station --version\n";

struct Arguments {
  std::filesystem::path settings = "/etc/loa/station.toml";
  std::optional<int> exit_code;
};

Arguments read_arguments(int count, char** values) {
  Arguments arguments;
  const std::string_view first = count > 1 ? values[1] : "";
  if (first == "--version") {
    std::puts("loa-station " LOA_VERSION);
    arguments.exit_code = 0;
  } else if (first == "--help" || first == "-h") {
    std::fputs(usage, stdout);
    arguments.exit_code = 0;
  } else if (count > 2 || (!first.empty() && first.front() == '-')) {
    std::fputs(usage, stderr);
    arguments.exit_code = 2;
  } else if (!first.empty()) {
    arguments.settings = first;
  }
  return arguments;
}

loa::Result<void> run(const std::filesystem::path& file, loa::MonoTime born) {
  using namespace loa::station::daemon;
  LOA_TRY_LET(auto settings, StationSettings::load(file));
  LOA_TRY_LET(auto board, make_board(settings));
  boost::asio::io_context io{1};
  LOA_TRY_LET(auto station, Station::open(io, std::move(settings), std::move(board), born));
  LOA_TRY(station->start());
  boost::asio::signal_set signals{io, SIGTERM, SIGINT};
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  loa::log::info("station.ready",
                 {{"after_ms", (std::chrono::steady_clock::now() - born) / std::chrono::milliseconds{1}}});
  io.run();
  loa::log::info("station.stopped", {});
  return {};
}

}  // namespace

int main(int count, char** values) {
  const loa::MonoTime born = std::chrono::steady_clock::now();
  const Arguments arguments = read_arguments(count, values);
  if (arguments.exit_code) return *arguments.exit_code;
  loa::station::daemon::keep_memory_small();
  const auto done = run(arguments.settings, born);
  if (done) return 0;
  loa::log::error("station.failed", {{"error", done.error().text}});
  return 1;
}
