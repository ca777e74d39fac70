#include "headend/planner/policy_message.hpp"

#include "headend/timetable/timetable.hpp"

namespace loa::headend::planner {

using namespace std::chrono;
using model::LocalDate;

v1::Policy policy_message(const model::Catalogue& catalogue, LocalDate today, const Settings& settings) {
  v1::Policy message;
  const auto& zone = settings.zone;
  const auto last_day = today + days{settings.horizon_days - 1};
  message.set_utc_offset_s(static_cast<std::int32_t>(zone.utc_offset.count()));
  const auto* policy = catalogue.policy_on(today);
  auto until = today;
  while (until <= last_day && catalogue.policy_on(until) == policy) until += days{1};
  const bool ends = until <= last_day;
  message.set_valid_until_us(ends ? to_us(zone.midnight(until)) : to_us(zone.midnight(last_day + days{2})));
  message.set_valid_from_us(to_us(zone.midnight(today - days{1})));
  if (!policy) return message;
  if (policy->validity.from) message.set_valid_from_us(to_us(zone.midnight(*policy->validity.from)));
  message.set_reference(short_title(policy->reference));
  message.set_sessions_per_day(policy->sessions_per_day);
  message.set_minutes_per_session(policy->minutes_per_session);
  message.set_days_per_week(policy->days_per_week);
  for (const auto& window : policy->windows) {
    auto* added = message.add_windows();
    added->set_weekdays(window.weekdays);
    added->set_from_minute(window.from_minute);
    added->set_to_minute(window.to_minute);
    added->set_level_cap_cb(window.level_cap_cb);
  }
  return message;
}

}  // namespace loa::headend::planner
