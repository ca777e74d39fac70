// loa-bench: the table of figures, each beside its rival. tools/bench builds and calls it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "tests/bench/bench.hpp"
#include "tests/support/temp_folder.hpp"

int main(int argc, char** argv) {
  using namespace loa::bench;
  using Measure = std::vector<Line> (*)(const Context&);
  const std::vector<std::pair<std::string, Measure>> all{
      {"sound", measure_sound},     {"idle", measure_idle},     {"ingest", measure_ingest}, {"proofs", measure_proofs},
      {"fan-out", measure_fan_out}, {"plan", measure_plan},     {"signs", measure_signs},   {"starts", measure_starts},
      {"drift", measure_drift},     {"stress", measure_stress}, {"backup", measure_backup}};

  std::string json_path;
  std::vector<std::string> only;
  Context context;
  CLI::App app("Measures loa beside its rivals and prints a table.", "loa-bench");
  app.add_option(
         "lines", only,
         "sound, idle, ingest, proofs, fan-out, plan, signs, starts, drift, stress, backup; all when none is named")
      ->check(CLI::IsMember(
          {"sound", "idle", "ingest", "proofs", "fan-out", "plan", "signs", "starts", "drift", "stress", "backup"}));
  app.add_flag("--long", context.whole,
               "signs, starts, drift and stress at full length: 100 orders, 1 000 starts, 60 minutes, 10 minutes");
  app.add_option("--runs", context.runs, "samples of each figure")->check(CLI::Range(1, 100));
  app.add_option("--json", json_path, "file for all samples");
  CLI11_PARSE(app, argc, argv);

  const loa::tests::TempFolder work("loa-bench");
  std::vector<Line> lines;
  print_head();
  for (const auto& [name, measure] : all) {
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
    context.work = work / name;
    std::filesystem::create_directory(context.work);
    for (auto& line : measure(context)) {
      print_line(line);
      lines.push_back(std::move(line));
    }
  }
  if (!json_path.empty()) {
    if (const auto saved = save_json(lines, json_path); !saved) {
      fmt::print(stderr, "loa-bench: {}\n", saved.error().text);
      return 1;
    }
  }
  return within_budgets(lines) ? 0 : 2;
}
