// loa-powercuts: power cuts by the thousand against real processes of a station's rooms, on a disk that forgets.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "protocol/base/log.hpp"
#include "tests/system/power_cuts/office/run.hpp"

namespace {

using namespace loa::tests;

constexpr const char* usage =
    "loa-powercuts [--cuts N] [--seed S] [--station K] [--lie sync|folder-sync] [--trace 1]\n"
    "  --cuts     how many (500); fifty in the life of each station\n"
    "  --seed     the same seed is the same run (1)\n"
    "  --station  the life of this station alone\n"
    "  --lie      a disk that lies, which must be found out\n"
    "  --trace    prints every order, word, step and cut\n";

bool read_arguments(int count, char** values, PowerRun& run) {
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = values[i];
    if (i + 1 == count) return false;
    const char* value = values[i + 1];
    if (name == "--cuts") {
      run.cuts = std::strtoull(value, nullptr, 10);
    } else if (name == "--seed") {
      run.seed = std::strtoull(value, nullptr, 10);
    } else if (name == "--station") {
      run.only = std::strtoull(value, nullptr, 10);
    } else if (name == "--lie") {
      run.lie = value;
    } else if (name == "--trace") {
      run.trace = true;
    } else {
      return false;
    }
  }
  return run.cuts > 0;
}

void print(const Broken& broken) {
  std::printf("station %ju, cut %ju:\n", std::uintmax_t{broken.station}, std::uintmax_t{broken.cut});
  for (const auto& finding : broken.findings) std::printf("  %s: %s\n", finding.kind.c_str(), finding.text.c_str());
  std::printf("  again with: %s\n", broken.replay.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  PowerRun run;
  if (!read_arguments(argc, argv, run)) {
    std::fputs(usage, stderr);
    return 2;
  }
  loa::log::set_level(loa::log::Level::error);
  std::size_t told = 0;
  const auto result = run_power_cuts(run, [&](const PowerRunResult& so_far) {
    for (; told < so_far.broken.size(); ++told) print(so_far.broken[told]);
    std::fprintf(stderr, "\r%ju of %ju cuts, %zu stations broken", std::uintmax_t{so_far.tally.cuts},
                 std::uintmax_t{run.cuts}, so_far.broken.size());
  });
  std::fprintf(stderr, "\n");
  std::printf("%s\npowercuts: %s\n", result.places().c_str(), result.totals().c_str());
  return result.broken.empty() ? 0 : 1;
}
