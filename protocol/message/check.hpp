#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/message/limits.hpp"
#include "protocol/message/loa.pb.h"

/// What a decoded message must satisfy before anybody acts on it (PROTOCOL.md §5: one row there for each rule here).
/// A right signature says who wrote it, not that it makes sense.
namespace loa::protocol::message {

/// Checks every field's range and every rule between fields. A plan is whole (compact.hpp): decode() makes it so.
/// @error invalid: one sentence that names the first field found wrong, its value and what is allowed
Result<void> check(const v1::Plan& plan);
/// What the slot that a plan came in demands of its cues: a KIND_EMERGENCY holds emergencies only, a KIND_PLAN none.
Result<void> check_slot(const v1::Plan& plan, v1::Kind slot);
Result<void> check(const v1::Policy& policy);
Result<void> check(const v1::Cue& cue);  ///< alone, without its place in a plan
Result<void> check(const v1::Proof& proof);
Result<void> check(const v1::Receipt& receipt);
Result<void> check(const v1::State& state);
Result<void> check(const v1::Status& status);
Result<void> check(const v1::Fault& fault);
Result<void> check(const v1::Command& command);
Result<void> check(const v1::Answer& answer);

/// Decodes the body of an opened envelope (or a State, which has none) and checks it. Message: v1::Plan, Proof,
/// Receipt, State, Status, Fault, Command or Answer. A plan in the compact form is made whole first; its pages may
/// stand in its tables (compact.hpp, pages_of() in playlist.hpp).
/// @error invalid: not such a message, or check() says why not
template <class Message>
Result<Message> decode(std::string_view body);

/// Programme of an emergency's occurrences, and of the plan's fillers. No programme of a ward has one of these ids.
inline constexpr std::string_view emergency_programme = "khan-cap";
inline constexpr std::string_view filler_programme = "lap-cho-trong";

/// Whether an occurrence is one of those two: it counts as no session of the policy.
bool is_reserved(std::string_view occurrence);

/// Whether a text is an occurrence: "<programme id>/<YYYY-MM-DD>/<HHMMSS>", date and time real.
bool is_occurrence(std::string_view text);

}  // namespace loa::protocol::message
