#pragma once
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headend/model/terms.hpp"
#include "headend/timetable/local_time.hpp"
#include "protocol/message/loa.pb.h"

/// Planned against actual: every planned microsecond in exactly one bucket. Plain values; reporter.hpp makes them.
namespace loa::headend::report {

inline constexpr std::size_t bucket_count = 9;  ///< v1::Bucket, 0…8

/// Where the planned time of stations went, by bucket: each station counts (loudspeaker-hours, or a sign's display
/// time). The sum is the planned time, always.
struct Account {
  std::array<Micros, bucket_count> spent{};
  std::uint64_t cues = 0;

  [[nodiscard]] Micros planned() const;
  [[nodiscard]] Micros in(v1::Bucket bucket) const { return spent[static_cast<std::size_t>(bucket)]; }
  void add(v1::Bucket bucket, Micros length) { spent[static_cast<std::size_t>(bucket)] += length; }
  Account& operator+=(const Account& other);
};

/// Broadcast hours: an occurrence counts once, however many loudspeakers it is for.
struct Hours {
  Micros planned{0};
  Micros actual{0};  ///< duration × played ÷ owed station-time
  bool operator==(const Hours&) const = default;
};

/// One stretch of planned time and what became of it.
struct Stretch {
  WallTime from;
  WallTime to;
  v1::Bucket bucket = v1::BUCKET_UNKNOWN;
  std::string reason;  ///< the proof's word; "underrun" for a gap; "no-proof" where nothing was heard
};

/// A stretch that was not played.
struct Difference {
  std::string station;
  std::string station_name;
  std::string occurrence;
  std::uint32_t segment = 0;
  std::string title;
  std::string category;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  bool emergency = false;
  Stretch stretch;
};

/// Differences of one station with one cause, over days on end: of the days on which the station had something to do
/// none lies between two of them.
struct Run {
  std::string station;
  std::string station_name;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  bool emergency = false;
  v1::Bucket bucket = v1::BUCKET_UNKNOWN;
  std::string reason;
  timetable::LocalDate from;
  timetable::LocalDate to;     ///< included
  std::uint64_t sessions = 0;  ///< occurrences
  std::uint64_t cues = 0;
  Micros length{0};
};

/// A claim that does not fit: it is shown, and never counted twice.
struct Anomaly {
  std::string station;
  std::string occurrence;
  std::uint32_t segment = 0;
  std::string kind;  ///< "overlap", "outside", "unplanned", "cancelled", "frames", "object", "clock", "not-come"
  WallTime from;
  WallTime to;
  std::string text;  ///< one sentence
};

/// What is known and needs nobody: one line for a station and kind.
struct Note {
  std::string station;
  std::string station_name;
  std::string kind;  ///< "new-journal", "not-come"
  std::uint64_t proofs = 0;
  Micros length{0};  ///< planned time that it is about
};

/// A line of a table: what it is about, and its account for one medium.
struct Row {
  std::string id;
  std::string name;  ///< as promised; of several in the period all, by time
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  Account account;
  std::optional<Hours> broadcast;  ///< of loudspeakers, where stations are summed
};

/// A line of the slogans' table: what a slogan was to stand on the signs, and did by the proofs' own count.
struct SloganRow {
  std::string slogan;  ///< id; empty: not known
  std::string text;    ///< empty: played, but a killed process left no count of its pages
  model::Named column;
  std::set<std::string> objects;  ///< its pictures, hexadecimal: one for each size of sign
  Micros planned{0};              ///< by the playlists' turns
  Micros shown{0};
  std::uint64_t frames = 0;
};

/// What was heard after it had its account, by station: counted nowhere else.
struct Again {
  std::string station;
  std::string station_name;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  std::uint64_t proofs = 0;
  Micros length{0};
};

/// One figure that a later revision of a report tells otherwise.
struct Change {
  std::string table;  ///< "total", "stations" … as in the JSON
  std::string id;
  std::string name;
  std::string medium;
  std::string what;  ///< path of the figure: "spent_us.played", "cues" …
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// Which report of a closed period this is.
struct Revision {
  std::uint32_t number = 1;
  WallTime made;                ///< when this revision was made first
  bool kept = true;             ///< false: it would be the next one, and was only looked at
  std::vector<Change> changes;  ///< from the revision before
};

struct Report {
  timetable::LocalDate from;
  timetable::LocalDate to;  ///< included
  WallTime made;
  timetable::Zone zone;
  std::optional<WallTime> first_plan;  ///< issued to ward or station, whatever the period; absent: none was
  std::optional<Revision> revision;    ///< absent: the period is not over, or nobody asked for one
  std::vector<Row> total;              ///< one for each medium
  std::vector<Row> stations;
  std::vector<Row> categories;
  std::vector<Row> groups;               ///< a station in two groups counts in both: these do not add up to the total
  std::uint64_t stations_in_groups = 0;  ///< that are in several groups
  std::vector<SloganRow> slogans;
  std::vector<Row> emergencies;  ///< by station; in no table above
  std::vector<Row> fillers;      ///< by station, what was heard of them; no programme time, in no table above
  std::vector<Again> again;
  std::vector<Run> runs;
  std::vector<Difference> differences;
  std::vector<Anomaly> anomalies;
  std::vector<Note> notes;
  std::uint64_t cues_planned = 0;      ///< that had ended by `made`
  std::uint64_t cues_accounted = 0;    ///< of those: no microsecond unknown
  std::uint64_t cues_unexplained = 0;  ///< of those: the rest
  std::uint64_t cues_to_come = 0;      ///< of the period, not ended by `made`: not counted above
  std::uint64_t cues_cancelled = 0;
  std::uint64_t cues_as_of_migration = 0;  ///< of those planned: counted by the catalogue of the migration's day
};

/// Whether the period is over, so that only evidence that comes late can change the report.
bool is_closed(const Report& report);

/// The part of UTC that a period of local dates is, both days included.
model::Span span_of(timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone);

/// How much of the differences a text lists.
enum class Detail { runs, cues };

/// Aligned text for people, Vietnamese first, English beside it; ends with
/// "N cues planned, N accounted for, N unexplained".
std::string format_text(const Report& report, Detail detail = Detail::runs);

/// For programs: durations in microseconds, instants RFC 3339.
std::string format_json(const Report& report);

}  // namespace loa::headend::report
