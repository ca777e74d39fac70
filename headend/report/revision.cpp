#include "headend/report/revision.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <optional>
#include <tuple>

#include "headend/report/figures.hpp"

namespace loa::headend::report {
namespace {

using boost::json::object;
using boost::json::value;

using RowKey = std::tuple<std::string, std::string, std::string, std::string>;  // table, id, medium, title
using Leaves = std::map<std::string, std::int64_t>;

struct Line {
  std::string name;
  Leaves leaves;
};
using Lines = std::map<RowKey, Line>;

std::optional<std::int64_t> integer_of(const value& found) {
  if (found.is_int64()) return found.get_int64();
  if (found.is_uint64()) return static_cast<std::int64_t>(found.get_uint64());
  return std::nullopt;
}

std::string text_at(const object& row, std::string_view key) {
  const auto* found = row.if_contains(key);
  return found && found->is_string() ? std::string{found->get_string()} : std::string{};
}

void add_leaves(Leaves& leaves, const std::string& prefix, const object& row) {
  for (const auto& [key, found] : row) {
    const auto path = prefix + std::string{key};
    if (const auto number = integer_of(found)) leaves[path] = *number;
    if (found.is_object()) add_leaves(leaves, path + ".", found.get_object());
  }
}

Line& line_of(Lines& lines, const std::string& table, const object& row) {
  auto& line = lines[{table, text_at(row, "id"), text_at(row, "medium"), text_at(row, "title")}];
  line.name = text_at(row, "name");
  return line;
}

Result<Lines> lines_of(std::string_view figures) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(figures, error);
  if (error || !parsed.is_object()) return fail(ErrorCode::invalid, "the figures of a report are no JSON object");
  Lines lines;
  for (const auto& [key, found] : parsed.get_object()) {
    const std::string table{key};
    if (const auto number = integer_of(found)) lines[{"counts", "", "", ""}].leaves[table] = *number;
    if (!found.is_array()) continue;
    for (const auto& row : found.get_array()) {
      if (row.is_object()) add_leaves(line_of(lines, table, row.get_object()).leaves, {}, row.get_object());
    }
  }
  return lines;
}

void add_changes(std::vector<Change>& changes, const RowKey& key, const Line* before, const Line* after) {
  std::map<std::string, std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>> figures;
  if (before) {
    for (const auto& [path, number] : before->leaves) figures[path].first = number;
  }
  if (after) {
    for (const auto& [path, number] : after->leaves) figures[path].second = number;
  }
  const auto& [table, id, medium, title] = key;
  const auto& name = after ? after->name : before->name;
  for (const auto& [path, pair] : figures) {
    const auto& [was, is] = pair;
    const bool one_build_only = before && after && (!was || !is);
    if (one_build_only || was.value_or(0) == is.value_or(0)) continue;
    changes.push_back({table, id, title.empty() ? name : title, medium, path, was.value_or(0), is.value_or(0)});
  }
}

}  // namespace

std::string format_figures(const Report& report) { return boost::json::serialize(figures_of(report)); }

Result<std::vector<Change>> changes_between(std::string_view before, std::string_view after) {
  LOA_TRY_LET(const auto was, lines_of(before));
  LOA_TRY_LET(const auto is, lines_of(after));
  std::vector<Change> changes;
  for (const auto& [key, line] : was) {
    const auto found = is.find(key);
    add_changes(changes, key, &line, found == is.end() ? nullptr : &found->second);
  }
  for (const auto& [key, line] : is) {
    if (!was.contains(key)) add_changes(changes, key, nullptr, &line);
  }
  return changes;
}

Result<void> revise(store::Store& store, Report& report, const std::string& station, Keep keep) {
  if (!is_closed(report)) return {};
  const auto figures = format_figures(report);
  return store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY_LET(const auto kept, unit.reports().revisions(report.from, report.to, station));
    Revision revision{1, report.made, keep == Keep::yes, {}};
    if (!kept.empty()) {
      LOA_TRY_LET(revision.changes, changes_between(kept.back().figures, figures));
      revision.number = kept.back().number + 1;
    }
    if (!kept.empty() && revision.changes.empty()) {
      revision = {kept.back().number, kept.back().made, true, {}};
      if (kept.size() > 1) {
        LOA_TRY_LET(revision.changes, changes_between(kept[kept.size() - 2].figures, kept.back().figures));
      }
    } else if (keep == Keep::yes) {
      LOA_TRY(unit.reports().put({report.from, report.to, station, revision.number, report.made, figures}));
    }
    report.revision = std::move(revision);
    return {};
  });
}

}  // namespace loa::headend::report
