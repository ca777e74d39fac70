#include "tools/cli/print.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <chrono>

namespace loa::tools::cli {
namespace {

long long monotonic_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool continues = (byte & 0xc0U) == 0x80U;
    const bool combines = (byte == 0xcc || (byte == 0xcd && at + 1 < text.size() &&
                                            static_cast<unsigned char>(text[at + 1]) <= 0xaf));  // U+0300…U+036F
    if (!continues && !combines) ++columns;
  }
  return columns;
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - columns_of(row[i]) + 2, ' ');
    }
    fmt::print("{}\n", line);
  }
  if (rows.size() < 2) fmt::print("(trống · none)\n");
}

void print_json(const boost::json::value& value) { fmt::print("{}\n", boost::json::serialize(value)); }

void tell(bool as_json, const boost::json::value& value, std::string_view text) {
  if (as_json) return print_json(value);
  fmt::print("{}\n", text);
}

std::string format_length(long long microseconds) {
  const long long seconds = microseconds / 1'000'000;
  if (seconds >= 3600) return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (seconds >= 600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}.{}", seconds / 60, seconds % 60, microseconds / 100'000 % 10);
}

std::string join(const std::vector<std::string>& texts) {
  return texts.empty() ? "–" : fmt::format("{}", fmt::join(texts, ", "));
}

ProgressLine::ProgressLine(std::string what) : what_(std::move(what)), begun_ms_(monotonic_ms()) {}

ProgressLine::~ProgressLine() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void ProgressLine::show(double share) {
  if (monotonic_ms() - begun_ms_ < 1000 || ::isatty(STDERR_FILENO) == 0) return;
  shown_ = true;
  fmt::print(stderr, "\r{} {:3.0f} %", what_, share * 100);
  std::fflush(stderr);
}

}  // namespace loa::tools::cli
