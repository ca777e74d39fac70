#pragma once
#include <optional>

#include "protocol/message/loa.pb.h"

/// The life of a fault, as both sides keep it (PROTOCOL.md §10, "Life of a fault").
namespace loa::protocol::fault {

enum class Event {
  appeared,      ///< its condition is there, and was not
  passed,        ///< its condition has stayed away for the hold
  acknowledged,  ///< somebody looks after it
  recurred,      ///< what is an event and no condition (software-restart) happened again: news each time
  reset,         ///< somebody wants it forgotten
  aged,          ///< it has been resolved for a week
};

/// Gives the state that follows; FAULT_STATE_RESET stands for a fault that is not there.
///
///   state         appeared   passed     acknowledged  recurred  reset   aged
///   (none)        NEW        –          –             –         –       –
///   NEW           –          RESOLVED   ACKNOWLEDGED  NEW       –       –
///   ACKNOWLEDGED  –          RESOLVED   ACKNOWLEDGED  NEW       –       –
///   RESOLVED      NEW        –          RESOLVED      –         (none)  (none)
///
/// @return absent: nothing of this kind can happen to it now
std::optional<v1::FaultState> after(v1::FaultState state, Event event);

}  // namespace loa::protocol::fault
