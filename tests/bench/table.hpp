#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/result.hpp"

namespace loa::bench {

/// What one side of a line was measured to be, or why it was not.
struct Figures {
  std::vector<double> samples;
  std::string why_not;

  static Figures not_measured(std::string why) { return {{}, std::move(why)}; }
  [[nodiscard]] bool measured() const { return !samples.empty(); }
  [[nodiscard]] double median() const { return quantile(0.5); }
  /// Interquartile range: the spread of the middle half.
  [[nodiscard]] double spread() const { return quantile(0.75) - quantile(0.25); }
  [[nodiscard]] double quantile(double share) const;
};

/// Which figure of the samples stands for a side: is shown, compared and held against the budget.
enum class Judged { median, p99, worst };

/// One line of the table: ours beside its rival, measured in the same run.
struct Line {
  std::string name;
  std::string unit;
  std::string rival_name;
  Figures ours;
  Figures rival;
  bool less_is_better = true;
  std::optional<double> budget = {};
  Judged judged = Judged::median;
  bool no_worse_than_rival = false;     ///< a budget too
  std::vector<std::string> notes = {};  ///< what one must know of the run
};

/// Prints a line as it is done: ours | rival | ratio; medians with their spread in brackets, or median, 99th percentile
/// and worst with the number of samples where one of those is judged.
void print_head();
void print_line(const Line& line);

/// @return whether every budget was measured and is kept
bool within_budgets(const std::vector<Line>& lines);

/// All samples, for programs.
/// @error io
Result<void> save_json(const std::vector<Line>& lines, const std::filesystem::path& path);

}  // namespace loa::bench
