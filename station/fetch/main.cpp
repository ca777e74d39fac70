// loa-fetch: continues one download. Started by loa-station for each object; by hand it serves to see why one fails.
#include <cstdio>
#include <string>
#include <vector>

#include "station/fetch/confine.hpp"
#include "station/fetch/downloader.hpp"

namespace {

using namespace loa;

constexpr const char* usage =
    "loa-fetch: brings one object for loa-station, which starts it.\n"
    "\n"
    "  loa-fetch url=URL partial=FILE bytes=SIZE [ca_file=PEM] [connect_timeout_ms=N]\n"
    "            [low_speed_bytes_s=N] [low_speed_time_s=N]\n"
    "\n"
    "Without ca_file plain http only. Says \"ok\" when FILE has SIZE bytes, else \"failed\", whose fault, and why.\n";

station::sync::FetchEnd fetch(const std::vector<std::string>& arguments) {
  using station::sync::Blame;
  const auto job = station::sync::FetchJob::from_arguments(arguments);
  if (!job) return {pass(job.error()), Blame::server};
  if (const auto confined = station::fetch::confine(*job); !confined) return {pass(confined.error()), Blame::object};
  return station::fetch::Downloader{}.download(*job);
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  if (arguments.empty() || arguments.front().starts_with('-')) {
    std::fputs(usage, arguments.empty() || arguments.front() != "--help" ? stderr : stdout);
    return arguments.empty() || arguments.front() != "--help" ? 2 : 0;
  }
  station::fetch::die_with_parent();
  const auto end = fetch(arguments);
  std::puts(end.to_line().c_str());
  return end.result ? 0 : 1;
}
