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

 private:
  [[nodiscard]] double quantile(double share) const;
};

/// One line of the table: ours beside its rival, measured in the same run.
struct Line {
  std::string name;
  std::string unit;
  std::string rival_name;
  Figures ours;
  Figures rival;
  bool less_is_better = true;
  std::optional<double> budget = {};
};

/// Prints a line as it is done: ours | rival | ratio, medians with their spread in brackets.
void print_head();
void print_line(const Line& line);

/// @return whether every budget that was measured is kept
bool within_budgets(const std::vector<Line>& lines);

/// All samples, for programs.
/// @error io
Result<void> save_json(const std::vector<Line>& lines, const std::filesystem::path& path);

}  // namespace loa::bench
