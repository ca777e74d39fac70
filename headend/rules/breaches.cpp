#include "headend/rules/breaches.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "headend/rules/refusals.hpp"

namespace loa::headend::rules {
namespace {

using namespace std::chrono;
using model::LocalDate;
using model::Policy;
using protocol::message::Reason;
using timetable::format_date;

constexpr days breach_horizon{28};

struct Stretch {
  LocalDate from, to;
};

std::string clock(WallTime instant, timetable::Zone zone) {
  return timetable::format_local_time(instant, zone).substr(0, 8);
}

std::string windows_of(const Policy& policy, LocalDate date) {
  std::string text;
  for (const auto& window : policy.windows) {
    if (!timetable::falls_on(window.weekdays, date)) continue;
    text += (text.empty() ? "" : ", ") + timetable::format_time(minutes{window.from_minute}) + "–" +
            timetable::format_time(minutes{window.to_minute});
  }
  return text.empty() ? "none" : text;
}

/// Puts what one station will refuse into sentences, each kind once.
class Breaches {
 public:
  Breaches(Problems& problems, const model::Programme& edited, const model::Catalogue& catalogue, timetable::Zone zone)
      : problems_(problems), edited_(edited), catalogue_(catalogue), zone_(zone) {}

  void tell(const Refusal& refusal, const model::Station& station, const Soundings& soundings) {
    const auto* policy = catalogue_.policy_on(refusal.judged);
    if (!told_.insert(policy ? protocol::message::name_of(refusal.reason) : "no-policy").second) return;
    const auto run = std::find_if(soundings.runs.begin(), soundings.runs.end(), [&](const planner::Run& one) {
      return one.occurrence.id == refusal.cue.occurrence();
    });
    if (!policy) {
      problems_.add(Severity::breach, "no-policy", "no policy is in force on {}: stations will refuse '{}'",
                    format_date(refusal.judged), run->programme->id);
    } else if (refusal.reason == Reason::policy_sessions) {
      tell_sessions(refusal.date, station, soundings, *policy);
    } else if (refusal.reason == Reason::policy_days) {
      tell_days(refusal.date, station, soundings, *policy);
    } else if (refusal.reason == Reason::policy_minutes) {
      problems_.add(Severity::breach, "session-length", "'{}' lasts {}, more than the {} minutes a session of {}",
                    run->programme->id, format_duration(run->occurrence.duration), policy->minutes_per_session,
                    policy->reference);
    } else {
      tell_hours(refusal, *run, station, *policy);
    }
  }

 private:
  void tell_hours(const Refusal& refusal, const planner::Run& run, const model::Station& station,
                  const Policy& policy) {
    const auto& occurrence = run.occurrence;
    const auto when = fmt::format("'{}' on {} at {}–{}", run.programme->id, format_date(occurrence.date),
                                  clock(occurrence.start, zone_), clock(occurrence.end(), zone_));
    if (refusal.reason == Reason::policy_not_valid) {
      problems_.add(Severity::breach, "policy-change",
                    "{} runs into {}, on which {} comes into force: stations will break it off at midnight", when,
                    format_date(refusal.judged), policy.reference);
    } else {
      problems_.add(Severity::breach, "hours", "{} is outside the permitted hours ({}) of {}{}", when,
                    windows_of(policy, occurrence.date), policy.reference, lag_of(station));
    }
  }

  /// A station's stagger can push a programme over the end of a window.
  static std::string lag_of(const model::Station& station) {
    if (station.stagger == Micros{0}) return {};
    return fmt::format(" (station '{}' plays {} later)", station.id, format_duration(station.stagger));
  }

  void tell_sessions(LocalDate date, const model::Station& station, const Soundings& soundings, const Policy& policy) {
    const auto count = std::count_if(soundings.runs.begin(), soundings.runs.end(), [&](const planner::Run& run) {
      return zone_.date_of(run.occurrence.start) == date;
    });
    problems_.add(Severity::breach, "sessions-per-day",
                  "with '{}' station '{}' would have {} sessions on {}; {} permits {} a day", edited_.id, station.id,
                  count, format_date(date), policy.reference, policy.sessions_per_day);
  }

  void tell_days(LocalDate date, const model::Station& station, const Soundings& soundings, const Policy& policy) {
    std::set<LocalDate> in_week;
    for (const auto& run : soundings.runs) {
      const auto day = zone_.date_of(run.occurrence.start);
      if (timetable::week_of(day) == timetable::week_of(date)) in_week.insert(day);
    }
    problems_.add(Severity::breach, "days-per-week",
                  "with '{}' station '{}' would broadcast on {} days of the week of {}; {} permits {}", edited_.id,
                  station.id, in_week.size(), format_date(timetable::week_of(date)), policy.reference,
                  policy.days_per_week);
  }

  Problems& problems_;
  const model::Programme& edited_;
  const model::Catalogue& catalogue_;
  timetable::Zone zone_;
  std::set<std::string_view> told_;
};

using Cues = std::set<std::pair<std::string, std::uint32_t>>;

Cues cues_of(const std::vector<Refusal>& refusals) {
  Cues cues;
  for (const auto& refusal : refusals) cues.emplace(refusal.cue.occurrence(), refusal.cue.segment());
  return cues;
}

bool is_of(const Refusal& refusal, const model::Programme& programme) {
  return std::string_view{refusal.cue.occurrence()}.starts_with(programme.id + "/");
}

}  // namespace

void check_law(Problems& problems, const model::Programme& programme, const model::Catalogue& catalogue,
               LocalDate today, timetable::Zone zone) {
  planner::Settings settings;
  settings.zone = zone;
  const auto from = timetable::week_of(std::max(today, programme.validity.from.value_or(today)));
  const Stretch stretch{from, from + breach_horizon};
  Breaches breaches{problems, programme, catalogue, zone};
  std::set<std::pair<std::vector<const model::Programme*>, Micros>> alike;  // stations with the same programmes
  for (const auto& station : catalogue.stations) {
    if (!station.has_speaker || !model::reaches(programme.groups, station)) continue;
    auto programmes = planner::programmes_of(catalogue, station);
    std::erase_if(programmes, [&](const auto* one) { return one->id == programme.id; });
    if (!alike.emplace(programmes, station.stagger).second) continue;
    const auto before = soundings_of(programmes, catalogue, station, stretch.from, stretch.to, settings);
    programmes.push_back(&programme);
    const auto after = soundings_of(programmes, catalogue, station, stretch.from, stretch.to, settings);
    const auto refused_anyway = cues_of(refusals_of(before.cues, catalogue, settings));
    for (const auto& refusal : refusals_of(after.cues, catalogue, settings)) {
      const bool because_of_it =
          is_of(refusal, programme) || !refused_anyway.contains({refusal.cue.occurrence(), refusal.cue.segment()});
      if (because_of_it && refusal.judged >= today) breaches.tell(refusal, station, after);
    }
  }
}

}  // namespace loa::headend::rules
