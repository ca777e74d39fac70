#include "tests/system/power_cuts/office/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <set>

#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;

/// tmpfs where there is one: these disks are simulated.
fs::path scratch() {
  const fs::path memory = "/dev/shm";
  const bool usable = ::access(memory.c_str(), W_OK) == 0;
  return (usable ? memory : fs::temp_directory_path()) / fmt::format("loa-power-{}", ::getpid());
}

}  // namespace

std::uint64_t PowerRunResult::count(const std::string& kind) const {
  std::uint64_t sum = 0;
  for (const auto& station : broken) {
    for (const auto& finding : station.findings) sum += kind.empty() || finding.kind == kind ? 1 : 0;
  }
  return sum;
}

std::string PowerRunResult::totals() const {
  const std::uint64_t named = count("lost") + count("double") + count("false");
  return fmt::format(
      "{} power cuts and {} kills: {} proofs, {} receipts, {} plans, {} commands, {} objects; {} lost, {} double, {} "
      "false, {} other",
      tally.cuts, tally.kills, tally.proofs, tally.receipts, tally.plans, tally.commands, tally.objects, count("lost"),
      count("double"), count("false"), count("") - named);
}

std::string PowerRunResult::places() const {
  static constexpr const char* columns[] = {"before sync",  "after sync", "before change",
                                            "after change", "idle",       "starting"};
  std::set<std::string> rooms;
  for (const auto& [place, cuts] : tally.places) rooms.insert(place.first);
  std::string table = fmt::format("{:22}", "power failed at");
  for (const auto* column : columns) table += fmt::format("{:>15}", column);
  for (const auto& room : rooms) {
    table += fmt::format("\n{:22}", room);
    for (const auto* column : columns) {
      const auto found = tally.places.find({room, column});
      table += fmt::format("{:>15}", found == tally.places.end() ? 0 : found->second);
    }
  }
  return table;
}

PowerRunResult run_power_cuts(const PowerRun& run, const std::function<void(const PowerRunResult&)>& progress) {
  PowerRunResult result;
  const std::uint64_t stations = (run.cuts + cuts_of_a_life - 1) / cuts_of_a_life;
  for (std::uint64_t station = 0; station < stations; ++station) {
    if (run.only && station != *run.only) continue;
    StationLife life{scratch(), run.seed * 1'000'003 + station, run.lie, run.trace};
    const auto cut = life.live(std::min(cuts_of_a_life, run.cuts - station * cuts_of_a_life));
    result.tally.add(life.tally());
    if (cut != 0) {
      result.broken.push_back({station, cut, life.findings(),
                               fmt::format("loa-powercuts --cuts {} --seed {} --station {}{}", run.cuts, run.seed,
                                           station, run.lie.empty() ? "" : " --lie " + run.lie)});
    }
    progress(result);
    if (cut != 0 && run.stop_at_first) break;
  }
  return result;
}

}  // namespace loa::tests
