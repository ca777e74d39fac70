#include "protocol/topic/topic.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "protocol/base/text.hpp"

namespace loa::protocol::topic {
namespace {

struct Row {
  Leaf leaf;
  std::string_view word;
  bool retained;
};
constexpr std::array<Row, 8> table{{
    {Leaf::plan, "plan", true},
    {Leaf::state, "state", true},
    {Leaf::status, "status", true},
    {Leaf::proof, "proof", false},
    {Leaf::receipt, "receipt", true},
    {Leaf::fault, "fault", true},
    {Leaf::answer, "answer", false},
    {Leaf::emergency, "emergency", true},
}};

const Row& row_of(Leaf leaf) { return table.at(static_cast<std::size_t>(leaf)); }

std::optional<Leaf> leaf_of(std::string_view word) {
  for (const Row& row : table) {
    if (row.word == word) return row.leaf;
  }
  return std::nullopt;
}

std::vector<std::string_view> levels_of(std::string_view topic) {
  std::vector<std::string_view> levels;
  while (true) {
    const auto slash = topic.find('/');
    levels.push_back(topic.substr(0, slash));
    if (slash == std::string_view::npos) return levels;
    topic.remove_prefix(slash + 1);
  }
}

std::optional<Parsed> parse_station(const std::vector<std::string_view>& levels) {
  const auto leaf = leaf_of(levels[5]);
  const std::size_t expected = leaf == Leaf::fault ? 7 : 6;
  if (!leaf || levels.size() != expected || !is_id(levels[4])) return std::nullopt;
  if (leaf == Leaf::fault && !is_id(levels[6])) return std::nullopt;
  return Parsed{levels[2], levels[4], leaf, leaf == Leaf::fault ? levels[6] : std::string_view{}, {}};
}

}  // namespace

std::string of_station(std::string_view ward, std::string_view station, Leaf leaf, std::string_view code) {
  auto topic = fmt::format("loa/1/{}/station/{}/{}", ward, station, row_of(leaf).word);
  if (leaf == Leaf::fault) topic += fmt::format("/{}", code);
  return topic;
}

std::string of_command(std::string_view ward, std::string_view group) {
  return fmt::format("loa/1/{}/command/{}", ward, group);
}

std::string of_every_station(std::string_view ward, Leaf leaf) { return of_station(ward, "+", leaf, "+"); }

std::optional<Parsed> parse(std::string_view topic) {
  const auto levels = levels_of(topic);
  if (levels.size() < 5 || levels[0] != "loa" || levels[1] != "1" || !is_id(levels[2])) return std::nullopt;
  if (levels[3] == "command" && levels.size() == 5 && is_id(levels[4])) {
    return Parsed{levels[2], {}, std::nullopt, {}, levels[4]};
  }
  if (levels[3] == "station" && levels.size() >= 6) return parse_station(levels);
  return std::nullopt;
}

bool is_retained(Leaf leaf) { return row_of(leaf).retained; }

}  // namespace loa::protocol::topic
