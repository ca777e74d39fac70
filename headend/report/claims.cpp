#include "headend/report/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "headend/timetable/timetable.hpp"
#include "protocol/message/reason.hpp"

namespace loa::headend::report {
namespace {

using protocol::message::Reason;

std::string word_of(Reason reason) { return std::string{protocol::message::name_of(reason)}; }

using model::PlannedCue;
using model::ProofRecord;

/// Less than this between frames and time is rounding.
constexpr Micros frames_tolerance = std::chrono::milliseconds{1};

/// What one proof says of one stretch. A proof makes several that do not overlap each other.
struct Claim {
  Stretch stretch;
  const ProofRecord* record = nullptr;
  std::size_t proof = 0;  ///< position in the list
};

WallTime start_of(const PlannedCue& cue) { return wall_from_us(cue.cue.start_us()); }
WallTime end_of(const PlannedCue& cue) { return wall_from_us(cue.cue.start_us() + cue.cue.duration_us()); }
WallTime from_of(const v1::Proof& proof) { return wall_from_us(proof.from_us()); }
WallTime to_of(const v1::Proof& proof) { return wall_from_us(proof.to_us()); }
bool played(const Claim& claim) { return claim.stretch.bucket == v1::BUCKET_PLAYED; }
bool dark(const Claim& claim) { return claim.stretch.bucket == v1::BUCKET_NODE_DARK; }
/// Tells whether a journal speaks of time for which its box came too late: it knew no time, or no plan yet.
bool came_late(const Claim& claim) {
  return claim.stretch.bucket == v1::BUCKET_CLOCK_UNTRUSTED || claim.stretch.bucket == v1::BUCKET_SKIPPED_LATE;
}

/// Tells whether an `anew` proof takes the place of another one where both speak.
bool replaces(const ProofRecord& anew, const ProofRecord& other) {
  if (!anew.proof.anew()) return false;
  return anew.epoch == other.epoch ? other.number < anew.number : other.received < anew.received;
}

/// Tells whether a claim counts before what another journal says: before its "dark", because that journal may not have
/// seen it; before a later "came too late", because that box was not there then; and of two causes of silence the one
/// that was told first. What was played gives way to every other silence (PROTOCOL.md §8.5).
bool knows_better(const Claim& claim, const Claim& other) {
  if (claim.record->epoch == other.record->epoch || dark(claim)) return false;
  if (played(claim) && claim.record->proof.frames() == 0) return false;
  if (dark(other)) return true;
  const bool earlier = claim.record->received < other.record->received;
  return earlier && !played(other) && (!played(claim) || came_late(other));
}

/// Tells whether two claims are to be shown as an overlap: two journals that name the same cause of silence are not.
bool clash(const Claim& one, const Claim& other) {
  return one.record->epoch == other.record->epoch || one.stretch.bucket != other.stretch.bucket || played(one);
}

/// Names the claim that an elementary stretch goes to.
struct Decision {
  const Claim* best = nullptr;  ///< absent: nobody
  bool contested = false;
  bool aside = false;  ///< a journal's silence gave way to what another one knows
};

Decision decide(std::vector<const Claim*> claims) {
  if (claims.size() <= 1) return {claims.empty() ? nullptr : claims.front()};
  Decision decision;
  const auto all = claims;
  std::erase_if(claims, [&](const Claim* claim) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Claim* other) { return replaces(*other->record, *claim->record); });
  });
  const auto held = claims;
  std::erase_if(claims, [&](const Claim* claim) {
    return std::any_of(held.begin(), held.end(), [&](const Claim* other) { return knows_better(*other, *claim); });
  });
  decision.aside = claims.size() < held.size();
  for (const auto* claim : claims) {
    decision.contested = decision.contested || (claim != claims.front() && clash(*claims.front(), *claim));
    if (!decision.best || (played(*decision.best) && !played(*claim))) decision.best = claim;
  }
  return decision;
}

class Settler {
 public:
  Settler(const PlannedCue& cue, const Known& known, std::vector<Anomaly>& anomalies)
      : cue_(cue), known_(known), anomalies_(anomalies) {}

  void add(std::size_t index, const ProofRecord& record);
  Settlement finish(std::size_t proofs);

 private:
  void add_early(std::size_t index, const ProofRecord& record);
  void add_played(std::size_t index, const ProofRecord& record);
  void claim(std::size_t index, const ProofRecord& record, WallTime from, WallTime to, v1::Bucket bucket,
             const std::string& reason);
  void note(const char* kind, WallTime from, WallTime to, std::string text);
  void note_contested(WallTime from, WallTime to);
  [[nodiscard]] std::vector<WallTime> edges() const;
  [[nodiscard]] Stretch unclaimed(WallTime from, WallTime to) const;
  Stretch settle_stretch(WallTime from, WallTime to);

