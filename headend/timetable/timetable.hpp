#pragma once
#include <string>
#include <vector>

#include "headend/model/catalogue.hpp"
#include "headend/timetable/local_time.hpp"

namespace loa::headend::timetable {

/// One run of a programme on one local day.
struct Occurrence {
  std::string id;  ///< "<programme>/<YYYY-MM-DD>/<HHMMSS>", local
  std::string programme;
  LocalDate date;
  WallTime start;
  Micros duration{0};
  [[nodiscard]] WallTime end() const { return start + duration; }
};

/// "<programme>/<YYYY-MM-DD>/<HHMMSS>": the name of an occurrence for ever.
std::string occurrence_id(std::string_view programme, LocalDate date, TimeOfDay time);

/// What stands for the programme in the occurrences of a sign's playlists; no programme or slogan may be called so.
inline constexpr const char* sign_playlist = "bang-led";

/// The position of a frame at 48 000 Hz, rounded to the nearest microsecond: positions of many segments do not drift.
constexpr Micros position_of(std::int64_t frames) { return Micros{(frames * 125 + 3) / 6}; }

/// Length of a programme: its contents' frames, summed before rounding. Contents that are missing count nothing.
Micros duration_of(const model::Programme& programme, const model::Catalogue& catalogue);

/// Every occurrence whose local date lies in from…to, both included, by start.
std::vector<Occurrence> expand(const model::Programme& programme, Micros duration, LocalDate from, LocalDate to,
                               Zone zone);

enum class Severity {
  error,    ///< makes no sense: must not be stored
  breach,   ///< breaks the policy: stations will refuse it and say so
  warning,  ///< probably not meant
};

/// Something wrong with an entry, told while it is being edited.
struct Problem {
  Severity severity = Severity::error;
  std::string code;   ///< stable word: "empty", "unknown-group", "overlap", "hours" …
  std::string text;   ///< one sentence
  std::string other;  ///< id of the other programme, for an overlap
};

/// Everything that is wrong with a programme, as if it were added to the catalogue or replaced its namesake there.
/// @param today  breaches are looked for from this day on, over 28 days of its validity
std::vector<Problem> check(const model::Programme& programme, const model::Catalogue& catalogue, LocalDate today,
                           Zone zone);

/// The same for a slogan. (Slogans that share a window take turns: no overlap among them is wrong.)
std::vector<Problem> check(const model::Slogan& slogan, const model::Catalogue& catalogue, LocalDate today, Zone zone);

/// The same for a policy.
std::vector<Problem> check(const model::Policy& policy);

/// The errors as one Error; the first sentence, and how many more. No error: success. Breaches count when `strict`.
Result<void> verdict(const std::vector<Problem>& problems, bool strict = false);

}  // namespace loa::headend::timetable
