#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Takes a broker's word on whether a station is connected into what was known. `online_since` stays while the word
/// stays the same, unless a status came after "not online" was first said.
/// @param before  absent: it never said anything
StationStatus with_state(const std::optional<StationStatus>& before, const std::string& station, bool online,
                         const std::string& boot, WallTime at);

/// Takes a station's signed status into what was known. One that was never heard of is online.
StationStatus with_status(const std::optional<StationStatus>& before, const std::string& station,
                          const v1::Status& status, WallTime at);

/// Code of the head-end's finding that two boxes speak as one station.
inline constexpr std::string_view identity_twice = "identity-twice";
/// Code of the head-end's finding that a station's clock contradicts its own; of station "": that its own contradicts
/// its stations'.
inline constexpr std::string_view clock_off = "clock-off";
/// Code of the finding that a station was removed and has not said that it is silent.
inline constexpr std::string_view removed_unheard = "removed-unheard";
/// Code of the head-end's finding that a station's plan says less than the ward wants, or was not taken.
inline constexpr std::string_view plan_behind = "plan-behind";
/// Code of the head-end's finding that it lost proofs of a station for good.
inline constexpr std::string_view proofs_lost = "proofs-lost";
/// Difference of clocks below which no `clock-off` is raised: 16 s, by which a NETWORK clock may be wrong, and what a
/// message may take, rounded up.
inline constexpr std::chrono::seconds clock_tolerance{30};

/// From that instant on a station's clock was so far ahead of the head-end's, until the station's next finding. Of
/// station "": the head-end's clock was so far ahead of its stations', so an instant that it wrote down is that much
/// too late.
struct ClockFinding {
  std::string station;
  WallTime since;
  Micros ahead{0};  ///< negative: behind; 0: they agreed again
};

/// Tells what to add when a clock is found to be so far ahead: nothing within clock_tolerance of the last finding, or
/// of agreement when there is none. Findings of a station stay in the order in which they were found, because the
/// head-end's own clock may have been put back since the last one. One of the head-end's own clock keeps its instant,
/// and takes the place of those that begin later, because that clock shows their time once more: what came then is read
/// as having come later, never sooner (report/evidence).
/// @param known  of the same clock, by `since`
std::optional<ClockFinding> news_of(const std::vector<ClockFinding>& known, const ClockFinding& finding);

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

/// Makes the fault that a finding of the head-end's own raises: new, or once more. Somebody who looks after it still
/// does.
/// @param known  the same fault, when it is not reset
FaultRecord raised(const std::optional<FaultRecord>& known, const std::string& station, std::string_view code,
                   const std::string& text, WallTime now);

/// Makes the fault whose condition has passed; absent: it does not stand, and nothing happens.
std::optional<FaultRecord> resolved(std::optional<FaultRecord> known, WallTime now);

/// Whether a fault of this code is the head-end's own finding about a station, not the station's word.
bool is_of_headend(std::string_view code);

}  // namespace loa::headend::model
