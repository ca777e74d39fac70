#include "headend/rules/entry.hpp"

#include "headend/timetable/timetable.hpp"
#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"

namespace loa::headend::rules {

using namespace std::chrono_literals;

void check_id(Problems& problems, const char* what, const std::string& id) {
  if (is_id(id)) return;
  problems.add(Severity::error, "id", "'{}' cannot name a {}: use 1 to 32 of a–z, 0–9 and '-'", id, what);
}

void check_unreserved(Problems& problems, const std::string& id) {
  if (id == timetable::sign_playlist) {
    problems.add(Severity::error, "taken", "'{}' is the name of the signs' playlists: choose another", id);
  } else if (protocol::message::is_reserved(id)) {
    problems.add(Severity::error, "id", "'{}' is the name of something else for every station: choose another id", id);
  }
}

void check_groups(Problems& problems, const std::string& name, const std::vector<std::string>& groups,
                  const model::Catalogue& catalogue) {
  if (groups.empty())
    problems.add(Severity::error, "no-group", "{} has no target group: name at least one, or 'all'", name);
  for (const auto& group : groups) {
    if (group == model::everyone || catalogue.group(group)) continue;
    problems.add(Severity::error, "unknown-group", "{} names the group '{}', which does not exist", name, group);
  }
}

void check_days(Problems& problems, const std::string& name, model::Weekdays weekdays, const model::Validity& validity,
                model::LocalDate today) {
  if ((weekdays & model::every_day) == 0)
    problems.add(Severity::error, "no-day", "{} has no weekday: name at least one", name);
  if (validity.from && validity.to && *validity.to < *validity.from) {
    problems.add(Severity::error, "validity", "{} would end on {}, before it begins on {}", name,
                 timetable::format_date(*validity.to), timetable::format_date(*validity.from));
  } else if (validity.to && *validity.to < today) {
    problems.add(Severity::warning, "past", "{} ended on {}: it will not be planned", name,
                 timetable::format_date(*validity.to));
  }
}

void check_category(Problems& problems, const std::string& name, const std::string& category,
                    const model::Catalogue& catalogue) {
  if (catalogue.category(category)) return;
  problems.add(Severity::error, "unknown-category", "{} names the category '{}', which does not exist", name, category);
}

bool is_time(model::TimeOfDay time) { return time >= 0s && time < 24h; }

}  // namespace loa::headend::rules
