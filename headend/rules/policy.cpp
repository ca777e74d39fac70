#include "headend/rules/entry.hpp"
#include "headend/rules/rules.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::rules {

std::vector<Problem> problems_of(const model::Policy& policy) {
  Problems problems;
  const auto name = fmt::format("policy '{}'", policy.id);
  check_id(problems, "policy", policy.id);
  if (policy.reference.empty() || !is_clean_utf8(policy.reference)) {
    problems.add(Severity::error, "reference", "{} needs its legal reference, such as 'QĐ 1246/QĐ-UBND 2021'", name);
  }
  if (policy.validity.from && policy.validity.to && *policy.validity.to < *policy.validity.from) {
    problems.add(Severity::error, "validity", "{} would end before it begins", name);
  }
  if (policy.windows.empty())
    problems.add(Severity::warning, "silent", "{} has no window: nothing may be heard under it", name);
  for (const auto& window : policy.windows) {
    if (window.to_minute > window.from_minute && window.to_minute <= 1440 && window.level_cap_cb <= 0 &&
        (window.weekdays & model::every_day) != 0) {
      continue;
    }
    problems.add(Severity::error, "window", "{} has a window {}–{} that is empty, without weekday or louder than 0 dB",
                 name, timetable::format_time(std::chrono::minutes{window.from_minute}),
                 timetable::format_time(std::chrono::minutes{window.to_minute}));
  }
  return problems.take();
}

}  // namespace loa::headend::rules
