#include "headend/timetable/timetable.hpp"

#include <fmt/format.h>

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

}  // namespace loa::headend::timetable
