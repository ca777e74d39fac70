#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headend/store/catalogue.hpp"
#include "protocol/base/result.hpp"
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

/// Which plan a station was given last.
struct PlanHead {
  std::uint64_t sequence = 0;
  WallTime made;
};

/// An emergency as it went out to one station, or what called it off.
struct IssuedEmergency {
  IssuedPlan plan;     ///< its audience, sequence and life
  WallTime until;      ///< end of its last cue; plan.made: it calls off
  std::string title;   ///< of its sound
  std::string reason;  ///< as the operator gave it
  [[nodiscard]] bool in_force(WallTime now) const { return now < until; }
};

/// An id of the catalogue, with the name that it had at that moment.
struct Named {
  std::string id;
  std::string name;
  auto operator<=>(const Named&) const = default;
};

/// What one page of a sign's cue counts for.
struct PageFacts {
  Named column;
  std::string slogan;  ///< id; empty: not known (as of migration)
  std::string text;    ///< of the slogan
  bool operator==(const PageFacts&) const = default;
};

/// What a cue counts for in the report: the catalogue as it was when the cue was promised. No later edit changes it.
struct PromiseFacts {
  std::string station;        ///< its name
  std::vector<Named> groups;  ///< of the station, without `everyone`; by id
  Named column;
  std::string title;             ///< whole: that of the message may be cut
  std::vector<PageFacts> pages;  ///< one for each page of the cue, in its order; none for a sound
  bool as_of_migration = false;  ///< promised by a build that kept no facts: the catalogue of the day of the migration
  bool operator==(const PromiseFacts&) const = default;
};

/// Writes facts as JSON, without what is empty: a dimension that is added later needs no migration.
std::string format_facts(const PromiseFacts& facts);
/// @error invalid: not written by format_facts()
Result<PromiseFacts> parse_facts(std::string_view text);

/// What the last plan issued before a cue's start promised about it.
struct PlannedCue {
  std::string station;
  v1::Cue cue;
  WallTime occurrence_start;          ///< of the occurrence's first segment on this station
  std::uint64_t plan_sequence = 0;    ///< of the plan that decided it
  std::optional<WallTime> cancelled;  ///< a later plan, made at this instant and before the start, left it out
  std::shared_ptr<const PromiseFacts> facts{};  ///< shared by the cues that count for the same; null: not told
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

/// Numbers of a chain whose proofs the office had, receipted, and lost with a store that was put back to a backup; the
/// station has them no more. Planned time between the instants of which no proof speaks is `lost-at-office`.
struct LostProofs {
  std::string station;
  Epoch epoch{};
  std::uint64_t from_number = 0;
  std::uint64_t to_number = 0;  ///< included
  WallTime since;               ///< when the last proof before them was made, at the latest
  WallTime until;               ///< when the last of them was made, at the latest
  std::uint64_t receipted = 0;  ///< through which number the head-end's own receipt says that it had them
  Sha256 receipted_head;        ///< digest of that proof: what comes again has to lead to it
  WallTime found;
};

/// When a committed proof was made, as far as that is known.
struct ProofTime {
  WallTime end;       ///< of what was heard or passed
  WallTime received;  ///< by the head-end
};

/// A time in which two boxes spoke as one station (`identity-twice`). Proofs of every other epoch than the counted one
/// wait while it lasts; what they say of planned time that begins in it is never counted.
struct IdentityConflict {
  std::string station;
  WallTime since;
  Epoch counted{};                ///< the epoch of which the ledger had proofs first
  std::optional<WallTime> ended;  ///< when the box that fell silent was last heard; absent: it lasts
};

/// A station that is no more, and that may not know it yet.
struct RemovedStation {
  std::string id;
  WallTime removed;
  PublicKey key;  ///< its words count until `closed`
  std::string mqtt_password_hash;
  std::uint64_t plan_sequence = 0;  ///< of the plan without cues that it was sent; 0: it needed none
  WallTime until;                   ///< horizon of the plan before: so long it goes on if it never hears of it
  std::optional<WallTime> silent;   ///< when it said that it obeys the plan without cues
  std::optional<WallTime> closed;   ///< when it was done with: silent and its proofs are here, or `until` has come
};

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
/// Code of the finding that the office lost proofs of a station for good.
inline constexpr std::string_view proofs_lost = "proofs-lost";
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

/// A report of a closed period as it was made, kept so that a later one can say what changed.
struct ReportRevision {
  LocalDate from;
  LocalDate to;         ///< included
  std::string station;  ///< empty: of the whole ward
  std::uint32_t number = 1;
  WallTime made;
  std::string figures;  ///< JSON, without the date of making
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

/// A half-open span of UTC.
struct Span {
  WallTime from;
  WallTime to;
};

}  // namespace loa::headend::store
