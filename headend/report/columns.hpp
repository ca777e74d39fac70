#pragma once
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "headend/report/report.hpp"

/// Tables of text: a column is one line of data.
namespace loa::headend::report {

/// A column: its heading in both languages, and what it says of a row.
template <class T>
struct Column {
  std::string vi;
  std::string en;
  std::function<std::string(const T&)> cell;
  bool right = false;  ///< figures stand to the right
};

using Line = std::vector<std::string>;

/// Aligns lines under each other.
/// @param right  for each column: to the right
std::string aligned(const std::vector<Line>& lines, const std::vector<bool>& right);

/// Sets rows under two headings, Vietnamese first; "" for no rows.
template <class T>
std::string table(const std::vector<Column<T>>& columns, const std::vector<T>& rows, bool headings = true) {
  if (rows.empty()) return {};
  Line vi, en;
  std::vector<bool> right;
  for (const auto& column : columns) {
    vi.push_back(column.vi);
    en.push_back(column.en);
    right.push_back(column.right);
  }
  std::vector<Line> lines;
  if (headings) lines = {vi, en};
  for (const auto& row : rows) {
    Line line;
    for (const auto& column : columns) line.push_back(column.cell(row));
    lines.push_back(std::move(line));
  }
  return aligned(lines, right) + "\n";
}

/// "1:02:03.456"
std::string clock_length(Micros length);
/// "99.50 %"; "–" of nothing
std::string percent(Micros part, Micros whole);

}  // namespace loa::headend::report
