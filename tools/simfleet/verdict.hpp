#pragma once
#include <string>
#include <vector>

#include "tools/simfleet/sim_office.hpp"
#include "tools/simfleet/site.hpp"

namespace loa::tools::simfleet {

/// The report, through the real store and ledger, against what the horns emitted.
// wide: a record of sums, with two helpers
struct Verdict {
  std::uint64_t cues = 0;           ///< planned, not cancelled, ended within the run
  std::uint64_t proofs_lost = 0;    ///< cues of which some planned time has no proof, or a heard part is not reported
  std::uint64_t proofs_double = 0;  ///< claims that overlap, or break a rule
  std::int64_t false_us = 0;        ///< reported as played beyond what was emitted and one period a cue
  std::uint64_t fired_twice = 0;    ///< cues of which something was emitted twice in its place
  std::uint64_t silent = 0;  ///< cues that were silent while their time came under a right clock, and nothing was amiss
  std::uint64_t lowered = 0;   ///< cues of which a second that a report had as played was not in the last one
  std::uint64_t not_back = 0;  ///< stations that do not run, or cannot hand over their proofs, when all is well again
  std::uint64_t forks = 0;     ///< proofs that contradict their chain
  std::int64_t planned_us = 0;
  std::int64_t emitted_us = 0;
  std::int64_t reported_us = 0;
  std::int64_t unproved_us = 0;       ///< heard and not reported, for a power cut or an ill disk took it: allowed
  std::int64_t again_us = 0;          ///< heard twice, of it at most what a power cut took of its proof is allowed
  std::int64_t untimely_us = 0;       ///< heard by a clock that was wrong, and not counted: allowed
  std::vector<std::string> findings;  ///< a sentence for each, the first few
  std::vector<std::string> problems;  ///< of the office

  [[nodiscard]] bool held() const {
    return proofs_lost + proofs_double + fired_twice + silent + lowered + not_back + forks == 0 && false_us == 0 &&
           problems.empty();
  }
  void find(std::string sentence) {
    if (findings.size() < most_findings) findings.push_back(std::move(sentence));
  }
  static constexpr std::size_t most_findings = 20;
};

class History;

/// @param from,to  cues that begin and end in here are judged
/// @param history  what earlier reports said
Result<Verdict> judge(SimOffice& office, const std::vector<std::unique_ptr<Site>>& sites, const History& history,
                      Instant from, Instant to);

}  // namespace loa::tools::simfleet
