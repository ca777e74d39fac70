#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/model/catalogue.hpp"
#include "headend/model/promise.hpp"
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
      std::chrono::minutes{30};  ///< one cue of a sign where nothing is edited: evidence is there so soon
  Micros sign_lead =
      std::chrono::seconds{2};  ///< from an order for a sign to its instant: for the way, and to fetch a page
  v1::ClockGrade required_grade = v1::CLOCK_GRADE_NETWORK;
};

/// What a plan is and which facts it brings.
struct Planned {
  v1::Plan plan;  ///< whole, its pages folded (protocol/message/compact.hpp)
  /// Those of the plan's cues that start at or after `now`, and those of the sign that had begun and end earlier than
  /// was promised; plan_sequence unset.
  std::vector<model::PlannedCue> cues;
  std::vector<std::string> notes;        ///< a sentence for each thing that had to be left out
  std::vector<std::string> crowded_out;  ///< a sentence for each limit of the protocol that keeps slogans out
};

/// Collects what the catalogue wants of one station, whether or not a plan can carry it.
Planned draft(const model::Catalogue& catalogue, const model::Station& station, WallTime now, const Settings& settings,
              const std::vector<model::PlannedCue>& begun);

/// Compiles the plan of one station: draft(), checked, each cue with its own pages.
/// An occurrence that begins before `now` is never newly planned; one that had begun is taken as `begun` remembers it,
/// so that editing a programme on air changes its next occurrence. A sign follows at once: its cue ends where something
/// else is wanted, `sign_lead` and at most two seconds from `now`, and the next one begins there with what is new. A
/// begun cue of a sign that shows what is wanted stays as it is.
/// @param begun  Store::begun_cues(station, now − near_past, promised_until(now))
/// @error invalid: the result breaks a rule of protocol/message/check, the sentence says which; or it has more pages
///        than an envelope holds
Result<Planned> compile(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                        const Settings& settings, const std::vector<model::PlannedCue>& begun);

/// Up to when compile() wants to know what was promised: a sign's cue that begins before a change can be obeyed is
/// kept.
WallTime promised_until(WallTime now, const Settings& settings);

/// A title of one line, cut at a whole character to the protocol's limit.
std::string short_title(std::string title);

}  // namespace loa::headend::planner
