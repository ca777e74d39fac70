#pragma once
#include <array>
#include <map>
#include <string>
#include <vector>

#include "headend/store/catalogue.hpp"
#include "headend/store/facts.hpp"
#include "headend/store/store.hpp"
#include "headend/timetable/local_time.hpp"
#include "protocol/message/loa.pb.h"

/// Planned against actual: every planned microsecond in exactly one bucket.
namespace loa::headend::report {

inline constexpr std::size_t bucket_count = 9;  ///< v1::Bucket, 0…8

/// Where the planned time went, by bucket. The sum is the planned time, always.
struct Account {
  std::array<Micros, bucket_count> spent{};
  std::uint64_t cues = 0;

  [[nodiscard]] Micros planned() const;
  [[nodiscard]] Micros in(v1::Bucket bucket) const { return spent[static_cast<std::size_t>(bucket)]; }
  Account& operator+=(const Account& other);
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
  std::string occurrence;
  std::uint32_t segment = 0;
  std::string title;
  std::string category;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  Stretch stretch;
};

/// A claim that does not fit: it is shown, and never counted twice.
struct Anomaly {
  std::string station;
  std::string occurrence;
  std::uint32_t segment = 0;
  std::string kind;  ///< "overlap", "outside", "unplanned", "cancelled", "frames", "object", "clock"
  WallTime from;
  WallTime to;
  std::string text;  ///< one sentence
};

/// A line of a table: what it is about, and its account for one medium.
struct Row {
  std::string id;
  std::string name;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  Account account;
};

/// A line of the slogans' table: what one page was to stand on the signs, and did by the proofs' own count.
struct PageRow {
  std::string object;  ///< hexadecimal; empty: played, but a killed process left no count of its pages
  std::string title;
  std::string category;
  Micros planned{0};  ///< by the playlists' turns
  Micros shown{0};
  std::uint64_t frames = 0;
};

struct Report {
  timetable::LocalDate from;
  timetable::LocalDate to;  ///< included
  WallTime made;
  timetable::Zone zone;
  std::vector<Row> total;  ///< one for each medium
  std::vector<Row> stations;
  std::vector<Row> categories;
  std::vector<Row> groups;       ///< a station in two groups counts in both: these do not add up to the total
  std::vector<PageRow> pages;    ///< of all signs, by object
  std::vector<Row> emergencies;  ///< by station; in no table above
  std::vector<Row> fillers;      ///< by station, what was heard of them; no programme time, in no table above
  std::vector<Difference> differences;
  std::vector<Anomaly> anomalies;
  std::uint64_t cues_planned = 0;      ///< that had ended by `made`
  std::uint64_t cues_accounted = 0;    ///< of those: no microsecond unknown
  std::uint64_t cues_unexplained = 0;  ///< of those: the rest
  std::uint64_t cues_to_come = 0;      ///< of the period, not ended by `made`: not counted above
  std::uint64_t cues_cancelled = 0;
};

/// The part of UTC that a period of local dates is, both days included.
store::Span span_of(timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone);

/// Splits one cue's planned time among its proofs. The result covers [start, start + duration) without gap or overlap.
///
/// Claims are cut to the planned time. A gap inside a played part is INTERRUPTED ("underrun"), so are the frames that a
/// played part is short of ("frames-missing") and a part that played something else ("other-content"). Where proofs
/// contradict one another the one that says "not played" is believed: the figure can be defended, never inflated.
/// @param proofs     of this cue, in the order of their numbers
/// @param anomalies  overlaps, claims outside the planned time and the like are added here
std::vector<Stretch> split(const store::PlannedCue& cue, const std::vector<const store::ProofRecord*>& proofs,
                           std::vector<Anomaly>& anomalies);

/// Makes the report of a period, some stations at a time.
class Reporter {
 public:
  /// @param catalogue  for names and groups; must outlive the reporter
  /// @param now        cues that end later are "to come"
  Reporter(const store::Catalogue& catalogue, timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone,
           WallTime now);

  /// Counts whole stations: everything of a station in one call.
  /// @param planned  cues that start in the period; earlier ones are only used to recognise their proofs
  /// @param proofs   without flaw, by station, epoch and number; at least all of the cues above
  /// @param clock    what was found of its clock, by `since`; where that is anything, the call is about one station
  void add(const std::vector<store::PlannedCue>& planned, const std::vector<store::ProofRecord>& proofs,
           const std::vector<store::ClockFinding>& clock);

  /// Call once.
  Report finish();

 private:
  void add_filler(const store::PlannedCue& cue, const std::vector<const store::ProofRecord*>& proofs,
                  const std::vector<store::ClockFinding>& clock);
  void look_at_clock(const std::vector<const store::ProofRecord*>& proofs,
                     const std::vector<store::ClockFinding>& clock);
  void account(const store::PlannedCue& cue, const std::vector<Stretch>& stretches);
  void account_category(const store::PlannedCue& cue, const std::vector<Stretch>& stretches);
  void account_pages(const store::PlannedCue& cue, const std::vector<const store::ProofRecord*>& proofs, Micros played);
  PageRow& page_row(const std::string& object, const v1::Cue& cue);
  void add_cue(const store::PlannedCue& cue, const std::vector<const store::ProofRecord*>& proofs,
               const std::vector<store::ClockFinding>& clock);

  const store::Catalogue& catalogue_;
  store::Span span_;
  Report report_;
  using Rows = std::map<std::pair<v1::Medium, std::string>, Account>;
  Rows total_, stations_, categories_, groups_, emergencies_, fillers_;
  std::map<std::string, PageRow> pages_;  ///< by the object's bytes
};

/// Aligned text for people, Vietnamese first, English beside it; ends with
/// "N cues planned, N accounted for, N unexplained".
std::string format_text(const Report& report);

/// For programs: durations in microseconds, instants RFC 3339.
std::string format_json(const Report& report);

/// Reads what the report needs from the store, station by station.
/// @error invalid: `to` is before `from` · and those of the store
Result<Report> of_store(store::Store& store, timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone,
                        WallTime now);

/// A bucket for people, in both languages.
struct BucketName {
  const char* vi;
  const char* en;
  const char* word;  ///< for programs: "played", "content-missing" …
};
BucketName name_of(v1::Bucket bucket);

}  // namespace loa::headend::report
