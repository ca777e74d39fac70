#include <algorithm>
#include <optional>

#include "headend/rules/breaches.hpp"
#include "headend/rules/entry.hpp"
#include "headend/rules/rules.hpp"
#include "headend/timetable/timetable.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::rules {

using namespace std::chrono;

namespace {

// ---- a programme's own sense -----------------------------------------------------------------------------------

void check_segments(Problems& problems, const std::string& name, const model::Programme& programme,
                    const model::Catalogue& catalogue) {
  if (programme.segments.empty()) {
    problems.add(Severity::error, "empty", "{} has no content: add at least one segment", name);
  }
  for (std::size_t i = 0; i < programme.segments.size(); ++i) {
    const auto& segment = programme.segments[i];
    const auto* content = catalogue.content(segment.object);
    if (!content) {
      problems.add(Severity::error, "unknown-content", "segment {} of {} names content {}, which does not exist", i + 1,
                   name, segment.object.hex().substr(0, 12));
    } else if (content->medium != v1::MEDIUM_AUDIO || content->frames <= 0) {
      problems.add(Severity::error, "not-audio", "segment {} of {}, '{}', is not audio", i + 1, name, content->title);
    }
    check_category(problems, fmt::format("segment {} of {}", i + 1, name), segment.category, catalogue);
  }
}

// ---- two programmes on one station -----------------------------------------------------------------------------

const model::Station* common_station(const model::Programme& one, const model::Programme& other,
                                     const model::Catalogue& catalogue) {
  for (const auto& station : catalogue.stations) {
    if (station.has_speaker && model::reaches(one.groups, station) && model::reaches(other.groups, station))
      return &station;
  }
  return nullptr;
}

/// The first pair that overlaps. A weekly pattern that overlaps at all does so within ten days of the later beginning.
struct Clash {
  timetable::Occurrence one, other;
};
std::optional<Clash> first_clash(const model::Programme& one, Micros one_length, const model::Programme& other,
                                 Micros other_length, model::LocalDate today, timetable::Zone zone) {
  const auto begin =
      std::max({today, one.validity.from.value_or(today), other.validity.from.value_or(today)}) - days{1};
  const auto theirs = timetable::expand(other, other_length, begin - days{1}, begin + days{11}, zone);
  for (const auto& mine : timetable::expand(one, one_length, begin, begin + days{10}, zone)) {
    for (const auto& their : theirs) {
      if (mine.start < their.end() && their.start < mine.end()) return Clash{mine, their};
    }
  }
  return std::nullopt;
}

void check_overlaps(Problems& problems, const model::Programme& programme, const model::Catalogue& catalogue,
                    model::LocalDate today, timetable::Zone zone) {
  const auto length = timetable::duration_of(programme, catalogue);
  for (const auto& other : catalogue.programmes) {
    if (other.id == programme.id) continue;
    const auto* station = common_station(programme, other, catalogue);
    const auto clash = first_clash(programme, length, other, timetable::duration_of(other, catalogue), today, zone);
    if (!station || !clash) continue;
    const bool ranked = other.cue_class != programme.cue_class;
    problems.add(ranked ? Severity::warning : Severity::error, "overlap",
                 "'{}' ({}, {}–{}) overlaps '{}' ({}–{}) on station '{}'{}", programme.id,
                 timetable::format_date(clash->one.date),
                 timetable::format_local_time(clash->one.start, zone).substr(0, 8),
                 timetable::format_local_time(clash->one.end(), zone).substr(0, 8), other.id,
                 timetable::format_local_time(clash->other.start, zone).substr(0, 8),
                 timetable::format_local_time(clash->other.end(), zone).substr(0, 8), station->id,
                 ranked ? ": the one of higher class will interrupt the other" : ": move one of them");
    problems.set_other(other.id);
  }
}

}  // namespace

std::vector<Problem> problems_of(const model::Programme& programme, const model::Catalogue& catalogue,
                                 model::LocalDate today, timetable::Zone zone) {
  Problems problems;
  const auto name = fmt::format("programme '{}'", programme.id);
  check_id(problems, "programme", programme.id);
  check_unreserved(problems, programme.id);
  if (catalogue.slogan(programme.id)) {
    problems.add(Severity::error, "taken", "'{}' is the name of a slogan: choose another for the programme",
                 programme.id);
  }
  if (!is_clean_utf8(programme.title) || programme.title.size() > max_entry_text) {
    problems.add(Severity::error, "title", "the title of {} is not text of at most {} bytes", name, max_entry_text);
  }
  if (!is_time(programme.start))
    problems.add(Severity::error, "time", "{} must begin between 00:00 and 23:59:59", name);
  check_groups(problems, name, programme.groups, catalogue);
  check_days(problems, name, programme.weekdays, programme.validity, today);
  check_segments(problems, name, programme, catalogue);
  if (timetable::duration_of(programme, catalogue) > hours{12}) {
    problems.add(Severity::error, "too-long", "{} lasts {}, more than 12 hours", name,
                 format_duration(timetable::duration_of(programme, catalogue)));
  }
  if (!verdict(problems.list())) return problems.take();
  check_overlaps(problems, programme, catalogue, today, zone);
  check_law(problems, programme, catalogue, today, zone);
  return problems.take();
}

}  // namespace loa::headend::rules
