#pragma once
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/model/proof.hpp"
#include "headend/report/claims.hpp"
#include "headend/report/report.hpp"

namespace loa::headend::report {

/// Returns what the page of a sign's cue counts for: the slogan that put it there. Of a promise without facts the cue's
/// own column.
model::PageFacts page_facts(const model::PlannedCue& planned, std::size_t page);

/// Sums what each slogan was to stand on the signs and did, by the proofs' own count of its pictures.
class Slogans {
 public:
  /// Adds one cue of one sign.
  void add(const model::PlannedCue& planned, const std::vector<const model::ProofRecord*>& proofs,
           const Settlement& settled);
  /// @return by slogan, words and column; a slogan of three sizes is one row
  [[nodiscard]] std::vector<SloganRow> rows() const;

 private:
  using Key =
      std::tuple<std::string, std::string, std::string, std::string>;  // slogan, words, column, object if unknown

  SloganRow& row(const model::PlannedCue& planned, std::size_t page);
  SloganRow& row(const model::PlannedCue& planned, const model::PageFacts& facts, const std::string& object);
  void add_planned(const model::PlannedCue& planned);
  void add_shown(const model::PlannedCue& planned, const v1::Proof& proof, Micros credited);
  void add_object(const model::PlannedCue& planned, const v1::Proof& proof, const std::string& object, Micros shown,
                  std::uint64_t frames);

  std::map<Key, SloganRow> rows_;
};

}  // namespace loa::headend::report
