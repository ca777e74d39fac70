#include "tools/simfleet/verdict.hpp"

#include <algorithm>

#include "headend/report/report.hpp"

namespace loa::tools::simfleet {
namespace {

using headend::store::PlannedCue;
using headend::store::ProofRecord;
using station::CueKey;

constexpr std::size_t most_findings = 20;
constexpr std::int64_t mark_sync_us = 15 * second_us;
constexpr std::int64_t settling_us = minute_us;  // from the last sound to the durable proof

class Judge {
 public:
  Judge(Verdict& verdict, SimStation& station) : verdict_(verdict), station_(station) {}

  void judge(const PlannedCue& planned, const std::vector<const ProofRecord*>& proofs);

 private:
  void find(const PlannedCue& planned, std::string_view what, std::int64_t us);
  void compare(const PlannedCue& planned, const Emission* emission, std::int64_t reported_us, std::int64_t again_us,
               std::int64_t excused_us);
  [[nodiscard]] bool was_told(const PlannedCue& planned) const;
  [[nodiscard]] bool owes_account(const PlannedCue& planned) const;
  [[nodiscard]] std::int64_t allowance(const Emission& emission) const;

  Verdict& verdict_;
  SimStation& station_;
};

void Judge::find(const PlannedCue& planned, std::string_view what, std::int64_t us) {
  if (verdict_.findings.size() >= most_findings) return;
  verdict_.findings.push_back(fmt::format("{} {} segment {}: {} ({} us)", station_.id(), planned.cue.occurrence(),
                                          planned.cue.segment(), what, us));
}

/// How much of what was heard may be without proof: a power cut takes what the marks had not synced; an ill disk all of
/// what waited for it, also what the next process found in the marks.
std::int64_t Judge::allowance(const Emission& emission) const {
  Instant until = emission.ended + settling_us;
  std::int64_t cuts = 0;
  for (const Instant cut : station_.power_cuts()) {
    if (cut < emission.begun || cut > until) continue;
    ++cuts;
    const auto& starts = station_.starts();
    const auto start = std::upper_bound(starts.begin(), starts.end(), cut);
    if (start != starts.end()) until = std::max(until, *start + settling_us);
  }
  for (const auto& illness : station_.disk_illnesses()) {
    if (illness.from_us <= until && illness.to_us >= emission.begun) return INT64_MAX;
  }
  return cuts * (mark_sync_us + period_us) + period_us;
}

/// Whether the station knew of the cue what the office's record says of it. An emergency that never arrived is
/// nobody's.
bool Judge::was_told(const PlannedCue& planned) const {
  if (planned.cue.cue_class() == v1::CUE_CLASS_EMERGENCY) return station_.emergencies().contains(planned.plan_sequence);
  return station_.was_told(planned.cue);
}

/// A filler owes nothing for its silence. An emergency is obeyed though an ill disk does not keep it: then the next
/// process may not know of it.
bool Judge::owes_account(const PlannedCue& planned) const {
  const auto& cue = planned.cue;
  if (cue.cue_class() == v1::CUE_CLASS_FILLER || !was_told(planned)) return false;
  if (cue.start_us() < station_.journal_began()) return false;  // PROTOCOL.md §8.9
  if (cue.cue_class() != v1::CUE_CLASS_EMERGENCY) return cue.start_us() >= station_.first_plan();
  const Instant from = cue.start_us() - hour_us, obeyed = station_.emergencies().at(planned.plan_sequence);
  const Instant to = std::max(cue.start_us() + cue.duration_us(), obeyed) + settling_us;
  const auto& ill = station_.disk_illnesses();
  return std::none_of(ill.begin(), ill.end(), [&](const auto& one) { return one.from_us <= to && one.to_us >= from; });
}

/// Begun again, and the process ended before it reached new ground: no proof is left to say so in.
std::int64_t cut_off_again(const PlannedCue& planned, const Emission& emission) {
  return planned.cue.preempt_policy() == v1::PREEMPT_POLICY_RESTART ? emission.cut_us : 0;
}

/// The same, of a front that its first time had missed and accounted for: heard after its account, and no proof to say
/// so in.
std::int64_t front_cut_off_again(const PlannedCue& planned, const Emission* emission,
                                 const std::vector<headend::report::Stretch>& stretches) {
  if (emission == nullptr || cut_off_again(planned, *emission) == 0) return 0;
  std::int64_t front_us = 0, missed_us = 0;
  for (const auto& stretch : stretches) {  // by time
    if (stretch.bucket == v1::BUCKET_PLAYED) {
      front_us = missed_us;
    } else if (stretch.bucket != v1::BUCKET_UNKNOWN) {
      missed_us += measure(within(emission->stretches, to_us(stretch.from), to_us(stretch.to))).once_us;
    }
  }
  return front_us;
}

void Judge::compare(const PlannedCue& planned, const Emission* emission, std::int64_t reported_us,
                    std::int64_t again_us, std::int64_t excused_us) {
  Heard heard = emission ? measure(emission->stretches) : Heard{};
  const std::int64_t said = std::min(heard.again_us, again_us);  // in a proof
  heard.again_us -= said;
  verdict_.emitted_us += heard.once_us;
  verdict_.reported_us += reported_us;
  verdict_.again_us += heard.again_us;
  // A clock that was ahead and set back, and a power cut in between: what the cut took is heard at its time once more.
  if (heard.again_us > period_us &&
      heard.again_us > std::max(allowance(*emission), cut_off_again(planned, *emission) + period_us)) {
    ++verdict_.fired_twice;
    find(planned, "fired twice", heard.again_us);
  }
  const std::int64_t claimed = reported_us - heard.once_us;
  if (claimed > period_us) {
    verdict_.false_us += claimed;
    find(planned, "reported and not emitted", claimed);
  }
  if (-claimed <= period_us + again_us - said) return;  // heard after it had its account, and said so
  verdict_.unproved_us -= claimed;
  if (-claimed - excused_us <= allowance(*emission) || !was_told(planned)) return;
  ++verdict_.proofs_lost;
  find(planned, "emitted and not reported", -claimed);
}

/// A clock that was believed and ahead books and plays cues of tomorrow; then the office changes them.
bool is_of_an_older_plan(const headend::report::Anomaly& anomaly, const PlannedCue& planned,
                         const std::vector<const ProofRecord*>& proofs) {
  return std::any_of(proofs.begin(), proofs.end(), [&](const ProofRecord* record) {
    const auto& proof = record->proof;
    return proof.plan_sequence() < planned.plan_sequence && wall_from_us(proof.from_us()) == anomaly.from &&
           wall_from_us(proof.to_us()) == anomaly.to;
  });
}

/// Heard, and proved, as what an older plan had: other content, or at a time that is not the cue's any more.
std::int64_t heard_of_an_older_plan(const PlannedCue& planned, const std::vector<const ProofRecord*>& proofs) {
  const std::int64_t start = planned.cue.start_us(), end = start + planned.cue.duration_us();
  std::int64_t older_us = 0;
  for (const auto* record : proofs) {
    const auto& proof = record->proof;
    if (proof.bucket() != v1::BUCKET_PLAYED || proof.plan_sequence() >= planned.plan_sequence) continue;
    older_us += proof.to_us() - proof.from_us();
    if (proof.object() != planned.cue.object()) continue;
    older_us -= std::max<std::int64_t>(0, std::min(proof.to_us(), end) - std::max(proof.from_us(), start));
  }
  return older_us;
}

void Judge::judge(const PlannedCue& planned, const std::vector<const ProofRecord*>& proofs) {
  std::vector<headend::report::Anomaly> anomalies;
  std::int64_t reported_us = 0, unknown_us = 0;
  const auto stretches = headend::report::split(planned, proofs, anomalies);
  for (const auto& stretch : stretches) {
    const auto length = (stretch.to - stretch.from).count();
    if (stretch.bucket == v1::BUCKET_PLAYED) reported_us += length;
    if (stretch.bucket == v1::BUCKET_UNKNOWN) unknown_us += length;
  }
  for (const auto& anomaly : anomalies) {
    if (anomaly.kind == "frames") continue;  // a mark after a stall: less is reported
    if (!was_told(planned)) continue;
    const bool about_one_proof = anomaly.kind == "outside" || anomaly.kind == "object";
    if (about_one_proof && is_of_an_older_plan(anomaly, planned, proofs)) continue;
    ++verdict_.proofs_double;
    find(planned, anomaly.kind, (anomaly.to - anomaly.from).count());
  }
  if (unknown_us > 0 && owes_account(planned)) {
    ++verdict_.proofs_lost;
    find(planned, "without account", unknown_us);
  }
  ++verdict_.cues;
  if (planned.cue.cue_class() != v1::CUE_CLASS_FILLER) verdict_.planned_us += planned.cue.duration_us();
  std::int64_t again_us = 0;
  for (const auto* proof : proofs) again_us += proof->proof.again_us();
  const auto& emissions = station_.device(planned.cue.medium()).horn.all();
  const auto entry = emissions.find(CueKey::of(planned.cue));
  const Emission* emission = entry == emissions.end() ? nullptr : &entry->second;
  compare(planned, emission, reported_us, again_us,
          front_cut_off_again(planned, emission, stretches) + heard_of_an_older_plan(planned, proofs));
}

}  // namespace

Result<Verdict> judge(SimOffice& office, const std::vector<std::unique_ptr<SimStation>>& stations, Instant from,
                      Instant to) {
  Verdict verdict;
  verdict.problems = office.problems();
  verdict.forks = office.committed().forks;
  verdict.proofs_double += office.committed().flawed;
  for (const auto& station : stations) {
    if (!station->running() || station->proofs_waiting() > 0) {
      ++verdict.not_back;
      verdict.findings.push_back(fmt::format("{} is not back: {}, {} proofs waiting", station->id(),
                                             station->running() ? "runs" : "does not run", station->proofs_waiting()));
    }
    for (const auto& text : station->refused()) {
      ++verdict.proofs_lost;
      if (verdict.findings.size() < most_findings)
        verdict.findings.push_back(fmt::format("{}: {}", station->id(), text));
    }
    LOA_TRY_LET(const auto newest, office.store().newest_plan(station->id()));
    if (newest && station->running() && station->plan_sequence() != newest->sequence) {
      ++verdict.not_back;
      verdict.findings.push_back(
          fmt::format("{} obeys plan {}, the newest is {}", station->id(), station->plan_sequence(), newest->sequence));
    }
    const headend::store::Span span{wall_from_us(from), wall_from_us(to)};
    LOA_TRY_LET(const auto planned, office.store().planned_cues(span, station->id()));
    LOA_TRY_LET(const auto proofs, office.store().proofs({span.from, span.to + std::chrono::days{1}}, station->id()));
    std::map<CueKey, std::vector<const ProofRecord*>> of_cue;
    for (const auto& proof : proofs) of_cue[CueKey::of(proof.proof)].push_back(&proof);
    Judge judge{verdict, *station};
    for (const auto& cue : planned) {
      if (cue.cancelled || cue.cue.start_us() + cue.cue.duration_us() > to) continue;
      judge.judge(cue, of_cue[CueKey::of(cue.cue)]);
    }
  }
  return verdict;
}

}  // namespace loa::tools::simfleet
