#pragma once
#include <optional>

#include "protocol/base/time.hpp"

namespace loa::station::node {

/// What a station waits for, besides words from outside.
struct Pending {
  MonoTime ticked;                 ///< the last look
  std::optional<MonoTime> core;    ///< core::StationCore::next_deadline()
  std::optional<MonoTime> outbox;  ///< outbox::Outbox::next_deadline()
  bool retries = false;            ///< something is tried again: a part that the disk refused, an emergency
  bool sounding = false;           ///< sound is on air: a hang must be found at once
  bool awake = false;              ///< a device is open: a hang must be found soon
  bool status_due = false;         ///< there is something to report
  std::chrono::seconds status_interval{60};
  std::optional<MonoTime> last_status;  ///< absent: none was sent yet
  ClockGrade grade = ClockGrade::none;
};

constexpr std::chrono::seconds plan_pause{30};          ///< before a plan that must wait is judged anew
constexpr std::chrono::seconds emergency_pause{5};      ///< the same for an emergency that the clock refuses
constexpr std::chrono::milliseconds status_pause{200};  ///< several reasons to report make one report

/// When the next status is to be sent.
/// @return  `now` when none was sent yet
MonoTime next_status(const Pending& pending, MonoTime now);
/// Whether a status is to be sent now.
bool status_is_due(const Pending& pending, MonoTime now);

/// When the station looks again, whatever happens in between (what comes more often than it looks must not put it off,
/// or nobody feeds the watchdog): at the next deadline; after half a second while sound is on air;
/// after a second while a sign is or something is tried again or the clock is not disciplined, for nobody tells when it
/// is; else after five seconds. A step of the clock is told at once (StepWatch).
/// @return  not before now
MonoTime next_tick(const Pending& pending, MonoTime now);

}  // namespace loa::station::node
