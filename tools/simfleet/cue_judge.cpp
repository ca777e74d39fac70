#include "tools/simfleet/cue_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace loa::tools::simfleet {
namespace {

using headend::report::Anomaly;
using station::CueKey;

constexpr std::int64_t mark_sync_us = 15 * second_us;
constexpr std::int64_t settling_us = minute_us;  // from the last sound to the durable proof
/// From the moment when a box has all it needs until it must be heard: it looks at its clock, arms 3 s ahead.
constexpr std::int64_t recovery_us = 20 * second_us;

constexpr std::int64_t longest_sound_us = 5 * minute_us;
constexpr std::int64_t letting_go_us = 50 * millisecond_us;  // of a sign, for a moment

/// How much of what a box emitted may be without proof: a power cut takes what the marks had not synced; an ill disk
/// all of what waited for it, also what the next process found in the marks.
std::int64_t allowance_of(const SimStation& box, const Emission& emission) {
  Instant until = emission.ended + settling_us;
  std::int64_t cuts = 0;
  for (const Instant cut : box.power_cuts()) {
    if (cut < emission.begun || cut > until) continue;
    ++cuts;
    const auto& starts = box.starts();
    const auto start = std::upper_bound(starts.begin(), starts.end(), cut);
    if (start != starts.end()) until = std::max(until, *start + settling_us);
  }
  for (const auto& illness : box.disk_illnesses()) {
    if (illness.from_us <= until && illness.to_us >= emission.begun) return INT64_MAX / 2;
  }
  return cuts * (mark_sync_us + period_us) + period_us;
}

/// Begun again, and the process ended before it reached new ground: no proof is left to say so in.
std::int64_t cut_off_again(const headend::model::PlannedCue& planned, const Emission& emission) {
  return planned.cue.preempt_policy() == v1::PREEMPT_POLICY_RESTART ? emission.cut_us : 0;
}

/// The same, of a front that its first time had missed and accounted for: heard after its account, and no proof to say
/// so in.
std::int64_t front_cut_off_again(const headend::model::PlannedCue& planned, const Site& site, const Stretches& heard,
                                 const std::vector<ReportView::Stretch>& account) {
  bool cut = false;
  for (const auto& box : site.boxes()) {
    const auto* emission = box.station->device(planned.cue.medium()).horn.find(CueKey::of(planned.cue));
    cut = cut || (emission != nullptr && cut_off_again(planned, *emission) > 0);
  }
  if (!cut) return 0;
  std::int64_t front_us = 0, missed_us = 0;
  for (const auto& stretch : account) {  // by time
    if (stretch.bucket == v1::BUCKET_PLAYED) {
      front_us = missed_us;
    } else if (stretch.bucket != v1::BUCKET_UNKNOWN) {
      missed_us += length(within(heard, to_us(stretch.from), to_us(stretch.to)));
    }
  }
  return front_us;
}

/// A clock that was believed and ahead books and plays cues of tomorrow; then the office changes them.
bool is_of_an_older_plan(const Anomaly& anomaly, const headend::model::PlannedCue& planned,
                         const CueJudge::Proofs& proofs) {
  return std::any_of(proofs.begin(), proofs.end(), [&](const auto* record) {
    const auto& proof = record->proof;
    return proof.plan_sequence() < planned.plan_sequence && wall_from_us(proof.from_us()) == anomaly.from &&
           wall_from_us(proof.to_us()) == anomaly.to;
  });
}

/// Heard, and proved, as what an older plan had: other content, or at a time that is not the cue's any more.
std::int64_t heard_of_an_older_plan(const headend::model::PlannedCue& planned, const CueJudge::Proofs& proofs) {
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

std::string reason_at(const std::vector<ReportView::Stretch>& account, std::int64_t at_us) {
  for (const auto& one : account)
    if (to_us(one.from) == at_us) return one.reason;
  return {};
}

/// Heard once, and said by two journals: what a mark on an older image of the card said again.
bool is_said_by_two_journals(const Anomaly& anomaly, const CueJudge::Proofs& proofs) {
  std::set<headend::model::Epoch> epochs;
  for (const auto* record : proofs) {
    const auto& proof = record->proof;
    if (wall_from_us(proof.to_us()) <= anomaly.from || wall_from_us(proof.from_us()) >= anomaly.to) continue;
    if (proof.bucket() == v1::BUCKET_PLAYED) epochs.insert(record->epoch);
  }
  return epochs.size() > 1;
}

/// An edit of its slogans ends a sign's cue while it is on: what a station that had not heard of it yet showed beyond
/// the new end is nobody's time.
Stretches owed_of(const headend::model::PlannedCue& planned, const Stretches& owed) {
  if (planned.cue.medium() != v1::MEDIUM_SIGN) return owed;
  return within(owed, INT64_MIN, planned.cue.start_us() + planned.cue.duration_us());
}

/// A mark knows how much of its part the device did not get, and not where: the proof that is made of it has that at
/// its end (station/journal, add_lost). So of a part that a killed process left the length is judged, and not the
/// place.
/// @return the planned time of such parts of which as much is reported as was heard, to a period
Stretches judged_by_length(const CueJudge::Proofs& proofs, const Stretches& heard, const Stretches& reported) {
  Stretches parts;
  for (const auto* record : proofs) {
    const auto& proof = record->proof;
    if (proof.reason() != "process-lost" || proof.gaps_size() != 1) continue;
    if (proof.gaps(0).at_us() + proof.gaps(0).length_us() != proof.to_us()) continue;
    const auto came_out = length(within(heard, proof.from_us(), proof.to_us()));
    const auto claimed = length(within(reported, proof.from_us(), proof.to_us()));
    if (std::abs(came_out - claimed) <= period_us) parts.push_back({proof.from_us(), proof.to_us()});
  }
  return parts;
}

/// What another box, or the same with another card, says of time that was played: why it was silent itself, by a clock
/// that lay behind. It is believed (PROTOCOL §8.5d).
Stretches denied_by_another(const CueJudge::Proofs& proofs) {
  const auto played = [](const auto* record) { return record->proof.bucket() == v1::BUCKET_PLAYED; };
  Stretches denied;
  for (const auto* record : proofs) {
    const auto bucket = record->proof.bucket();
    if (bucket != v1::BUCKET_CONTENT_MISSING && bucket != v1::BUCKET_INTERRUPTED) continue;
    const bool of_another = std::any_of(proofs.begin(), proofs.end(), [&](const auto* other) {
      return played(other) && other->epoch != record->epoch && other->received < record->received;
    });
    if (of_another) denied.push_back({record->proof.from_us(), record->proof.to_us()});
  }
  return denied;
}

void append(Stretches& to, const Stretches& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

CueJudge::CueJudge(Verdict& verdict, const Site& site, const ReportView& view, const History& history)
    : verdict_(verdict), site_(site), view_(view), history_(history) {}

void CueJudge::find(const PlannedCue& planned, std::string_view what, std::int64_t us) {
  verdict_.find(fmt::format("{} {} segment {}: {} ({} us)", site_.id(), planned.cue.occurrence(), planned.cue.segment(),
                            what, us));
}

/// Whether a box knew of the cue what the office's record says of it. An emergency that never arrived is nobody's; nor
/// does a box tell of a cue which was gone before it began.
bool CueJudge::was_told(const PlannedCue& planned) const {
  return std::any_of(site_.boxes().begin(), site_.boxes().end(), [&](const Site::Box& box) {
    if (planned.cue.cue_class() == v1::CUE_CLASS_EMERGENCY)
      return box.station->emergencies().contains(planned.plan_sequence);
    const bool there = std::any_of(box.owed.begin(), box.owed.end(),
                                   [&](const Stretch& one) { return one.to_us > planned.cue.start_us(); });
    return there && box.station->was_told(planned.cue);
  });
}

/// The box whose word counts went for good in the middle of the cue, and its proof with it, while a second one spoke:
/// what that one says of the time does not count.
Stretches CueJudge::left_to_nobody(const PlannedCue& planned) const {
  const std::int64_t from = planned.cue.start_us(), to = from + planned.cue.duration_us() + settling_us;
  for (const auto& box : site_.boxes()) {
    const bool went = !box.owed.empty() && box.owed.back().to_us > from && box.owed.back().to_us <= to;
    if (went) return site_.twice();
  }
  return {};
}

/// What boxes had written of the cue on cards that are lost, without a receipt: why it was silent is lost with it.
Stretches CueJudge::lost_with_cards(const PlannedCue& planned) const {
  Stretches lost;
  for (const auto& box : site_.boxes()) append(lost, box.station->lost_with_card(CueKey::of(planned.cue)));
  return lost;
}

/// A filler owes nothing for its silence. An emergency is obeyed though an ill disk does not keep it: then the next
/// process may not know of it; nor does a box whose card is another.
bool CueJudge::owes_account(const PlannedCue& planned) const {
  const auto& cue = planned.cue;
  if (cue.cue_class() == v1::CUE_CLASS_FILLER || !was_told(planned)) return false;
  if (cue.cue_class() != v1::CUE_CLASS_EMERGENCY) return cue.start_us() >= site_.boxes().front().station->first_plan();
  if (site_.boxes().size() > 1) return false;
  const auto& box = *site_.boxes().front().station;
  const Instant from = cue.start_us() - hour_us, obeyed = box.emergencies().at(planned.plan_sequence);
  const Instant to = std::max(cue.start_us() + cue.duration_us(), obeyed) + settling_us;
  const auto& ill = box.disk_illnesses();
  const auto& lost = box.card_losses();
  return std::none_of(ill.begin(), ill.end(),
                      [&](const auto& one) { return one.from_us <= to && one.to_us >= from; }) &&
         std::none_of(lost.begin(), lost.end(), [&](Instant at) { return at >= from && at <= to; });
}

void CueJudge::add_box(const PlannedCue& planned, const Site::Box& box, Truth& truth) const {
  const auto key = CueKey::of(planned.cue);
  const auto* emission = box.station->device(planned.cue.medium()).horn.find(key);
  if (emission == nullptr) return;
  Stretches in_place, owed;
  for (const auto& sound : emission->sounds) {
    truth.heard.push_back(sound.planned);
    if (!sound.in_its_place()) continue;
    in_place.push_back(sound.planned);
    const auto when = sound.true_time();
    if (!within(box.owed, when.from_us, when.to_us).empty()) owed.push_back(sound.planned);
  }
  const auto again_us = measure(owed).again_us;  // what a second box says of that is kept aside, as all it says
  const auto lost = box.station->lost_with_card(key);
  truth.again_us += again_us;
  truth.allowance_us += allowance_of(*box.station, *emission);
  truth.may_again_us +=
      std::max(allowance_of(*box.station, *emission), cut_off_again(planned, *emission) + period_us) + length(lost);
  append(truth.in_place, in_place);
  append(truth.owed, without(owed, lost));
}

CueJudge::Truth CueJudge::truth_of(const PlannedCue& planned) const {
  Truth truth;
  for (const auto& box : site_.boxes()) add_box(planned, box, truth);
  return truth;
}

void CueJudge::judge(const PlannedCue& planned, const Proofs& proofs) {
  auto truth = truth_of(planned);
  if (planned.cancelled) return add_filler(planned, truth);
  ++verdict_.cues;
  verdict_.emitted_us += length(truth.heard);
  look_at_anomalies(planned, proofs);
  if (planned.cue.cue_class() == v1::CUE_CLASS_FILLER) return add_filler(planned, truth);
  verdict_.planned_us += planned.cue.duration_us();
  const auto account = view_.of(planned);
  const auto reported = in_bucket(account, {v1::BUCKET_PLAYED});
  const auto by_length = judged_by_length(proofs, truth.heard, reported);
  verdict_.reported_us += length(reported);
  std::int64_t said_us = 0;
  for (const auto* proof : proofs) said_us += proof->proof.again_us();
  look_for_false(planned, truth, without(reported, by_length));
  truth.owed = without(without(owed_of(planned, truth.owed), by_length), denied_by_another(proofs));
  look_for_lost(planned, truth, reported, said_us,
                front_cut_off_again(planned, site_, truth.heard, account) + heard_of_an_older_plan(planned, proofs));
  look_for_repeats(planned, truth, said_us);
  look_for_silence(planned, truth, account);
  look_for_lowered(planned, reported);
}

void CueJudge::look_at_anomalies(const PlannedCue& planned, const Proofs& proofs) {
  for (const auto& anomaly : view_.anomalies(planned)) {
    if (anomaly.kind == "frames") continue;                               // a mark after a stall: less is reported
    if (anomaly.kind == "clock" || anomaly.kind == "not-come") continue;  // what they are about is judged by the horn
    if (!was_told(planned)) continue;
    const bool about_one_proof = anomaly.kind == "outside" || anomaly.kind == "object";
    if (about_one_proof && is_of_an_older_plan(anomaly, planned, proofs)) continue;
    if (anomaly.kind == "overlap" && site_.rolled_back() && is_said_by_two_journals(anomaly, proofs)) continue;
    ++verdict_.proofs_double;
    find(planned, anomaly.kind, (anomaly.to - anomaly.from).count());
  }
}

void CueJudge::look_for_false(const PlannedCue& planned, const Truth& truth, const Stretches& reported) {
  const std::int64_t claimed = length(without(reported, truth.heard));
  if (claimed <= period_us) return;
  verdict_.false_us += claimed;
  find(planned, "reported and not emitted", claimed);
}

void CueJudge::look_for_lost(const PlannedCue& planned, const Truth& truth, const Stretches& reported,
                             std::int64_t said_us, std::int64_t excused_us) {
  verdict_.untimely_us += length(without(without(truth.heard, truth.in_place), reported));
  const std::int64_t missing = length(without(truth.owed, reported));
  const std::int64_t heard_after_its_account = std::max<std::int64_t>(0, said_us - truth.again_us);
  if (missing <= period_us + heard_after_its_account) return;
  verdict_.unproved_us += missing;
  if (missing - excused_us <= truth.allowance_us || !was_told(planned)) return;
  ++verdict_.proofs_lost;
  find(planned, "emitted and not reported", missing);
}

/// A power cut may take the proof of what sounds again then; what was heard by a clock that was ahead may come again.
void CueJudge::look_for_repeats(const PlannedCue& planned, const Truth& truth, std::int64_t said_us) {
  const std::int64_t unsaid = truth.again_us - std::min(truth.again_us, said_us);
  verdict_.again_us += unsaid;
  if (unsaid <= period_us || unsaid <= truth.may_again_us) return;
  ++verdict_.fired_twice;
  find(planned, "fired twice", unsaid);
}

/// True times at which some box had everything to be heard: it ran, knew of the cue, had a clock that was right and
/// need not insist, and was not in the middle of something that it had begun by a wrong one.
Stretches CueJudge::well_times(const PlannedCue& planned) const {
  Stretches well;
  for (const auto& box : site_.boxes()) {
    if (!box.station->was_told(planned.cue)) continue;
    const auto told = box.station->told_at(planned.cue);
    auto settled = box.station->well().settled(recovery_us);
    settled = within(settled, told > INT64_MAX - recovery_us ? told : told + recovery_us, INT64_MAX);
    Stretches busy = box.station->doubts();
    for (const auto& one : box.station->device(planned.cue.medium()).horn.out_of_place())
      busy.push_back({one.from_us - recovery_us, one.to_us + recovery_us});
    for (const auto& ill : box.station->disk_illnesses())
      busy.push_back({ill.from_us, ill.to_us > INT64_MAX - hour_us ? INT64_MAX : ill.to_us + recovery_us});
    append(well, without(settled, busy));
  }
  return joined(std::move(well));
}

/// Only what is said to have been dark, to have had no clock, or to be unknown: the other reasons are of things that
/// the horn does not know, and have tests of their own.
void CueJudge::look_for_silence(const PlannedCue& planned, const Truth& truth,
                                const std::vector<ReportView::Stretch>& account) {
  if (planned.cue.cue_class() == v1::CUE_CLASS_EMERGENCY) return;
  const auto lost = lost_with_cards(planned);
  const auto unknown = without(without(in_bucket(account, {v1::BUCKET_UNKNOWN}), left_to_nobody(planned)), lost);
  if (!unknown.empty() && owes_account(planned)) {
    ++verdict_.proofs_lost;
    find(planned, "without account", length(unknown));
  }
  const auto dark =
      without(in_bucket(account, {v1::BUCKET_UNKNOWN, v1::BUCKET_NODE_DARK, v1::BUCKET_CLOCK_UNTRUSTED}), lost);
  const auto well = well_times(planned);
  const auto silent_us = [&](const Stretches& without_sound) {
    std::int64_t us = 0;
    for (const auto& one : without(without_sound, truth.in_place))
      us += length(without(within(well, one.from_us, one.to_us), untold(planned, one)));
    return us;
  };
  Stretches stepped;  // the office takes what a clock that is ahead from then on leaps over for not come
  for (const auto& one : account)
    if (one.reason == "clock-stepped" || one.reason == "not-come") stepped.push_back({to_us(one.from), to_us(one.to)});
  const std::int64_t us = silent_us(dark) - std::min(silent_us(stepped), leapt_us(planned));
  if (us <= second_us) return;
  ++verdict_.silent;
  find(planned, fmt::format("silent under a right clock, reported as {}", reason_at(account, dark.front().from_us)),
       us);
}

/// How much of the cue's time a right clock leapt over when it was corrected. Sound beside a sign may hold that up.
std::int64_t CueJudge::leapt_us(const PlannedCue& planned) const {
  const std::int64_t start_us = planned.cue.start_us();
  std::int64_t most_us = 0;
  for (const auto& box : site_.boxes()) {
    std::int64_t us = 0;
    for (const auto& leap : box.station->leaps())
      if (leap.at >= start_us - longest_sound_us && leap.at <= start_us + planned.cue.duration_us())
        us += leap.by_us + letting_go_us;
    most_us = std::max(most_us, us);
  }
  return most_us;
}

/// What lies before the end of a process in the cue: why it was silent, that process had not written yet. A cue that
/// may begin later, or begins again, is written down when that is decided; and what fell due while the disk was ill,
/// when it is well.
Stretches CueJudge::untold(const PlannedCue& planned, const Stretch& silent) const {
  const auto& cue = planned.cue;
  std::int64_t cue_end = cue.start_us() + cue.duration_us() + recovery_us;
  if (cue.late_policy() == v1::LATE_POLICY_WHOLE) cue_end += cue.late_limit_us();
  if (cue.preempt_policy() == v1::PREEMPT_POLICY_RESTART) cue_end += longest_sound_us + cue.duration_us();
  Stretches untold;
  for (const auto& box : site_.boxes()) {
    const auto& ends = box.station->ends();
    for (const Instant end : ends)
      if (end > silent.from_us && end <= cue_end) untold.push_back({silent.from_us, end});
    for (const auto& ill : box.station->disk_illnesses()) {
      const bool fell_due = ill.from_us > silent.from_us && ill.from_us <= cue_end;
      const bool ended =
          std::any_of(ends.begin(), ends.end(), [&](Instant end) { return end > ill.from_us && end <= ill.to_us; });
      if (fell_due && ended) untold.push_back({silent.from_us, ill.from_us});
    }
  }
  return untold;
}

void CueJudge::look_for_lowered(const PlannedCue& planned, const Stretches& reported) {
  const auto gone = length(without(history_.played(planned), reported));
  if (gone <= period_us) return;
  ++verdict_.lowered;
  find(planned, "was reported once, and is not any more", gone);
}

void CueJudge::add_filler(const PlannedCue& planned, const Truth& truth) {
  auto& fillers = fillers_[planned.cue.medium()];
  fillers.heard_us += length(truth.heard);
  const auto owed_us = length(truth.owed);
  if (owed_us == 0) return;
  fillers.owed_us += was_told(planned) ? owed_us : 0;
  fillers.allowance_us = std::min(INT64_MAX / 2, fillers.allowance_us + truth.allowance_us);
  ++fillers.cues;
}

void CueJudge::finish() {
  for (const auto& [medium, fillers] : fillers_) {
    const auto reported_us = view_.filler_us(site_.id(), medium);
    const auto rounding_us = static_cast<std::int64_t>(fillers.cues) * period_us;
    verdict_.reported_us += reported_us;
    if (reported_us > fillers.heard_us + rounding_us) {
      verdict_.false_us += reported_us - fillers.heard_us;
      verdict_.find(
          fmt::format("{} fillers: reported and not emitted ({} us)", site_.id(), reported_us - fillers.heard_us));
    }
    const auto missing_us = fillers.owed_us - reported_us;
    if (missing_us <= fillers.allowance_us + rounding_us) continue;
    ++verdict_.proofs_lost;
    verdict_.find(fmt::format("{} fillers: emitted and not reported ({} us)", site_.id(), missing_us));
  }
}

}  // namespace loa::tools::simfleet
