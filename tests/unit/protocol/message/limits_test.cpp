#include "protocol/message/limits.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "tests/unit/protocol/normative.hpp"

namespace loa::protocol::message {
namespace {

using normative::Row;
using normative::rows_below;

/// A number as PROTOCOL.md writes it: "20 000", "−6 000".
std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), " ");
  return (value < 0 ? "−" : "") + digits;
}

std::string written(const Limit& limit) {
  const auto in = [&](std::int64_t unit) { return limit.value % unit == 0 && limit.value >= unit; };
  const auto of = [&](std::int64_t unit, const char* name) { return grouped(limit.value / unit) + " " + name; };
  switch (limit.unit) {
    case Unit::bytes:
      if (in(1LL << 30)) return of(1LL << 30, "GiB");
      return in(1LL << 20) ? of(1LL << 20, "MiB") : of(1, "bytes");
    case Unit::micros:
      if (in(2 * 86'400'000'000)) return of(86'400'000'000, "days");
      if (in(3'600'000'000)) return of(3'600'000'000, "h");
      return in(1'000'000) ? of(1'000'000, "s") : of(1'000, "ms");
    case Unit::instant:
      return format_utc(wall_from_us(limit.value)).substr(0, 4);
    case Unit::none:
      break;
  }
  return grouped(limit.value);
}

/// Every row of §5 by the name that `Limit::where` has for it.
std::map<std::string, Row> rows() {
  std::map<std::string, Row> rows;
  const auto add = [&](const std::string& table, const std::string& heading) {
    for (const auto& row : rows_below(heading)) {
      const auto from = row.cells[0].find('`') + 1;
      rows[table + row.cells[0].substr(from, row.cells[0].find('`', from) - from)] = row;
    }
  };
  for (const char* table : {"Plan", "Cue", "Policy", "Proof"})
    add(std::string{table} + ".", std::string{"### "} + table);
  add("5a.", "### 5a");
  add("", "### The others");
  return rows;
}

/// The figures of a row that are limits: behind ≤, ± and +, at both sides of …, and counts of bytes.
std::set<std::string> figures_of(std::string text) {
  text = std::regex_replace(text, std::regex{" (random|zero) bytes"}, " bytes");
  static const std::string number = "(?:−)?[0-9]+(?: [0-9]{3})*(?: (?:GiB|MiB|bytes|days|h|ms|s|µs)\\b)?";
  static const std::regex patterns[] = {std::regex{"(?:≤ |±|\\+ |at most |…)(" + number + ")"},
                                        std::regex{"(" + number + ")…"}, std::regex{"([0-9]+(?: [0-9]{3})* bytes)"}};
  std::set<std::string> figures;
  for (const auto& pattern : patterns) {
    for (std::sregex_iterator found{text.begin(), text.end(), pattern}, end; found != end; ++found)
      figures.insert((*found)[1]);
  }
  for (const char* nothing : {"0", "1", "1 µs", "1970"}) figures.erase(nothing);
  return figures;
}

std::vector<std::string> places_of(const Limit& limit) {
  std::vector<std::string> places{""};
  for (const char c : limit.where) {
    if (c == ' ') {
      places.emplace_back();
    } else {
      places.back() += c;
    }
  }
  return places;
}

TEST(Limits, EachStandsInTheProtocolWhereTheListSaysSo) {
  const auto all = rows();
  for (const auto& limit : limits) {
    for (const auto& place : places_of(limit)) {
      const auto row = all.find(place);
      ASSERT_NE(row, all.end()) << limit.name << " names " << place << ", which PROTOCOL.md §5 does not have";
      EXPECT_TRUE(figures_of(row->second.cells[1]).contains(written(limit)))
          << "PROTOCOL.md:" << row->second.line << ": " << place << " does not state " << limit.name << ", "
          << written(limit) << ": " << row->second.cells[1];
    }
  }
}

TEST(Limits, TheProtocolStatesNoOther) {
  // What an object may be is checked where it is decoded (content/picture); "armed ≤ 3 s before" is no limit of a
  // field.
  const std::set<std::string> elsewhere{"Cue.medium", "Proof.clock_grade"};
  std::map<std::string, std::set<std::string>> listed;
  for (const auto& limit : limits) {
    for (const auto& place : places_of(limit)) listed[place].insert(written(limit));
  }
  const auto all = rows();
  EXPECT_GT(all.size(), 50U) << "the tables of §5 were found";
  for (const auto& [place, row] : all) {
    if (elsewhere.contains(place)) continue;
    for (const auto& figure : figures_of(row.cells[1])) {
      EXPECT_TRUE(listed[place].contains(figure))
          << "PROTOCOL.md:" << row.line << ": " << place << " states " << figure << ", which no limit of the list is";
    }
  }
}

}  // namespace
}  // namespace loa::protocol::message
