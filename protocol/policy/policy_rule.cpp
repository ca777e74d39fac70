#include "protocol/policy/policy_rule.hpp"

#include <algorithm>
#include <bitset>
#include <tuple>
#include <vector>

#include "protocol/policy/local_time.hpp"

namespace loa::protocol::policy {
namespace {

using namespace std::chrono;
using message::Reason;
using Window = v1::Policy::Window;

/// An instant as the law sees it.
struct LocalInstant {
  LocalDate date;
  Micros time;  ///< since local midnight
};

LocalInstant local(const v1::Policy& policy, WallTime instant) {
  const Zone zone = zone_of(policy);
  return {zone.date_of(instant), zone.time_of_day(instant)};
}

WallTime start_of(const v1::Cue& cue) { return wall_from_us(cue.start_us()); }
WallTime end_of(const v1::Cue& cue) { return wall_from_us(cue.start_us() + cue.duration_us()); }

/// The window that covers most of what begins at an instant; of several that reach as far, the first named.
const Window* window_at(const v1::Policy& policy, const LocalInstant& at, Micros length) {
  const Window* best = nullptr;
  Micros reach{0};
  for (const auto& window : policy.windows()) {
    if (!falls_on(window.weekdays(), at.date) || at.time < minutes{window.from_minute()}) continue;
    const Micros reaches = std::min<Micros>(minutes{window.to_minute()} - at.time, length);
    if (reaches > reach) std::tie(best, reach) = std::pair{&window, reaches};
  }
  return best;
}

/// The windows that a cue lies in: more than one where they adjoin, as over midnight. None if some of it lies in none.
std::vector<const Window*> windows_of(const v1::Policy& policy, const v1::Cue& cue) {
  std::vector<const Window*> windows;
  for (WallTime at = start_of(cue); at < end_of(cue);) {
    const LocalInstant here = local(policy, at);
    const Window* window = window_at(policy, here, end_of(cue) - at);
    if (window == nullptr) return {};
    windows.push_back(window);
    at += minutes{window->to_minute()} - here.time;
  }
  return windows;
}

/// When the session that a cue belongs to began: it counts for that day, whichever day the cue itself begins on.
WallTime session_start(const v1::Cue& cue, const Sessions& sessions) {
  const auto session = sessions.find(cue.occurrence());
  return session == sessions.end() ? start_of(cue) : session->second.first_start;
}

/// Every tick asks for each cue on air: one walk over what was aired, and none where nothing is limited.
std::optional<Reason> too_much_aired(const v1::Policy& policy, const v1::Cue& cue, const Sessions& sessions) {
  if (policy.sessions_per_day() == 0 && policy.days_per_week() == 0) return std::nullopt;
  const LocalDate today = local(policy, session_start(cue, sessions)).date;
  std::uint32_t others_today = 0;
  std::bitset<7> other_days;  // of this week, by weekday
  for (const auto& [occurrence, session] : sessions) {
    if (!session.aired) continue;
    const LocalDate day = local(policy, session.first_start).date;
    if (week_of(day) != week_of(today)) continue;
    if (day != today) {
      other_days.set(weekday_of(day));
    } else if (occurrence != cue.occurrence()) {
      ++others_today;
    }
  }
  if (policy.sessions_per_day() != 0 && others_today >= policy.sessions_per_day()) return Reason::policy_sessions;
  if (policy.days_per_week() != 0 && other_days.count() >= policy.days_per_week()) return Reason::policy_days;
  return std::nullopt;
}

bool session_too_long(const v1::Policy& policy, const v1::Cue& cue, const Sessions& sessions) {
  const minutes limit{policy.minutes_per_session()};
  return limit != minutes{0} && end_of(cue) - session_start(cue, sessions) > limit;
}

}  // namespace

std::optional<Reason> forbidden_by(const v1::Policy& policy, const v1::Cue& cue, const Sessions& sessions) {
  if (cue.medium() != v1::MEDIUM_AUDIO) return std::nullopt;
  if (cue.start_us() < policy.valid_from_us() || cue.start_us() >= policy.valid_until_us())
    return Reason::policy_not_valid;
  if (windows_of(policy, cue).empty()) return Reason::policy_hours;
  if (cue.cue_class() == v1::CUE_CLASS_FILLER) return std::nullopt;
  if (auto much = too_much_aired(policy, cue, sessions)) return much;
  if (session_too_long(policy, cue, sessions)) return Reason::policy_minutes;
  return std::nullopt;
}

int capped_gain_cb(const v1::Policy& policy, const v1::Cue& cue) {
  int gain_cb = cue.gain_cb();
  for (const Window* window : windows_of(policy, cue)) gain_cb = std::min(gain_cb, window->level_cap_cb());
  return gain_cb;
}

int emergency_gain_cb(const v1::Policy& policy, const v1::Cue& cue) {
  if (policy.windows().empty()) return cue.gain_cb();
  const auto loudest =
      std::max_element(policy.windows().begin(), policy.windows().end(),
                       [](const auto& one, const auto& other) { return one.level_cap_cb() < other.level_cap_cb(); });
  return std::min(cue.gain_cb(), loudest->level_cap_cb());
}

}  // namespace loa::protocol::policy
