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

std::string format_figures(const Figures& figures) {
  if (!figures.measured()) return "not measured";
  return fmt::format("{} ({})", format_number(figures.median()), format_number(figures.spread()));
}

std::string format_ratio(const Line& line) {
  if (!line.ours.measured() || !line.rival.measured() || line.rival.median() <= 0) return "-";
  return fmt::format("{:.2f}", line.ours.median() / line.rival.median());
}

bool keeps_budget(const Line& line) {
  if (!line.budget || !line.ours.measured()) return true;
  return line.less_is_better ? line.ours.median() <= *line.budget : line.ours.median() >= *line.budget;
}

std::string format_budget(const Line& line) {
  if (!line.budget) return "";
  const char* verdict = !line.ours.measured() ? "" : keeps_budget(line) ? " kept" : " BROKEN";
  return fmt::format("{} {}{}", line.less_is_better ? "≤" : "≥", format_number(*line.budget), verdict);
}

json::object figures_to_json(const Figures& figures) {
  if (!figures.measured()) return {{"not_measured", figures.why_not}};
  return {{"median", figures.median()},
          {"iqr", figures.spread()},
          {"samples", json::array(figures.samples.begin(), figures.samples.end())}};
}

json::object line_to_json(const Line& line) {
  json::object object{{"name", line.name},
                      {"unit", line.unit},
                      {"less_is_better", line.less_is_better},
                      {"ours", figures_to_json(line.ours)},
                      {"rival_name", line.rival_name},
                      {"rival", figures_to_json(line.rival)}};
  if (line.budget) object["budget"] = *line.budget;
  return object;
}

json::object machine_to_json() {
  utsname name{};
  ::uname(&name);
  return {{"kernel", name.release}, {"cpu", name.machine}, {"cores", std::thread::hardware_concurrency()}};
}

}  // namespace

void print_head() {
  fmt::print("{:<44} {:>8}  {:>18}  {:>18}  {:>6}  {:<14} {}\n", "line: median (interquartile range)", "unit", "ours",
             "rival", "ratio", "budget", "rival is");
}

void print_line(const Line& line) {
  fmt::print("{:<44} {:>8}  {:>18}  {:>18}  {:>6}  {:<14} {}\n", line.name, line.unit, format_figures(line.ours),
             format_figures(line.rival), format_ratio(line), format_budget(line), line.rival_name);
  if (!line.ours.why_not.empty()) fmt::print("    ours: not measured: {}\n", line.ours.why_not);
  if (!line.rival.why_not.empty()) fmt::print("    rival: not measured: {}\n", line.rival.why_not);
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
