#include "headend/report/columns.hpp"

#include <algorithm>

namespace loa::headend::report {
namespace {

/// Columns that a text takes on a terminal: combining marks take none, all else of our alphabets one.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) == 0x80) continue;
    const bool combining =
        (byte == 0xcc || (byte == 0xcd && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xb0));
    if (!combining) ++width;
  }
  return width;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return right ? blanks + text : text + blanks;
}

}  // namespace

std::string aligned(const std::vector<Line>& lines, const std::vector<bool>& right) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i)
      row += (i == 0 ? "  " : "   ") + padded(line[i], widths[i], i < right.size() && right[i]);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string clock_length(Micros length) {
  const auto ms = std::chrono::round<std::chrono::milliseconds>(length).count();
  return fmt::format("{}:{:02}:{:02}.{:03}", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

std::string percent(Micros part, Micros whole) {
  if (whole == Micros{0}) return "–";
  return fmt::format("{:.2f} %", 100.0 * static_cast<double>(part.count()) / static_cast<double>(whole.count()));
}

}  // namespace loa::headend::report
