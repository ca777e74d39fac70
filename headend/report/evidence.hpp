#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/model/fleet.hpp"
#include "headend/model/promise.hpp"
#include "headend/model/proof.hpp"
#include "headend/report/report.hpp"

/// What proofs are worth: pure rules about clocks and journals.
namespace loa::headend::report {

/// What the head-end knows of the stations whose proofs it counts.
struct Known {
  std::vector<model::ClockFinding> clock;   ///< of the station, by `since`
  std::vector<model::ClockFinding> office;  ///< of the head-end's own clock, by `since`: so far ahead of the right time
  std::vector<model::JournalLife> journals;             ///< of the station
  std::vector<model::IdentityConflict> conflicts = {};  ///< times in which two boxes spoke as the station
  std::vector<model::LostProofs> lost = {};             ///< of the station: proofs that the office had and lost
};

/// Tells whether a proof is of a box that spoke besides the one that counts, of planned time that began while two did.
/// The first proofs of a second box are committed before the head-end can know that there are two.
bool is_of_second_box(const model::ProofRecord& record, const std::vector<model::IdentityConflict>& conflicts);

/// Returns when a proof came, by the right time as far as that is known.
WallTime came_at(const model::ProofRecord& record, const std::vector<model::ClockFinding>& office);

/// Tells whether the time that a proof speaks of had come when the head-end received it. What was heard or passed must
/// lie before; what is decided at once for a whole cue (a stop, a rule of the policy) needs its occurrence to have
/// begun. Both within model::clock_tolerance.
bool had_come(const model::ProofRecord& record, const model::PlannedCue& cue,
              const std::vector<model::ClockFinding>& office);

/// Tells why what was played was not heard when its proof says; absent: nothing speaks against it.
std::optional<std::string> wrong_hour(const model::ProofRecord& record, const Known& known);

/// Tells whether what is missing of a cue may have stood in proofs that the office had and lost: those were made
/// between `since` and `until`, and a proof is made when its cue is on or over.
bool is_lost_at_office(const model::PlannedCue& cue, const std::vector<model::LostProofs>& lost);

/// Returns when the newest journal of a station began: of planned time before it only an older one can speak.
std::optional<WallTime> newest_journal(const std::vector<model::JournalLife>& journals);

}  // namespace loa::headend::report