  const PlannedCue& cue_;
  const Known& known_;
  std::vector<Anomaly>& anomalies_;
  std::vector<Claim> claims_;
  std::vector<model::Span> early_;
  std::vector<std::size_t> early_proofs_;
  Settlement made_;
};

void Settler::note(const char* kind, WallTime from, WallTime to, std::string text) {
  anomalies_.push_back({cue_.station, cue_.cue.occurrence(), cue_.cue.segment(), kind, from, to, std::move(text)});
}

/// Keeps the part of a claim that lies in the planned time.
void Settler::claim(std::size_t index, const ProofRecord& record, WallTime from, WallTime to, v1::Bucket bucket,
                    const std::string& reason) {
  from = std::max(from, start_of(cue_));
  to = std::min(to, end_of(cue_));
  if (from < to) claims_.push_back({{from, to, bucket, reason}, &record, index});
}

void Settler::add(std::size_t index, const ProofRecord& record) {
  const auto& proof = record.proof;
  const auto from = from_of(proof), to = to_of(proof);
  if (!had_come(record, cue_, known_.office)) return add_early(index, record);
  if (from < start_of(cue_) || to > end_of(cue_)) {
    note("outside", from, to,
         fmt::format("proof {} speaks of time outside the planned time of this cue", proof.number()));
  }
  if (proof.bucket() != v1::BUCKET_PLAYED) return claim(index, record, from, to, proof.bucket(), proof.reason());
  if (proof.object() == cue_.cue.object()) return add_played(index, record);
  note("object", from, to, fmt::format("proof {} is about other content than the plan promised", proof.number()));
  claim(index, record, from, to, v1::BUCKET_INTERRUPTED, word_of(Reason::other_content));
}

/// Keeps the span of a proof whose time had not come; shows it if something was heard.
void Settler::add_early(std::size_t index, const ProofRecord& record) {
  const auto& proof = record.proof;
  early_proofs_.push_back(index);
  early_.push_back({from_of(proof), to_of(proof)});
  if (proof.bucket() != v1::BUCKET_PLAYED) return;
  const auto ahead = to_of(proof) + Micros{proof.late_us()} - came_at(record, known_.office);
  note("not-come", from_of(proof), to_of(proof),
       fmt::format("proof {} came {} before its end: the station's clock was ahead; its time had not come, and it is "
                   "not counted",
                   proof.number(), format_duration(std::chrono::floor<std::chrono::seconds>(ahead))));
}

/// The played part of a proof without its gaps and without what its frames do not cover.
void Settler::add_played(std::size_t index, const ProofRecord& record) {
  const auto& proof = record.proof;
  const auto from = from_of(proof);
  auto heard_until = to_of(proof);
  if (proof.medium() == v1::MEDIUM_AUDIO) {
    Micros heard = heard_until - from;
    for (const auto& gap : proof.gaps()) heard -= Micros{gap.length_us()};
    const auto shortfall = heard - timetable::position_of(static_cast<std::int64_t>(proof.frames()));
    if (shortfall > frames_tolerance) {
      note("frames", heard_until - shortfall, heard_until,
           fmt::format("proof {} names {} frames, {} less than its time", proof.number(), proof.frames(),
                       format_duration(shortfall)));
      const auto short_from = std::max(from, heard_until - shortfall);
      claim(index, record, short_from, heard_until, v1::BUCKET_INTERRUPTED, word_of(Reason::frames_missing));
      heard_until = short_from;
    }
  }
  auto at = from;
  for (const auto& gap : proof.gaps()) {
    const auto gap_from = std::min(wall_from_us(gap.at_us()), heard_until);
    const auto gap_to = std::min(wall_from_us(gap.at_us() + gap.length_us()), heard_until);
    claim(index, record, at, gap_from, v1::BUCKET_PLAYED, proof.reason());
    claim(index, record, gap_from, gap_to, v1::BUCKET_INTERRUPTED, word_of(Reason::underrun));
    at = gap_to;
  }
  claim(index, record, at, heard_until, v1::BUCKET_PLAYED, proof.reason());
}

void Settler::note_contested(WallTime from, WallTime to) {
  auto* last = anomalies_.empty() ? nullptr : &anomalies_.back();
  if (last && last->kind == "overlap" && last->station == cue_.station && last->occurrence == cue_.cue.occurrence() &&
      last->segment == cue_.cue.segment() && last->to == from) {
    last->to = to;
    return;
  }
  note("overlap", from, to, "several proofs speak of this time: it is counted once");
}

