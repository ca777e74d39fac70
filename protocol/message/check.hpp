#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"

/// What a decoded message must satisfy before anybody acts on it (PROTOCOL.md §5: one row there for each rule here).
/// A right signature says who wrote it, not that it makes sense.
namespace loa::protocol::message {

/// Limits that hold for every message. Chosen far above what a ward needs and far below what hurts a node.
inline constexpr std::size_t max_cues = 20'000;
inline constexpr std::size_t max_objects = 5'000;
inline constexpr std::uint64_t max_object_bytes = 256ULL << 20;      ///< an hour of 64 kbit/s Opus is 28 MiB
inline constexpr std::uint64_t max_plan_object_bytes = 16ULL << 30;  ///< all objects of one plan together
inline constexpr std::size_t max_groups = 64;
inline constexpr std::size_t max_windows = 100;
inline constexpr std::size_t max_gaps = 1'000;  ///< in one proof
inline constexpr std::uint32_t max_segment = 9'999;
inline constexpr std::size_t max_title_bytes = 200;
inline constexpr std::size_t max_text_bytes = 500;
inline constexpr std::uint32_t min_sign_px = 8, max_sign_px = 4'096;
inline constexpr std::uint32_t max_scroll_px_s = 2'000;
inline constexpr std::size_t max_pages = 100;  ///< in one cue, and in one proof
inline constexpr Micros min_dwell = std::chrono::seconds{1};
inline constexpr std::size_t max_brightness = 48;  ///< stretches of the day
inline constexpr int min_gain_cb = -6'000;
inline constexpr Micros max_duration = std::chrono::hours{24};      ///< of one cue, and of one proof
inline constexpr Micros max_start_error = std::chrono::minutes{1};  ///< to both sides; who is further off says this
inline constexpr Micros max_test = std::chrono::seconds{10};        ///< one output's share of a test
inline constexpr Micros max_stagger = std::chrono::seconds{1};
inline constexpr Micros max_horizon = std::chrono::hours{24 * 400};        ///< horizon_us − made_us
inline constexpr WallTime earliest = wall_from_us(1'577'836'800'000'000);  ///< 2020-01-01, of planned instants
inline constexpr WallTime latest = wall_from_us(4'102'444'800'000'000);    ///< 2100-01-01, of every instant

inline constexpr std::size_t max_understood = 64;  ///< words in one status

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
