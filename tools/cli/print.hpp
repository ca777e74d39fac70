#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace loa::tools::cli {

/// Columns on a terminal that a text takes: combining marks take none.
std::size_t columns_of(std::string_view text);

/// Cells lined up in columns, the first row is the head. No row but the head: "(trống · none)".
void print_table(const std::vector<std::vector<std::string>>& rows);

/// One line of JSON.
void print_json(const boost::json::value& value);

/// The one or the other: a program's line, or people's.
void tell(bool as_json, const boost::json::value& value, std::string_view text);

/// "1:02:03" or "2:03" for people; fraction in tenths below ten minutes.
std::string format_length(long long microseconds);

/// "a, b" or "–" for none.
std::string join(const std::vector<std::string>& texts);

/// Says how far something long has come, on a terminal only, from the second second on; its line goes with it.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// @param share  0…1
  void show(double share);

 private:
  std::string what_;
  long long begun_ms_;
  bool shown_ = false;
};

}  // namespace loa::tools::cli
