#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/store/catalogue.hpp"
#include "headend/store/facts.hpp"
#include "headend/timetable/local_time.hpp"
#include "protocol/message/loa.pb.h"

/// From wishes to orders: programmes × calendar × groups → what one station does, cue by cue. Pure and deterministic.
namespace loa::headend::planner {

/// What is the same for every station of a ward.
struct Settings {
  timetable::Zone zone;
  std::string content_url;  ///< "https://host:port/content/"
  int horizon_days = 31;    ///< local days after today that a plan covers; ≥ 31, so that 30 days always remain
  Micros near_past = std::chrono::hours{2};  ///< begun cues that ended less than this ago stay in the plan
  Micros longest_playlist =
      std::chrono::minutes{30};  ///< one cue of a sign: an edit is seen, and evidence there, so soon
  v1::ClockGrade required_grade = v1::CLOCK_GRADE_NETWORK;
};

/// What a plan is and which facts it brings.
struct Planned {
  v1::Plan plan;                         ///< whole, its pages folded (protocol/message/compact.hpp)
  std::vector<store::PlannedCue> cues;   ///< those of the plan's cues that start at or after `now`, plan_sequence unset
  std::vector<std::string> notes;        ///< a sentence for each thing that had to be left out
  std::vector<std::string> crowded_out;  ///< a sentence for each limit of the protocol that keeps slogans out
};

/// Collects what the catalogue wants of one station, whether or not a plan can carry it.
Planned draft(const store::Catalogue& catalogue, const store::Station& station, WallTime now, const Settings& settings,
              const std::vector<store::PlannedCue>& begun);

/// Compiles the plan of one station: draft(), checked, each cue with its own pages.
/// An occurrence that begins before `now` is never newly planned; one that had begun is taken as `begun` remembers it,
/// so that editing a programme on air changes its next occurrence.
/// @param begun  Store::begun_cues(station, now − near_past, now)
/// @error invalid: the result breaks a rule of protocol/message/check, the sentence says which; or it has more pages
///        than an envelope holds
Result<Planned> compile(const store::Catalogue& catalogue, const store::Station& station, WallTime now,
                        const Settings& settings, const std::vector<store::PlannedCue>& begun);

/// The policy of today as a station keeps it, up to the day on which another one takes its place.
/// @param note  set to a sentence when none is in force
v1::Policy policy_message(const store::Catalogue& catalogue, store::LocalDate today, const Settings& settings,
                          std::optional<std::string>& note);

/// A title of one line, cut at a whole character to the protocol's limit.
std::string short_title(std::string title);

}  // namespace loa::headend::planner