/// Every instant at which the claims may change, sorted: from the cue's start to its end.
std::vector<WallTime> Settler::edges() const {
  std::set<WallTime> edges{start_of(cue_), end_of(cue_)};
  const auto add = [&](WallTime at) { edges.insert(std::clamp(at, start_of(cue_), end_of(cue_))); };
  for (const auto& claim : claims_) edges.insert({claim.stretch.from, claim.stretch.to});
  for (const auto& span : early_) {
    add(span.from);
    add(span.to);
  }
  if (const auto began = newest_journal(known_.journals)) add(*began);
  return {edges.begin(), edges.end()};
}

/// Books time that no counted proof speaks of.
Stretch Settler::unclaimed(WallTime from, WallTime to) const {
  const bool early = std::any_of(early_.begin(), early_.end(),
                                 [&](const model::Span& span) { return span.from <= from && to <= span.to; });
  if (early) return {from, to, v1::BUCKET_CLOCK_UNTRUSTED, word_of(Reason::not_come)};
  if (is_lost_at_office(cue_, known_.lost)) return {from, to, v1::BUCKET_UNKNOWN, word_of(Reason::lost_at_office)};
  const auto began = newest_journal(known_.journals);
  if (began && to <= *began) return {from, to, v1::BUCKET_NODE_DARK, word_of(Reason::before_journal)};
  return {from, to, v1::BUCKET_UNKNOWN, word_of(Reason::no_proof)};
}

Stretch Settler::settle_stretch(WallTime from, WallTime to) {
  std::vector<const Claim*> speaking;
  for (const auto& claim : claims_) {
    if (claim.stretch.from <= from && to <= claim.stretch.to) speaking.push_back(&claim);
  }
  const auto decision = decide(std::move(speaking));
  if (decision.contested) note_contested(from, to);
  if (decision.aside) {
    ++made_.aside;
    made_.aside_length += to - from;
  }
  if (!decision.best) return unclaimed(from, to);
  if (played(*decision.best)) made_.credited[decision.best->proof] += to - from;
  return {from, to, decision.best->stretch.bucket, decision.best->stretch.reason};
}

Settlement Settler::finish(std::size_t proofs) {
  made_.credited.resize(proofs);
  made_.not_come.resize(proofs);
  for (const auto index : early_proofs_) made_.not_come[index] = true;
  auto& stretches = made_.stretches;
  const auto all = edges();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    auto stretch = settle_stretch(all[i], all[i + 1]);
    const bool joins =
        !stretches.empty() && stretches.back().bucket == stretch.bucket && stretches.back().reason == stretch.reason;
    if (joins) {
      stretches.back().to = stretch.to;
    } else {
      stretches.push_back(std::move(stretch));
    }
  }
  return std::move(made_);
}

/// What a proof says, whatever its place in a chain.
std::string words_of(v1::Proof proof) {
  proof.clear_epoch();
  proof.clear_number();
  proof.clear_previous();
  return proof.SerializeAsString();
}

/// A station whose journal was damaged, or whose card was put back, says again in a new epoch what may be committed
/// already (PROTOCOL.md §8.7). Of proofs that say the same the one that came first counts: what a lying clock had
/// booked is not news, for it would count as come by now, and as later than what was said anew.
/// @return for each proof, whether it is such a repetition; none of a proof that does not count
std::vector<bool> find_said_before(const std::vector<const ProofRecord*>& proofs, const std::vector<bool>& counts) {
  std::map<std::string, const ProofRecord*> first;
  std::vector<std::string> words;
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    words.push_back(words_of(proofs[i]->proof));
    if (!counts[i]) continue;
    const auto [entry, fresh] = first.try_emplace(words.back(), proofs[i]);
    if (!fresh && proofs[i]->received < entry->second->received) entry->second = proofs[i];
  }
  std::vector<bool> before;
  for (std::size_t i = 0; i < proofs.size(); ++i)
    before.push_back(counts[i] && first.at(words[i])->epoch != proofs[i]->epoch);
  return before;
}

}  // namespace

Settlement settle(const PlannedCue& cue, const std::vector<const ProofRecord*>& proofs, const Known& known,
                  std::vector<Anomaly>& anomalies) {
  Settler settler{cue, known, anomalies};
  std::vector<bool> counts;
  for (const auto* record : proofs) counts.push_back(!is_of_second_box(*record, known.conflicts));
  const auto said_before = find_said_before(proofs, counts);
  for (std::size_t i = 0; i < proofs.size(); ++i)
    if (counts[i] && !said_before[i]) settler.add(i, *proofs[i]);
  return settler.finish(proofs.size());
}

std::vector<Stretch> split(const PlannedCue& cue, const std::vector<const ProofRecord*>& proofs,
                           std::vector<Anomaly>& anomalies) {
  return settle(cue, proofs, {}, anomalies).stretches;
}

}  // namespace loa::headend::report
