#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <string_view>

#include "headend/daemon/office.hpp"
#include "protocol/base/log.hpp"

namespace {

using namespace loa;

constexpr const char* usage =
    "loa-headend: máy chủ truyền thanh của một phường · the head-end of one ward\n"
    "  loa-headend [--ward FOLDER] [--verbose]   else $LOA_WARD, else the only ward below /var/lib/loa\n"
    "  loa-headend --version | --help\n"
    "Prints one line \"ready …\" when stations can connect; ends in order on SIGTERM.\n";

struct Options {
  std::filesystem::path ward;
  bool verbose = false;
  bool help = false;
  bool version = false;
};

Result<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    if (word == "--ward" && i + 1 < argc) {
      options.ward = argv[++i];
    } else if (word.starts_with("--ward=")) {
      options.ward = word.substr(7);
    } else if (word == "--verbose") {
      options.verbose = true;
    } else if (word == "--help") {
      options.help = true;
    } else if (word == "--version") {
      options.version = true;
    } else {
      return fail(ErrorCode::invalid, "\"{}\" is not understood; see loa-headend --help", word);
    }
  }
  return options;
}

/// 2 000 clients of HTTPS and as many of the broker, which inherits it: 1 024 descriptors are a limit of the last
/// century.
void allow_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? 65'536 : std::min<rlim_t>(limit.rlim_max, 65'536);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> serve(const Options& options) {
  LOA_TRY_LET(const auto folder, headend::ward::find_folder(options.ward));
  LOA_TRY_LET(auto ward, headend::ward::Ward::open(folder));
  const auto settings = ward.settings();
  boost::asio::io_context io{1};
  headend::daemon::Office office{
      io, std::move(ward), [&settings] {
        fmt::print("ready ward={} mqtt={} https={}\n", settings.id,
                   settings.outside_broker ? settings.outside_broker->port : settings.mqtt_port, settings.https_port);
        std::fflush(stdout);
      }};
  boost::asio::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](const boost::system::error_code& error, int number) {
    if (error) return;
    log::info("headend.stopping", {{"signal", number}});
    office.stop();
    io.stop();
  });
  LOA_TRY(office.start());
  io.run();
  return {};
}

int complain(const Error& error, int status) {
  fmt::print(stderr, "loa-headend: {}\n", error.text);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  allow_descriptors();
  const auto options = parse(argc, argv);
  if (!options) return complain(options.error(), 2);
  if (options->help) return fmt::print("{}", usage), 0;
  if (options->version) return fmt::print("loa-headend {}\n", LOA_VERSION), 0;
  if (options->verbose) log::set_level(log::Level::debug);
  const auto served = serve(*options);
  return served ? 0 : complain(served.error(), 1);
}
