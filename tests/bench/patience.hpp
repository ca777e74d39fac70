#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/players.hpp"

/// Long waits, and what the machine went through meanwhile.
namespace loa::bench {

/// Sleeps until then, telling about every half minute on standard error how far it is.
/// @error io: one of the players has ended, with its last words
Result<void> wait_until(std::int64_t end_us, const std::string& what, std::vector<Player>& players);

/// How busy the machine is while this object lives (/proc/pressure, /proc/loadavg).
class Load {
 public:
  Load();
  /// "machine: 2 cores; waited for a core 34 % of the time, for the disk 12 %; load average 5.2 at the end"
  [[nodiscard]] std::string say() const;

 private:
  double begin_s_;
  double cpu_s_, disk_s_;
};

}  // namespace loa::bench
