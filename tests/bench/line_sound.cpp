#include "tests/bench/players.hpp"

namespace loa::bench {

namespace {

using Perform = Result<Performance> (*)(const std::filesystem::path&, const std::vector<std::int16_t>&);

/// Several performances by fresh players, or why there is none.
struct Season {
  std::vector<Performance> performances;
  std::string why_not;
};

Season play_season(const Context& context, const std::string& name, Perform perform,
                   const std::vector<std::int16_t>& sound) {
  Season season;
  for (int run = 0; run < context.runs; ++run) {
    auto performance = perform(context.work / fmt::format("{}-{}", name, run), sound);
    if (!performance) return {{}, performance.error().text};
    season.performances.push_back(std::move(*performance));
  }
  return season;
}

Figures figures_of(const Season& season, double Performance::*value) {
  Figures figures{{}, season.why_not};
  for (const auto& performance : season.performances) figures.samples.push_back(performance.*value);
  return figures;
}

Figures figures_of(const Season& season, std::vector<double> Performance::*values) {
  Figures figures{{}, season.why_not};
  for (const auto& performance : season.performances) {
    const auto& some = performance.*values;
    figures.samples.insert(figures.samples.end(), some.begin(), some.end());
  }
  return figures;
}

}  // namespace

std::vector<Line> measure_sound(const Context& context) {
  const auto sound = bench_sound(10);
  const auto ours = play_season(context, "ours", perform_ours, sound);
  const auto snap = play_season(context, "snapcast", perform_snapcast, sound);
  const auto ffplay = play_season(context, "ffplay", perform_ffplay, sound);
  const auto both = [&](const char* name, const char* unit, auto value) {
    return Line{name, unit, "4 snapclients 0.26, pcm, buffer 1 s", figures_of(ours, value), figures_of(snap, value)};
  };
  Line memory = both("resident memory while playing", "MB", &Performance::resident_mb);
  Line cpu = both("CPU while playing", "% core", &Performance::cpu_percent);
  Line ready = both("process start to ready to play", "ms", &Performance::ready_ms);
  memory.budget = 16;
  cpu.budget = 2;
  ready.budget = 200;
  Line memory_ffplay{"resident memory while playing", "MB", "ffplay -nodisp, Opus", memory.ours,
                     figures_of(ffplay, &Performance::resident_mb)};
  Line cpu_ffplay{"CPU while playing", "% core", "ffplay -nodisp, Opus", cpu.ours,
                  figures_of(ffplay, &Performance::cpu_percent)};
  return {both("spread of 4 starts", "us", &Performance::start_spread_us),
          both("worst spread of 4 until the end", "us", &Performance::worst_spread_us),
          memory,
          memory_ffplay,
          cpu,
          cpu_ffplay,
          ready};
}

}  // namespace loa::bench
