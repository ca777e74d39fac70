#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/report/report.hpp"
#include "headend/store/facts.hpp"

/// What proofs are worth: pure rules about clocks and journals.
namespace loa::headend::report {

/// What the head-end knows of the stations whose proofs it counts.
struct Known {
  std::vector<store::ClockFinding> clock;   ///< of the station, by `since`
  std::vector<store::ClockFinding> office;  ///< of the head-end's own clock, by `since`: so far ahead of the right time
  std::vector<store::JournalLife> journals;             ///< of the station
  std::vector<store::IdentityConflict> conflicts = {};  ///< times in which two boxes spoke as the station
  std::vector<store::LostProofs> lost = {};             ///< of the station: proofs that the office had and lost
};

/// Tells whether a proof is of a box that spoke besides the one that counts, of planned time that began while two did.
/// The first proofs of a second box are committed before the head-end can know that there are two.
bool is_of_second_box(const store::ProofRecord& record, const std::vector<store::IdentityConflict>& conflicts);

/// Returns when a proof came, by the right time as far as that is known.
WallTime came_at(const store::ProofRecord& record, const std::vector<store::ClockFinding>& office);

/// Tells whether the time that a proof speaks of had come when the head-end received it. What was heard or passed must
/// lie before; what is decided at once for a whole cue (a stop, a rule of the policy) needs its occurrence to have
/// begun. Both within store::clock_tolerance.
bool had_come(const store::ProofRecord& record, const store::PlannedCue& cue,
              const std::vector<store::ClockFinding>& office);

/// Tells why what was played was not heard when its proof says; absent: nothing speaks against it.
std::optional<std::string> wrong_hour(const store::ProofRecord& record, const Known& known);

/// Tells whether what is missing of a cue may have stood in proofs that the office had and lost: those were made
/// between `since` and `until`, and a proof is made when its cue is on or over.
bool is_lost_at_office(const store::PlannedCue& cue, const std::vector<store::LostProofs>& lost);

/// Returns when the newest journal of a station began: of planned time before it only an older one can speak.
std::optional<WallTime> newest_journal(const std::vector<store::JournalLife>& journals);

}  // namespace loa::headend::report
