#include "tests/bench/patience.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/bench/ensemble.hpp"

namespace loa::bench {

using namespace std::chrono_literals;

namespace {

/// Seconds that some process was held up for want of this, since the machine started.
double pressure_s(const char* of) {
  std::ifstream file(fmt::format("/proc/pressure/{}", of));
  for (std::string word; file >> word;) {
    if (word.starts_with("total=")) return std::strtod(word.c_str() + 6, nullptr) * 1e-6;
  }
  return 0;
}

}  // namespace

Result<void> wait_until(std::int64_t end_us, const std::string& what, std::vector<Player>& players) {
  const auto begin_us = realtime_us();
  for (auto next_us = begin_us; realtime_us() < end_us; std::this_thread::sleep_for(500ms)) {
    for (auto& player : players) {
      if (!player.process.running()) return fail(ErrorCode::io, "a player ended: {}", player.process.err());
    }
    if (realtime_us() < next_us) continue;
    fmt::print(stderr, "{}: {} of {} s\n", what, (realtime_us() - begin_us) / 1'000'000,
               (end_us - begin_us) / 1'000'000);
    next_us += 30'000'000;
  }
  return {};
}

Load::Load() : begin_s_(now_s()), cpu_s_(pressure_s("cpu")), disk_s_(pressure_s("io")) {}

std::string Load::say() const {
  const double share = 100 / (now_s() - begin_s_);
  double average = 0;
  ::getloadavg(&average, 1);
  return fmt::format(
      "machine: {} cores, shared with whatever else runs; some process waited for a core {:.0f} % of the time, for the "
      "disk {:.0f} %; load average {:.1f} at the end",
      std::thread::hardware_concurrency(), (pressure_s("cpu") - cpu_s_) * share, (pressure_s("io") - disk_s_) * share,
      average);
}

}  // namespace loa::bench
