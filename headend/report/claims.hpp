#pragma once
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/model/proof.hpp"
#include "headend/report/evidence.hpp"
#include "headend/report/report.hpp"

namespace loa::headend::report {

/// What became of one cue's planned time.
struct Settlement {
  std::vector<Stretch> stretches;  ///< cover [start, start + duration) without gap or overlap
  std::vector<Micros> credited;    ///< for each proof, in their order: how much of it counts as PLAYED
  std::vector<bool> not_come;      ///< for each proof: its time had not come, so nothing of it counts
  std::uint64_t aside = 0;         ///< proofs of another journal that book as silent what is known better
  Micros aside_length{0};
};

/// Settles one cue's planned time among its proofs.
///
/// Claims are cut to the planned time. A gap inside a played part is INTERRUPTED ("underrun"), so are the frames that a
/// played part is short of ("frames-missing") and a part that played something else ("other-content"). Proofs whose
/// time had not come count for nothing; an `anew` proof takes the place of what the station said before of its span.
/// Where the rest contradict one another the one that says "not played" is believed, so that the figure can be
/// defended, never inflated. Two things only are weaker: NODE_DARK of a journal that did not see it, beside another
/// journal's word – PLAYED with measured frames, or any other reason why not; and any silence of a journal beside such
/// a word that the head-end had from another journal before. (PROTOCOL.md §8.5) Where no proof
/// speaks: UNKNOWN "lost-at-office" where the office had proofs and lost them (§8.12); NODE_DARK "before-journal"
/// before the newest journal began; CLOCK_UNTRUSTED "not-come" where only proofs speak whose time had not come; UNKNOWN
/// "no-proof" elsewhere.
/// @param proofs     of this cue, by epoch and number
/// @param anomalies  overlaps, claims outside the planned time and the like are added here
Settlement settle(const model::PlannedCue& cue, const std::vector<const model::ProofRecord*>& proofs,
                  const Known& known, std::vector<Anomaly>& anomalies);

/// The stretches alone, of a station of which nothing but its proofs is known.
std::vector<Stretch> split(const model::PlannedCue& cue, const std::vector<const model::ProofRecord*>& proofs,
                           std::vector<Anomaly>& anomalies);

}  // namespace loa::headend::report
