#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/base/time.hpp"

/// Why a part of a cue's planned time is what it is: the words of Proof.reason and Measured.reason, once.
namespace loa::protocol::message {

enum class Reason : std::uint8_t {
  before_journal,
  called_off,
  clock_disciplined,
  clock_last_known,
  clock_network,
  clock_none,
  clock_stepped,
  complete,
  content_damaged,
  content_missing,
  device_late,
  device_lost,
  filler_played,
  frames_missing,
  halted,
  late_limit,
  late_no_room,
  late_policy,
  lost_at_office,
  muted_by_command,
  no_proof,
  not_come,
  nothing_to_fill,
  other_content,
  plan_changed,
  plan_expired,
  plan_late,
  policy_days,
  policy_hours,
  policy_minutes,
  policy_not_valid,
  policy_sessions,
  power_lost,
  pre_empted,
  process_late,
  process_lost,
  restart_no_room,
  starting,
  station_off,
  stopped_by_command,
  underrun,
};

/// The words on the wire, in the order of the enumerators.
inline constexpr auto reason_words = std::to_array<std::string_view>({
    "before-journal",   "called-off",      "clock-disciplined", "clock-last-known", "clock-network",
    "clock-none",       "clock-stepped",   "complete",          "content-damaged",  "content-missing",
    "device-late",      "device-lost",     "filler-played",     "frames-missing",   "halted",
    "late-limit",       "late-no-room",    "late-policy",       "lost-at-office",   "muted-by-command",
    "no-proof",         "not-come",        "nothing-to-fill",   "other-content",    "plan-changed",
    "plan-expired",     "plan-late",       "policy-days",       "policy-hours",     "policy-minutes",
    "policy-not-valid", "policy-sessions", "power-lost",        "pre-empted",       "process-late",
    "process-lost",     "restart-no-room", "starting",          "station-off",      "stopped-by-command",
    "underrun",
});
static_assert(reason_words.size() == static_cast<std::size_t>(Reason::underrun) + 1, "each reason has its word");

/// Gives the word of a reason.
constexpr std::string_view name_of(Reason reason) { return reason_words[static_cast<std::size_t>(reason)]; }
/// Gives the reason of a word; absent for one that another build has and this one does not know.
std::optional<Reason> reason_of(std::string_view word);

/// Gives the reason of what is not played for lack of a clock that is believed enough.
/// @param grade  the clock's
Reason reason_of(ClockGrade grade);

}  // namespace loa::protocol::message
