#pragma once
#include <string>
#include <vector>

#include "tools/simfleet/sim_office.hpp"
#include "tools/simfleet/sim_station.hpp"

namespace loa::tools::simfleet {

/// The ledger's report against what the horns emitted.
struct Verdict {
  std::uint64_t cues = 0;           ///< planned, not cancelled, ended within the run
  std::uint64_t proofs_lost = 0;    ///< cues of which some planned time has no proof, or a heard part is not reported
  std::uint64_t proofs_double = 0;  ///< claims that overlap, or break a rule
  std::int64_t false_us = 0;        ///< reported as played beyond what was emitted and one period a cue
  std::uint64_t fired_twice = 0;    ///< cues of which something was emitted twice
  std::uint64_t not_back = 0;  ///< stations that do not run, or cannot hand over their proofs, when all is well again
  std::uint64_t forks = 0;     ///< proofs that contradict their chain
  std::int64_t planned_us = 0;
  std::int64_t emitted_us = 0;
  std::int64_t reported_us = 0;
  std::int64_t unproved_us = 0;       ///< heard and not reported, for a power cut or an ill disk took it: allowed
  std::int64_t again_us = 0;          ///< heard twice, of it at most what a power cut took of its proof is allowed
  std::vector<std::string> findings;  ///< a sentence for each, the first few
  std::vector<std::string> problems;  ///< of the office

  [[nodiscard]] bool held() const {
    return proofs_lost + proofs_double + fired_twice + not_back + forks == 0 && false_us == 0 && problems.empty();
  }
};

/// @param from,to  cues that begin and end in here are judged
Result<Verdict> judge(SimOffice& office, const std::vector<std::unique_ptr<SimStation>>& stations, Instant from,
                      Instant to);

}  // namespace loa::tools::simfleet
