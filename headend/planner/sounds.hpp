#pragma once
#include <map>
#include <utility>
#include <vector>

#include "headend/planner/planner.hpp"
#include "headend/timetable/timetable.hpp"

/// The sounds of one station: which programme runs when, and the cues of a run. Pure. A plan is made of these cues, and
/// headend/rules holds the same ones against the law.
namespace loa::headend::planner {

/// One run of a programme on one station.
struct Run {
  const model::Programme* programme = nullptr;
  timetable::Occurrence occurrence;  ///< begins when the station does: its stagger is contained
};

/// Lists the programmes of a catalogue that a station's loudspeaker is to sound; none if it has no loudspeaker.
std::vector<const model::Programme*> programmes_of(const model::Catalogue& catalogue, const model::Station& station);

/// Lists the runs of some programmes on a station on the local dates from…to, both included, by start, then by id.
std::vector<Run> runs_of(const std::vector<const model::Programme*>& programmes, const model::Catalogue& catalogue,
                         const model::Station& station, model::LocalDate from, model::LocalDate to,
                         timetable::Zone zone);

/// Makes the cues of a run, in the order of its segments; a segment without content in the catalogue has none.
std::vector<v1::Cue> cues_of(const Run& run, const model::Catalogue& catalogue, const model::Station& station,
                             const Settings& settings);

/// Which cues have a medium until when: those of one class and medium do not overlap.
class Tracks {
 public:
  using Track = std::pair<v1::Medium, v1::CueClass>;

  /// Takes a track for a stretch of time, unless it is taken at the start. Calls come in the order of their starts.
  /// @return whether it was free
  bool claim(Track track, WallTime start, WallTime end);
  /// Keeps a track at least until an instant.
  void keep(Track track, WallTime until);
  /// Gives the instant from which on a track is free; the earliest there is for one that was never taken.
  [[nodiscard]] WallTime free_from(Track track) const;

 private:
  std::map<Track, WallTime> busy_until_;
};

}  // namespace loa::headend::planner
