#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/table.hpp"

/// The lines of the table. Each measures ours and its rival in the same run, on the same machine, with the same
/// material.
namespace loa::bench {

struct Context {
  std::filesystem::path work;  ///< a folder for this run
  int runs = 5;                ///< samples of each figure
  bool whole = false;          ///< the long lines at full length: an hour and a half together; else a minute each
};

std::vector<Line> measure_sound(const Context& context);  ///< start spread, memory and CPU while playing, readiness
std::vector<Line> measure_idle(const Context& context);   ///< wake-ups and memory of stations with nothing to play
std::vector<Line> measure_ingest(const Context& context);
std::vector<Line> measure_proofs(const Context& context);
std::vector<Line> measure_fan_out(const Context& context);
std::vector<Line> measure_signs(const Context& context);  ///< from an order to the panels of 30 signs
std::vector<Line> measure_plan(const Context& context);   ///< bytes on the wire beside the first form
std::vector<Line> measure_starts(const Context& context);
std::vector<Line> measure_drift(const Context& context);
std::vector<Line> measure_stress(const Context& context);
std::vector<Line> measure_backup(const Context& context);  ///< of a ward that works, beside cp of its folder

/// Repeats a measurement; the first failure is the reason why there is no figure.
Figures sample(int runs, const std::function<Result<double>()>& measure);

/// Sound like speech, always the same for a seed: mono s16 at 48 000 Hz.
std::vector<std::int16_t> bench_sound(double seconds, unsigned seed = 2);

/// Seconds of the monotonic clock.
double now_s();

}  // namespace loa::bench
