#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headend/model/terms.hpp"
#include "protocol/message/loa.pb.h"

/// What stations last said of themselves, and what the head-end finds of them.
namespace loa::headend::model {

/// What a station last said about itself.
struct StationStatus {
  std::string station;
  bool online = false;    ///< a hint: comes unsigned from the broker
  WallTime online_since;  ///< when `online` last changed, or "not online" was first said after a status
  std::string boot;
  std::optional<v1::Status> status;  ///< signed
  std::optional<WallTime> status_received;
};

/// Code of the head-end's finding that two boxes speak as one station.
inline constexpr std::string_view identity_twice = "identity-twice";
/// Code of the head-end's finding that a station's clock contradicts its own; of station "": that its own contradicts
/// its stations'.
inline constexpr std::string_view clock_off = "clock-off";
/// Code of the finding that a station was removed and has not said that it is silent.
inline constexpr std::string_view removed_unheard = "removed-unheard";
/// Code of the head-end's finding that a station's plan says less than the ward wants, or was not taken.
inline constexpr std::string_view plan_behind = "plan-behind";
/// So far the two may be apart before a person is told: more than a NETWORK clock may be wrong (16 s) and a message may
/// take.
inline constexpr std::chrono::seconds clock_tolerance{30};

/// From that instant on a station's clock was so far ahead of the head-end's, until the station's next finding. Of
/// station "": the head-end's clock was so far ahead of its stations', so an instant that it wrote down is that much
/// too late.
struct ClockFinding {
  std::string station;
  WallTime since;
  Micros ahead{0};  ///< negative: behind; 0: they agreed again
};

/// A fault of a station, or of the head-end when `station` is empty.
struct FaultRecord {
  std::string station;
  std::string code;
  v1::FaultState state = v1::FAULT_STATE_NEW;
  WallTime since;
  WallTime changed;
  std::uint32_t count = 1;
  std::string text;
};

/// Whether a fault of this code is the head-end's own finding about a station, not the station's word.
bool is_of_headend(std::string_view code);

}  // namespace loa::headend::model
