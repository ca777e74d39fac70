#pragma once
#include "headend/model/promise.hpp"
#include "headend/model/proof.hpp"
#include "tools/simfleet/history.hpp"
#include "tools/simfleet/verdict.hpp"

namespace loa::tools::simfleet {

/// Holds what the report says of the cues of one station against the horns of its boxes.
class CueJudge {
 public:
  using PlannedCue = headend::model::PlannedCue;
  using Proofs = std::vector<const headend::model::ProofRecord*>;

  CueJudge(Verdict& verdict, const Site& site, const ReportView& view, const History& history);

  /// @param planned not cancelled, unless it is a filler: one that was heard before counts all the same
  /// @param proofs  of the cue, as they are in the store: what the station said besides the figures
  void judge(const PlannedCue& planned, const Proofs& proofs);
  /// Call when all cues were judged: fillers have one figure for all.
  void finish();

 private:
  /// What came out of one cue, in planned time.
  struct Truth {
    Stretches heard;     ///< whenever
    Stretches in_place;  ///< when its time was
    Stretches owed;      ///< of that: from a box whose word counts, and whose proofs were not on a card that is lost
    std::int64_t allowance_us = 0;  ///< of the heard: may be without proof
    std::int64_t again_us = 0;      ///< heard twice in its place by one box
    std::int64_t may_again_us = 0;  ///< of that: explained by a process that ended before it could prove
  };
  /// One medium's fillers, all together.
  struct Fillers {
    std::int64_t heard_us = 0, owed_us = 0, allowance_us = 0;
    std::uint64_t cues = 0;
  };

  void find(const PlannedCue& planned, std::string_view what, std::int64_t us);
  [[nodiscard]] Truth truth_of(const PlannedCue& planned) const;
  void add_box(const PlannedCue& planned, const Site::Box& box, Truth& truth) const;
  void look_at_anomalies(const PlannedCue& planned, const Proofs& proofs);
  void look_for_false(const PlannedCue& planned, const Truth& truth, const Stretches& reported);
  void look_for_lost(const PlannedCue& planned, const Truth& truth, const Stretches& reported, std::int64_t said_us,
                     std::int64_t excused_us);
  void look_for_repeats(const PlannedCue& planned, const Truth& truth, std::int64_t said_us);
  void look_for_silence(const PlannedCue& planned, const Truth& truth, const std::vector<ReportView::Stretch>& account);
  void look_for_lowered(const PlannedCue& planned, const Stretches& reported);
  void add_filler(const PlannedCue& planned, const Truth& truth);
  [[nodiscard]] bool was_told(const PlannedCue& planned) const;
  [[nodiscard]] Stretches left_to_nobody(const PlannedCue& planned) const;
  [[nodiscard]] Stretches lost_with_cards(const PlannedCue& planned) const;
  [[nodiscard]] bool owes_account(const PlannedCue& planned) const;
  [[nodiscard]] std::int64_t leapt_us(const PlannedCue& planned) const;
  [[nodiscard]] Stretches untold(const PlannedCue& planned, const Stretch& silent) const;
  [[nodiscard]] Stretches well_times(const PlannedCue& planned) const;

  Verdict& verdict_;
  const Site& site_;
  const ReportView& view_;
  const History& history_;
  std::map<v1::Medium, Fillers> fillers_;
};

}  // namespace loa::tools::simfleet
