#include "station/core/policy_rule.hpp"

#include <algorithm>
#include <bitset>
#include <tuple>
#include <vector>

namespace loa::station::core {
namespace {

constexpr std::int64_t minute_us = 60'000'000;

/// Local civil time of a ward, counted from 1970-01-01 00:00 local.
struct LocalInstant {
  std::int64_t day;                         // days since 1970-01-01
  std::int64_t second_us;                   // microseconds since local midnight
  [[nodiscard]] unsigned weekday() const {  // 0 = Monday; 1970-01-01 was a Thursday
    return static_cast<unsigned>(((day + 3) % 7 + 7) % 7);
  }
  [[nodiscard]] std::int64_t week() const { return day + 3 - weekday(); }  // ISO week: same value Monday to Sunday
};

LocalInstant local(const v1::Policy& policy, std::int64_t utc_us) {
  const std::int64_t local_us = utc_us + policy.utc_offset_s() * std::int64_t{1'000'000};
  constexpr std::int64_t day_us = 86'400'000'000;
  const std::int64_t day = local_us / day_us - (local_us % day_us < 0 ? 1 : 0);
  return {day, local_us - day * day_us};
}

using Window = v1::Policy::Window;

/// The window that covers most of what begins at an instant; of several that reach as far, the first named.
const Window* window_at(const v1::Policy& policy, const LocalInstant& at, std::int64_t length_us) {
  const Window* best = nullptr;
  std::int64_t reach_us = 0;
  for (const auto& window : policy.windows()) {
    const bool day = ((window.weekdays() >> at.weekday()) & 1U) != 0;
    if (!day || at.second_us < window.from_minute() * minute_us) continue;
    const std::int64_t reaches_us = std::min(window.to_minute() * minute_us - at.second_us, length_us);
    if (reaches_us > reach_us) std::tie(best, reach_us) = std::pair{&window, reaches_us};
  }
  return best;
}

/// The windows that a cue lies in: more than one where they adjoin, as over midnight. None if some of it lies in none.
std::vector<const Window*> windows_of(const v1::Policy& policy, const v1::Cue& cue) {
  std::vector<const Window*> windows;
  const std::int64_t end_us = cue.start_us() + cue.duration_us();
  for (std::int64_t at_us = cue.start_us(); at_us < end_us;) {
    const LocalInstant at = local(policy, at_us);
    const Window* window = window_at(policy, at, end_us - at_us);
    if (window == nullptr) return {};
    windows.push_back(window);
    at_us += window->to_minute() * minute_us - at.second_us;
  }
  return windows;
}

/// Every tick asks for each cue on air: one walk over what was aired, and none where nothing is limited.
std::optional<std::string> too_much_aired(const v1::Policy& policy, const v1::Cue& cue, const Sessions& sessions) {
  if (policy.sessions_per_day() == 0 && policy.days_per_week() == 0) return std::nullopt;
  const auto today = local(policy, cue.start_us());
  std::uint32_t others_today = 0;
  std::bitset<7> other_days;  // of this week, by weekday
  for (const auto& [occurrence, session] : sessions) {
    if (!session.aired) continue;
    const auto day = local(policy, session.first_start_us);
    if (day.week() != today.week()) continue;
    if (day.day != today.day) {
      other_days.set(day.weekday());
    } else if (occurrence != cue.occurrence()) {
      ++others_today;
    }
  }
  if (policy.sessions_per_day() != 0 && others_today >= policy.sessions_per_day()) return "policy-sessions";
  if (policy.days_per_week() != 0 && other_days.count() >= policy.days_per_week()) return "policy-days";
  return std::nullopt;
}

bool session_too_long(const v1::Policy& policy, const v1::Cue& cue, const Sessions& sessions) {
  const auto session = sessions.find(cue.occurrence());
  const auto begin = session == sessions.end() ? cue.start_us() : session->second.first_start_us;
  const std::int64_t limit_us = policy.minutes_per_session() * std::int64_t{60'000'000};
  return limit_us != 0 && cue.start_us() + cue.duration_us() - begin > limit_us;
}

}  // namespace

std::optional<std::string> forbidden_by(const v1::Policy& policy, const v1::Cue& cue, const Sessions& sessions) {
  if (cue.medium() != v1::MEDIUM_AUDIO) return std::nullopt;
  if (cue.start_us() < policy.valid_from_us() || cue.start_us() >= policy.valid_until_us()) return "policy-not-valid";
  if (windows_of(policy, cue).empty()) return "policy-hours";
  if (cue.cue_class() == v1::CUE_CLASS_FILLER) return std::nullopt;
  if (auto much = too_much_aired(policy, cue, sessions)) return much;
  if (session_too_long(policy, cue, sessions)) return "policy-minutes";
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

}  // namespace loa::station::core
