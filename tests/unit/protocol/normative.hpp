#pragma once
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

/// The tables of PROTOCOL.md, for the tests that hold the code against them.
namespace loa::protocol::normative {

struct Row {
  std::size_t line = 0;  ///< in PROTOCOL.md, from 1
  std::vector<std::string> cells;
};

/// Lists the rows of every table between a line that begins so and the next heading, but for their two head lines.
inline std::vector<Row> rows_below(std::string_view heading) {
  std::ifstream file{LOA_PROTOCOL_MD};
  std::vector<Row> rows;
  bool inside = false;
  std::size_t number = 0, head = 0;
  for (std::string text; std::getline(file, text);) {
    ++number;
    if (text.starts_with(heading)) {
      inside = true;
    } else if (text.starts_with("#")) {
      inside = false;
    }
    if (!text.starts_with("|")) head = 0;
    if (!inside || !text.starts_with("|") || ++head <= 2) continue;
    Row row{number, {}};
    for (std::size_t at = 1, end = 0; (end = text.find('|', at)) != std::string::npos; at = end + 1) {
      auto cell = text.substr(at, end - at);
      cell.erase(0, cell.find_first_not_of(' '));
      cell.erase(cell.find_last_not_of(' ') + 1);
      row.cells.push_back(std::move(cell));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace loa::protocol::normative
