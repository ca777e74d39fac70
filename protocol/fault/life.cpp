#include "protocol/fault/life.hpp"

#include <array>

namespace loa::protocol::fault {

std::optional<v1::FaultState> after(v1::FaultState state, Event event) {
  using enum Event;
  struct Row {
    v1::FaultState state;
    Event event;
    v1::FaultState next;
  };
  static constexpr std::array table{
      Row{v1::FAULT_STATE_RESET, appeared, v1::FAULT_STATE_NEW},
      Row{v1::FAULT_STATE_NEW, passed, v1::FAULT_STATE_RESOLVED},
      Row{v1::FAULT_STATE_NEW, acknowledged, v1::FAULT_STATE_ACKNOWLEDGED},
      Row{v1::FAULT_STATE_NEW, recurred, v1::FAULT_STATE_NEW},
      Row{v1::FAULT_STATE_ACKNOWLEDGED, passed, v1::FAULT_STATE_RESOLVED},
      Row{v1::FAULT_STATE_ACKNOWLEDGED, acknowledged, v1::FAULT_STATE_ACKNOWLEDGED},
      Row{v1::FAULT_STATE_ACKNOWLEDGED, recurred, v1::FAULT_STATE_NEW},
      Row{v1::FAULT_STATE_RESOLVED, appeared, v1::FAULT_STATE_NEW},
      Row{v1::FAULT_STATE_RESOLVED, acknowledged, v1::FAULT_STATE_RESOLVED},
      Row{v1::FAULT_STATE_RESOLVED, reset, v1::FAULT_STATE_RESET},
      Row{v1::FAULT_STATE_RESOLVED, aged, v1::FAULT_STATE_RESET},
  };
  for (const Row& row : table) {
    if (row.state == state && row.event == event) return row.next;
  }
  return std::nullopt;
}

}  // namespace loa::protocol::fault
