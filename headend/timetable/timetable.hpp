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

}  // namespace loa::headend::timetable
