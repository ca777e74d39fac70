#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "headend/timetable/timetable.hpp"
#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"

namespace loa::headend::timetable {
namespace {

using namespace std::chrono;
using store::Catalogue;
using store::Policy;
using store::Programme;

constexpr days breach_horizon{28};
constexpr std::size_t max_text = 500;

class Problems {
 public:
  template <class... Args>
  void add(Severity severity, const char* code, fmt::format_string<Args...> format, Args&&... args) {
    list_.push_back({severity, code, fmt::format(format, std::forward<Args>(args)...), {}});
  }
  void set_other(const std::string& id) { list_.back().other = id; }
  std::vector<Problem> take() { return std::move(list_); }
  [[nodiscard]] bool empty() const { return list_.empty(); }

 private:
  std::vector<Problem> list_;
};

// ---- what every entry has --------------------------------------------------------------------------------------

void check_id(Problems& problems, const char* what, const std::string& id) {
  if (is_id(id)) return;
  problems.add(Severity::error, "id", "'{}' cannot name a {}: use 1 to 32 of a–z, 0–9 and '-'", id, what);
}

void check_unreserved(Problems& problems, const std::string& id) {
  if (id == sign_playlist) {
    problems.add(Severity::error, "taken", "'{}' is the name of the signs' playlists: choose another", id);
  } else if (protocol::message::is_reserved(id)) {
    problems.add(Severity::error, "id", "'{}' is the name of something else for every station: choose another id", id);
  }
}

void check_groups(Problems& problems, const std::string& name, const std::vector<std::string>& groups,
                  const Catalogue& catalogue) {
  if (groups.empty())
    problems.add(Severity::error, "no-group", "{} has no target group: name at least one, or 'all'", name);
  for (const auto& group : groups) {
    if (group == store::everyone || catalogue.group(group)) continue;
    problems.add(Severity::error, "unknown-group", "{} names the group '{}', which does not exist", name, group);
  }
}

void check_days(Problems& problems, const std::string& name, Weekdays weekdays, const store::Validity& validity,
                LocalDate today) {
  if ((weekdays & store::every_day) == 0)
    problems.add(Severity::error, "no-day", "{} has no weekday: name at least one", name);
  if (validity.from && validity.to && *validity.to < *validity.from) {
    problems.add(Severity::error, "validity", "{} would end on {}, before it begins on {}", name,
                 format_date(*validity.to), format_date(*validity.from));
  } else if (validity.to && *validity.to < today) {
    problems.add(Severity::warning, "past", "{} ended on {}: it will not be planned", name, format_date(*validity.to));
  }
}

void check_category(Problems& problems, const std::string& name, const std::string& category,
                    const Catalogue& catalogue) {
  if (catalogue.category(category)) return;
  problems.add(Severity::error, "unknown-category", "{} names the category '{}', which does not exist", name, category);
}

bool is_time(TimeOfDay time) { return time >= 0s && time < 24h; }

// ---- a programme's own sense -----------------------------------------------------------------------------------

void check_segments(Problems& problems, const std::string& name, const Programme& programme,
                    const Catalogue& catalogue) {
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

const store::Station* common_station(const Programme& one, const Programme& other, const Catalogue& catalogue) {
  for (const auto& station : catalogue.stations) {
    if (station.has_speaker && store::reaches(one.groups, station) && store::reaches(other.groups, station))
      return &station;
  }
  return nullptr;
}

/// The first pair that overlaps. A weekly pattern that overlaps at all does so within ten days of the later beginning.
struct Clash {
  Occurrence one, other;
};
std::optional<Clash> first_clash(const Programme& one, Micros one_length, const Programme& other, Micros other_length,
                                 LocalDate today, Zone zone) {
  const auto begin =
      std::max({today, one.validity.from.value_or(today), other.validity.from.value_or(today)}) - days{1};
  const auto theirs = expand(other, other_length, begin - days{1}, begin + days{11}, zone);
  for (const auto& mine : expand(one, one_length, begin, begin + days{10}, zone)) {
    for (const auto& their : theirs) {
      if (mine.start < their.end() && their.start < mine.end()) return Clash{mine, their};
    }
  }
  return std::nullopt;
}

void check_overlaps(Problems& problems, const Programme& programme, const Catalogue& catalogue, LocalDate today,
                    Zone zone) {
  const auto length = duration_of(programme, catalogue);
  for (const auto& other : catalogue.programmes) {
    if (other.id == programme.id) continue;
    const auto* station = common_station(programme, other, catalogue);
    const auto clash = first_clash(programme, length, other, duration_of(other, catalogue), today, zone);
    if (!station || !clash) continue;
    const bool ranked = other.cue_class != programme.cue_class;
    problems.add(ranked ? Severity::warning : Severity::error, "overlap",
                 "'{}' ({}, {}–{}) overlaps '{}' ({}–{}) on station '{}'{}", programme.id, format_date(clash->one.date),
                 format_local_time(clash->one.start, zone).substr(0, 8),
                 format_local_time(clash->one.end(), zone).substr(0, 8), other.id,
                 format_local_time(clash->other.start, zone).substr(0, 8),
                 format_local_time(clash->other.end(), zone).substr(0, 8), station->id,
                 ranked ? ": the one of higher class will interrupt the other" : ": move one of them");
    problems.set_other(other.id);
  }
}

// ---- the policy ------------------------------------------------------------------------------------------------

/// Whether every minute of a stretch of one local day lies in some window of that weekday.
bool is_permitted(const Policy& policy, LocalDate date, Micros from, Micros to) {
  Micros covered = from;
  for (bool moved = true; moved && covered < to;) {
    moved = false;
    for (const auto& window : policy.windows) {
      if (!falls_on(window.weekdays, date) || minutes{window.from_minute} > covered) continue;
      if (minutes{window.to_minute} <= covered) continue;
      covered = minutes{window.to_minute};
      moved = true;
    }
  }
  return covered >= to;
}

bool is_permitted(const Policy& policy, const Occurrence& occurrence, Zone zone) {
  const Micros from = zone.time_of_day(occurrence.start), to = from + occurrence.duration;
  const Micros midnight = hours{24};
  if (to <= midnight) return is_permitted(policy, occurrence.date, from, to);
  return is_permitted(policy, occurrence.date, from, midnight) &&
         is_permitted(policy, occurrence.date + days{1}, Micros{0}, to - midnight);
}

std::string windows_of(const Policy& policy, LocalDate date) {
  std::string text;
  for (const auto& window : policy.windows) {
    if (!falls_on(window.weekdays, date)) continue;
    text += (text.empty() ? "" : ", ") + format_time(minutes{window.from_minute}) + "–" +
            format_time(minutes{window.to_minute});
  }
  return text.empty() ? "none" : text;
}

void check_hours(Problems& problems, const Programme& programme, const std::vector<Occurrence>& occurrences,
                 const Catalogue& catalogue, Zone zone) {
  for (const auto& occurrence : occurrences) {
    const auto* policy = catalogue.policy_on(occurrence.date);
    if (!policy) {
      problems.add(Severity::breach, "no-policy", "no policy is in force on {}: stations will refuse '{}'",
                   format_date(occurrence.date), programme.id);
      return;
    }
    if (is_permitted(*policy, occurrence, zone)) continue;
    problems.add(Severity::breach, "hours", "'{}' on {} at {}–{} is outside the permitted hours ({}) of {}",
                 programme.id, format_date(occurrence.date), format_local_time(occurrence.start, zone).substr(0, 8),
                 format_local_time(occurrence.end(), zone).substr(0, 8), windows_of(*policy, occurrence.date),
                 policy->reference);
    return;
  }
}

void check_length(Problems& problems, const Programme& programme, const std::vector<Occurrence>& occurrences,
                  const Catalogue& catalogue) {
  for (const auto& occurrence : occurrences) {
    const auto* policy = catalogue.policy_on(occurrence.date);
    if (!policy || policy->minutes_per_session == 0 || occurrence.duration <= minutes{policy->minutes_per_session})
      continue;
    problems.add(Severity::breach, "session-length", "'{}' lasts {}, more than the {} minutes a session of {}",
                 programme.id, format_duration(occurrence.duration), policy->minutes_per_session, policy->reference);
    return;
  }
}

/// Sessions of one station by local date, the programme that is edited included.
std::map<LocalDate, unsigned> sessions_on(const store::Station& station, const Programme& edited,
                                          const Catalogue& catalogue, LocalDate from, LocalDate to, Zone zone) {
  std::map<LocalDate, unsigned> sessions;
  const auto add = [&](const Programme& programme) {
    if (!store::reaches(programme.groups, station)) return;
    for (const auto& occurrence : expand(programme, Micros{1}, from, to, zone)) ++sessions[occurrence.date];
  };
  add(edited);
  for (const auto& other : catalogue.programmes) {
    if (other.id != edited.id) add(other);
  }
  return sessions;
}

/// @return whether a problem was added
bool check_sessions(Problems& problems, const store::Station& station, const std::map<LocalDate, unsigned>& sessions,
                    const Programme& programme, const Catalogue& catalogue) {
  std::map<LocalDate, std::set<LocalDate>> weeks;
  for (const auto& [date, count] : sessions) {
    weeks[week_of(date)].insert(date);
    const auto* policy = catalogue.policy_on(date);
    if (!policy) continue;
    if (policy->sessions_per_day != 0 && count > policy->sessions_per_day) {
      problems.add(Severity::breach, "sessions-per-day",
                   "with '{}' station '{}' would have {} sessions on {}; {} permits {} a day", programme.id, station.id,
                   count, format_date(date), policy->reference, policy->sessions_per_day);
      return true;
    }
    const auto in_week = weeks[week_of(date)].size();
    if (policy->days_per_week != 0 && in_week > policy->days_per_week) {
      problems.add(Severity::breach, "days-per-week",
                   "with '{}' station '{}' would broadcast on {} days of the week of {}; {} permits {}", programme.id,
                   station.id, in_week, format_date(week_of(date)), policy->reference, policy->days_per_week);
      return true;
    }
  }
  return false;
}

void check_policy(Problems& problems, const Programme& programme, const Catalogue& catalogue, LocalDate today,
                  Zone zone) {
  const auto from = week_of(std::max(today, programme.validity.from.value_or(today)));
  const auto to = from + breach_horizon;
  const auto occurrences = expand(programme, duration_of(programme, catalogue), from, to, zone);
  if (occurrences.empty()) return;
  check_hours(problems, programme, occurrences, catalogue, zone);
  check_length(problems, programme, occurrences, catalogue);
  for (const auto& station : catalogue.stations) {
    if (!station.has_speaker || !store::reaches(programme.groups, station)) continue;
    const auto sessions = sessions_on(station, programme, catalogue, from, to, zone);
    if (check_sessions(problems, station, sessions, programme, catalogue)) return;
  }
}

// ---- a slogan --------------------------------------------------------------------------------------------------

const store::SloganImage* image_for(const store::Slogan& slogan, store::Geometry geometry) {
  for (const auto& image : slogan.images) {
    if (image.geometry == geometry) return &image;
  }
  return nullptr;
}

void check_images(Problems& problems, const std::string& name, const store::Slogan& slogan,
                  const Catalogue& catalogue) {
  for (const auto& image : slogan.images) {
    const auto* content = catalogue.content(image.object);
    if (!content || !content->image || !content->image->serves(image.geometry)) {
      problems.add(Severity::error, "unknown-content", "{} has no picture of {}×{} in the store", name,
                   image.geometry.width_px, image.geometry.height_px);
    } else if (content->image->width_px > image.geometry.width_px && slogan.scroll_px_s == 0) {
      problems.add(Severity::error, "too-wide", "{} is wider than the {}×{} sign: shorten it or let it scroll", name,
                   image.geometry.width_px, image.geometry.height_px);
    }
  }
}

void check_signs(Problems& problems, const std::string& name, const store::Slogan& slogan, const Catalogue& catalogue) {
  bool shown = false;
  for (const auto& station : catalogue.stations) {
    if (!station.sign || !store::reaches(slogan.groups, station)) continue;
    shown = true;
    if (image_for(slogan, *station.sign)) continue;
    problems.add(Severity::error, "no-picture", "{} was not rendered for the {}×{} sign of station '{}'", name,
                 station.sign->width_px, station.sign->height_px, station.id);
  }
  if (!shown) problems.add(Severity::warning, "no-sign", "{} reaches no station that has a sign", name);
}

}  // namespace

std::vector<Problem> check(const Programme& programme, const Catalogue& catalogue, LocalDate today, Zone zone) {
  Problems problems;
  const auto name = fmt::format("programme '{}'", programme.id);
  check_id(problems, "programme", programme.id);
  check_unreserved(problems, programme.id);
  if (catalogue.slogan(programme.id)) {
    problems.add(Severity::error, "taken", "'{}' is the name of a slogan: choose another for the programme",
                 programme.id);
  }
  if (!is_clean_utf8(programme.title) || programme.title.size() > max_text) {
    problems.add(Severity::error, "title", "the title of {} is not text of at most {} bytes", name, max_text);
  }
  if (!is_time(programme.start))
    problems.add(Severity::error, "time", "{} must begin between 00:00 and 23:59:59", name);
  check_groups(problems, name, programme.groups, catalogue);
  check_days(problems, name, programme.weekdays, programme.validity, today);
  check_segments(problems, name, programme, catalogue);
  if (duration_of(programme, catalogue) > hours{12}) {
    problems.add(Severity::error, "too-long", "{} lasts {}, more than 12 hours", name,
                 format_duration(duration_of(programme, catalogue)));
  }
  auto list = problems.take();
  if (!verdict(list)) return list;
  check_overlaps(problems, programme, catalogue, today, zone);
  check_policy(problems, programme, catalogue, today, zone);
  for (auto& problem : problems.take()) list.push_back(std::move(problem));
  return list;
}

std::vector<Problem> check(const store::Slogan& slogan, const Catalogue& catalogue, LocalDate today, Zone) {
  Problems problems;
  const auto name = fmt::format("slogan '{}'", slogan.id);
  check_id(problems, "slogan", slogan.id);
  check_unreserved(problems, slogan.id);
  if (catalogue.programme(slogan.id)) {
    problems.add(Severity::error, "taken", "'{}' is the name of a programme: choose another for the slogan", slogan.id);
  }
  if (slogan.text.empty() || !is_clean_utf8(slogan.text) || slogan.text.size() > max_text) {
    problems.add(Severity::error, "text", "the text of {} is empty or not text of at most {} bytes", name, max_text);
  }
  if (!is_time(slogan.from) || slogan.to <= slogan.from || slogan.to > 24h) {
    problems.add(Severity::error, "time", "{} must be shown from a time to a later time of the same day, {}–{} is not",
                 name, format_time(slogan.from), format_time(slogan.to));
  }
  if (slogan.dwell < 1s) problems.add(Severity::error, "dwell", "{} must stand at least 1 s", name);
  check_groups(problems, name, slogan.groups, catalogue);
  check_category(problems, name, slogan.category, catalogue);
  check_days(problems, name, slogan.weekdays, slogan.validity, today);
  check_images(problems, name, slogan, catalogue);
  check_signs(problems, name, slogan, catalogue);
  return problems.take();
}

std::vector<Problem> check(const Policy& policy) {
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
        (window.weekdays & store::every_day) != 0) {
      continue;
    }
    problems.add(Severity::error, "window", "{} has a window {}–{} that is empty, without weekday or louder than 0 dB",
                 name, format_time(minutes{window.from_minute}), format_time(minutes{window.to_minute}));
  }
  return problems.take();
}

}  // namespace loa::headend::timetable
