#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headend/store/catalogue.hpp"
#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"

/// What was promised and what was heard: the facts that a report is made of. Never edited, only added to.
namespace loa::headend::store {

/// A plan as it went out.
struct IssuedPlan {
  std::string station;
  std::uint64_t sequence = 0;
  WallTime made;
  WallTime horizon;
  std::string sealed;  ///< the envelope that is published
};

/// An emergency as it went out to one station, or what called it off.
struct IssuedEmergency {
  IssuedPlan plan;     ///< its audience, sequence and life
  WallTime until;      ///< end of its last cue; plan.made: it calls off
  std::string title;   ///< of its sound
  std::string reason;  ///< as the operator gave it
  [[nodiscard]] bool in_force(WallTime now) const { return now < until; }
};

/// What the last plan issued before a cue's start promised about it.
struct PlannedCue {
  std::string station;
  v1::Cue cue;
  WallTime occurrence_start;          ///< of the occurrence's first segment on this station
  std::uint64_t plan_sequence = 0;    ///< of the plan that decided it
  std::optional<WallTime> cancelled;  ///< a later plan, made at this instant and before the start, left it out
};

using Epoch = std::array<std::uint8_t, 16>;

/// A proof whose signature was verified, as it will be or is committed.
struct ProofRecord {
  std::string station;
  Epoch epoch{};
  std::uint64_t number = 0;
  Sha256 digest;       ///< of its header bytes
  std::string sealed;  ///< exactly as received
  WallTime received;
  std::string flaw;  ///< well signed, but its content breaks a rule: kept, receipted, never counted
  v1::Proof proof;   ///< epoch, number and previous included
};

/// How far the chain of one station and epoch is whole and committed.
struct ChainHead {
  std::string station;
  Epoch epoch{};
  std::uint64_t through = 0;  ///< 0: none yet
  Sha256 head;                ///< digest of proof `through`; zero for none
  WallTime changed;
};

/// Since when the journal of one epoch speaks of planned time, by the station's signed word.
struct JournalLife {
  std::string station;
  Epoch epoch{};
  WallTime began;
};

/// A time in which two boxes spoke as one station (`identity-twice`). Proofs of every other epoch than the counted one
/// wait while it lasts; what they say of planned time that begins in it is never counted.
struct IdentityConflict {
  std::string station;
  WallTime since;
  Epoch counted{};                ///< the epoch of which the ledger had proofs first
  std::optional<WallTime> ended;  ///< when the box that fell silent was last heard; absent: it lasts
};

/// What a station last said about itself.
struct StationStatus {
  std::string station;
  bool online = false;    ///< a hint: comes unsigned from the broker
  WallTime online_since;  ///< when `online` last changed, by the head-end's clock
  std::string boot;
  std::optional<v1::Status> status;  ///< signed
  std::optional<WallTime> status_received;
};

/// Code of the head-end's finding that two boxes speak as one station.
inline constexpr std::string_view identity_twice = "identity-twice";
/// Code of the head-end's finding that a station's clock contradicts its own; of station "": that its own contradicts
/// its stations'.
inline constexpr std::string_view clock_off = "clock-off";
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

/// Whether a fault of this code is the head-end's own finding about a station, not the station's word.
bool is_of_headend(std::string_view code);

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

/// A half-open span of UTC.
struct Span {
  WallTime from;
  WallTime to;
};

}  // namespace loa::headend::store
