#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tests/system/power_cuts/office/station_life.hpp"

namespace loa::tests {

/// A run of many stations' lives.
struct PowerRun {
  std::uint64_t cuts = 500;
  std::uint64_t seed = 1;
  std::string lie;                    ///< tape.hpp; empty: an honest disk
  std::optional<std::uint64_t> only;  ///< this station alone
  bool stop_at_first = false;
  bool trace = false;  ///< prints every order, word and cut
};

/// Cuts of one station's life.
inline constexpr std::uint64_t cuts_of_a_life = 50;

/// A station in whose life something was found.
struct Broken {
  std::uint64_t station = 0;
  std::uint64_t cut = 0;
  std::vector<Judge::Finding> findings;
  std::string replay;  ///< the command that shows it again
};

struct PowerRunResult {
  Tally tally;
  std::vector<Broken> broken;
  [[nodiscard]] std::uint64_t count(const std::string& kind) const;
  /// "15000 power cuts, …: 0 lost, 0 double, …"
  [[nodiscard]] std::string totals() const;
  /// Where the power failed, as a table.
  [[nodiscard]] std::string places() const;
};

/// @param progress  called after each station's life
PowerRunResult run_power_cuts(const PowerRun& run, const std::function<void(const PowerRunResult&)>& progress);

}  // namespace loa::tests
