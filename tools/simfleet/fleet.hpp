#pragma once
#include <cstdio>
#include <filesystem>
#include <functional>

#include "tools/simfleet/verdict.hpp"
#include "tools/simfleet/weather.hpp"

namespace loa::tools::simfleet {

/// One run: everything that decides what happens in it.
struct Options {
  std::size_t stations = 10;
  int days = 7;
  std::uint64_t seed = 1;
  std::set<Fault> faults;
  double often = 1;               ///< times so often as in the field come the rare faults
  std::filesystem::path scratch;  ///< folder for the disks, made and emptied; best on tmpfs
  std::FILE* log = nullptr;       ///< receives the event log
  std::int64_t lie_us = 0;        ///< self-check: each proof claims so much more than was emitted
  std::function<void(int day)> progress;
};

struct Outcome {
  Verdict verdict;
  std::string digest;  ///< of the event log: the same for the same options
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t events = 0;
};

/// Runs a fleet from its first boot, lets the faults end, waits until everything could be handed over, and compares.
/// @error io: the scratch folder · of the store
Result<Outcome> run(const Options& options);

}  // namespace loa::tools::simfleet
