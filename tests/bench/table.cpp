#include "tests/bench/table.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <thread>

#include "protocol/base/file.hpp"
#include "protocol/base/time.hpp"

namespace loa::bench {

namespace json = boost::json;

double Figures::quantile(double share) const {
  if (samples.empty()) return 0;
  auto sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

namespace {

std::string format_number(double value) {
  const double size = std::abs(value);
  return size >= 100  ? fmt::format("{:.0f}", value)
         : size >= 10 ? fmt::format("{:.1f}", value)
                      : fmt::format("{:.2f}", value);
}

std::string format_figures(const Figures& figures, Judged judged) {
  if (!figures.measured()) return "not measured";
  if (judged == Judged::median) {
    return fmt::format("{} ({})", format_number(figures.median()), format_number(figures.spread()));
  }
  return fmt::format("{} / {} / {} n={}", format_number(figures.median()), format_number(figures.quantile(0.99)),
                     format_number(figures.quantile(1)), figures.samples.size());
}

double figure_of(const Figures& figures, Judged judged) {
  return figures.quantile(judged == Judged::median ? 0.5 : judged == Judged::p99 ? 0.99 : 1);
}

std::string format_ratio(const Line& line) {
  const bool both = line.ours.measured() && line.rival.measured();
  const double rival = both ? figure_of(line.rival, line.judged) : 0;
  return rival > 0 ? fmt::format("{:.3g}", figure_of(line.ours, line.judged) / rival) : "-";
}

bool is_better_or_equal(const Line& line, double than) {
  const double ours = figure_of(line.ours, line.judged);
  return line.less_is_better ? ours <= than : ours >= than;
}

bool keeps_budget(const Line& line) {
  if (!line.budget && !line.no_worse_than_rival) return true;
  if (!line.ours.measured()) return false;
  if (line.budget && !is_better_or_equal(line, *line.budget)) return false;
  if (!line.no_worse_than_rival) return true;
  return line.rival.measured() && is_better_or_equal(line, figure_of(line.rival, line.judged));
}

const char* name_of(Judged judged) {
  return judged == Judged::median ? "median" : judged == Judged::p99 ? "p99" : "worst";
}

std::string format_budget(const Line& line) {
  if (!line.budget && !line.no_worse_than_rival) return "";
  std::string text = line.judged == Judged::median ? "" : std::string{name_of(line.judged)} + " ";
  if (line.budget) text += fmt::format("{} {}", line.less_is_better ? "≤" : "≥", format_number(*line.budget));
  if (line.no_worse_than_rival) text += line.budget ? ", rival" : "≤ rival";
  return text + (!line.ours.measured() ? " NOT SHOWN" : keeps_budget(line) ? " kept" : " BROKEN");
}

json::object figures_to_json(const Figures& figures) {
  if (!figures.measured()) return {{"not_measured", figures.why_not}};
  return {{"median", figures.median()},
          {"iqr", figures.spread()},
          {"p99", figures.quantile(0.99)},
          {"worst", figures.quantile(1)},
          {"samples", json::array(figures.samples.begin(), figures.samples.end())}};
}

json::object line_to_json(const Line& line) {
  json::object object{{"name", line.name},
                      {"unit", line.unit},
                      {"less_is_better", line.less_is_better},
                      {"ours", figures_to_json(line.ours)},
                      {"rival_name", line.rival_name},
                      {"rival", figures_to_json(line.rival)}};
  object["judged"] = name_of(line.judged);
  if (line.budget) object["budget"] = *line.budget;
  object["no_worse_than_rival"] = line.no_worse_than_rival;
  object["budget_kept"] = keeps_budget(line);
  object["notes"] = json::array(line.notes.begin(), line.notes.end());
  return object;
}

json::object machine_to_json() {
  utsname name{};
  ::uname(&name);
  return {{"kernel", name.release}, {"cpu", name.machine}, {"cores", std::thread::hardware_concurrency()}};
}

}  // namespace

void print_head() {
  fmt::print("{:<44} {:>8}  {:>28}  {:>28}  {:>7}  {:<25} {}\n", "line: median (iqr), or p50 / p99 / worst", "unit",
             "ours", "rival", "ratio", "budget", "rival is");
}

void print_line(const Line& line) {
  fmt::print("{:<44} {:>8}  {:>28}  {:>28}  {:>7}  {:<25} {}\n", line.name, line.unit,
             format_figures(line.ours, line.judged), format_figures(line.rival, line.judged), format_ratio(line),
             format_budget(line), line.rival_name);
  if (!line.ours.why_not.empty()) fmt::print("    ours: not measured: {}\n", line.ours.why_not);
  if (!line.rival.why_not.empty()) fmt::print("    rival: not measured: {}\n", line.rival.why_not);
  for (const auto& note : line.notes) fmt::print("    {}\n", note);
  std::fflush(stdout);
}

bool within_budgets(const std::vector<Line>& lines) { return std::all_of(lines.begin(), lines.end(), keeps_budget); }

Result<void> save_json(const std::vector<Line>& lines, const std::filesystem::path& path) {
  const auto now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
  json::object whole{{"made", format_utc(now)}, {"machine", machine_to_json()}};
  json::array all;
  for (const auto& line : lines) all.push_back(line_to_json(line));
  whole["lines"] = std::move(all);
  LOA_TRY(make_folders(path.parent_path()));
  return save_file(path, json::serialize(whole) + "\n");
}

}  // namespace loa::bench
