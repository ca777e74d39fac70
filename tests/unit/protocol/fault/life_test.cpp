#include "protocol/fault/life.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/protocol/normative.hpp"

namespace loa::protocol::fault {
namespace {

constexpr auto none = v1::FAULT_STATE_RESET;
constexpr auto fresh = v1::FAULT_STATE_NEW;
constexpr auto acknowledged = v1::FAULT_STATE_ACKNOWLEDGED;
constexpr auto resolved = v1::FAULT_STATE_RESOLVED;

TEST(FaultState, TheTableIsWhole) {
  struct Cell {
    v1::FaultState state;
    Event event;
    std::optional<v1::FaultState> next;
  };
  const Cell cells[] = {
      {none, Event::appeared, fresh},
      {none, Event::passed, {}},
      {none, Event::acknowledged, {}},
      {none, Event::recurred, {}},
      {none, Event::reset, {}},
      {none, Event::aged, {}},
      {fresh, Event::appeared, {}},
      {fresh, Event::passed, resolved},
      {fresh, Event::acknowledged, acknowledged},
      {fresh, Event::recurred, fresh},
      {fresh, Event::reset, {}},
      {fresh, Event::aged, {}},
      {acknowledged, Event::appeared, {}},
      {acknowledged, Event::passed, resolved},
      {acknowledged, Event::acknowledged, acknowledged},
      {acknowledged, Event::recurred, fresh},
      {acknowledged, Event::reset, {}},
      {acknowledged, Event::aged, {}},
      {resolved, Event::appeared, fresh},
      {resolved, Event::passed, {}},
      {resolved, Event::acknowledged, resolved},
      {resolved, Event::recurred, {}},
      {resolved, Event::reset, none},
      {resolved, Event::aged, none},
  };
  static_assert(std::size(cells) == 4 * 6);
  for (const auto& cell : cells) {
    EXPECT_EQ(after(cell.state, cell.event), cell.next)
        << v1::FaultState_Name(cell.state) << " event " << static_cast<int>(cell.event);
  }
}

/// What a cell of the normative table says of the state: one that follows, or that it stays.
std::optional<v1::FaultState> state_in(const std::string& cell) {
  for (const auto& [word, state] : std::map<std::string, v1::FaultState>{
           {"NEW", fresh}, {"ACKNOWLEDGED", acknowledged}, {"RESOLVED", resolved}, {"RESET", none}}) {
    if (cell.starts_with(word)) return state;
  }
  return std::nullopt;
}

TEST(FaultState, IsWhatTheProtocolPrints) {
  const Event columns[] = {Event::appeared, Event::passed, Event::acknowledged,
                           Event::recurred, Event::reset,  Event::aged};
  const std::map<std::string, v1::FaultState> states{
      {"–", none}, {"NEW", fresh}, {"ACKNOWLEDGED", acknowledged}, {"RESOLVED", resolved}};
  std::size_t cells = 0;
  for (const auto& row : normative::rows_below("## 10.")) {
    if (row.cells.size() != 1 + std::size(columns)) continue;  // another table
    ASSERT_TRUE(states.contains(row.cells[0])) << "PROTOCOL.md:" << row.line;
    const auto state = states.at(row.cells[0]);
    for (std::size_t i = 0; i < std::size(columns); ++i, ++cells) {
      const auto& cell = row.cells[i + 1];
      EXPECT_EQ(after(state, columns[i]).value_or(state), state_in(cell).value_or(state))
          << "PROTOCOL.md:" << row.line << ": " << row.cells[0] << ", column " << i + 2 << ": " << cell;
    }
  }
  EXPECT_EQ(cells, 4U * 6U);
}

}  // namespace
}  // namespace loa::protocol::fault
