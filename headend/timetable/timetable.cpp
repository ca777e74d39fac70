#include "headend/timetable/timetable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace loa::headend::timetable {

using namespace std::chrono;

std::string occurrence_id(std::string_view programme, LocalDate date, TimeOfDay time) {
  const auto whole = time.count();
  return fmt::format("{}/{}/{:02}{:02}{:02}", programme, format_date(date), whole / 3600, whole / 60 % 60, whole % 60);
}

Micros duration_of(const model::Programme& programme, const model::Catalogue& catalogue) {
  std::int64_t frames = 0;
  for (const auto& segment : programme.segments) {
    if (const auto* content = catalogue.content(segment.object)) frames += content->frames;
  }
  return position_of(frames);
}

std::vector<Occurrence> expand(const model::Programme& programme, Micros duration, LocalDate from, LocalDate to,
                               Zone zone) {
  std::vector<Occurrence> occurrences;
  for (LocalDate date = from; date <= to; date += days{1}) {
    if (!falls_on(programme.weekdays, date) || !programme.validity.contains(date)) continue;
    occurrences.push_back({occurrence_id(programme.id, date, programme.start), programme.id, date,
                           zone.to_utc(date, programme.start), duration});
  }
  return occurrences;
}

Result<void> verdict(const std::vector<Problem>& problems, bool strict) {
  const auto stops = [&](const Problem& problem) {
    return problem.severity == Severity::error || (strict && problem.severity == Severity::breach);
  };
  const auto first = std::find_if(problems.begin(), problems.end(), stops);
  if (first == problems.end()) return {};
  const auto count = std::count_if(problems.begin(), problems.end(), stops);
  const auto code = first->severity == Severity::breach ? ErrorCode::refused : ErrorCode::invalid;
  if (count == 1) return fail(code, "{}", first->text);
  return fail(code, "{} (and {} more)", first->text, count - 1);
}

}  // namespace loa::headend::timetable
