#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "headend/report/report.hpp"
#include "headend/timetable/timetable.hpp"

namespace loa::headend::report {
namespace {

using store::PlannedCue;
using store::ProofRecord;

/// Less than this between frames and time is rounding.
constexpr Micros frames_tolerance = std::chrono::milliseconds{1};

/// What one proof says of one stretch. A proof makes several that do not overlap each other.
struct Claim {
  Stretch stretch;
  std::size_t proof = 0;  ///< position in the list
};

WallTime start_of(const PlannedCue& cue) { return wall_from_us(cue.cue.start_us()); }
WallTime end_of(const PlannedCue& cue) { return wall_from_us(cue.cue.start_us() + cue.cue.duration_us()); }
WallTime from_of(const v1::Proof& proof) { return wall_from_us(proof.from_us()); }
WallTime to_of(const v1::Proof& proof) { return wall_from_us(proof.to_us()); }

class Splitter {
 public:
  Splitter(const PlannedCue& cue, std::vector<Anomaly>& anomalies) : cue_(cue), anomalies_(anomalies) {}

  void add(std::size_t index, const v1::Proof& proof);
  std::vector<Stretch> finish();

 private:
  void add_played(std::size_t index, const v1::Proof& proof);
  void claim(std::size_t index, WallTime from, WallTime to, v1::Bucket bucket, const std::string& reason);
  void note(const char* kind, WallTime from, WallTime to, std::string text);
  Stretch decide(WallTime from, WallTime to, bool& contested) const;
  void note_contested(WallTime from, WallTime to);

  const PlannedCue& cue_;
  std::vector<Anomaly>& anomalies_;
  std::vector<Claim> claims_;
};

void Splitter::note(const char* kind, WallTime from, WallTime to, std::string text) {
  anomalies_.push_back({cue_.station, cue_.cue.occurrence(), cue_.cue.segment(), kind, from, to, std::move(text)});
}

/// Keeps the part of a claim that lies in the planned time.
void Splitter::claim(std::size_t index, WallTime from, WallTime to, v1::Bucket bucket, const std::string& reason) {
  from = std::max(from, start_of(cue_));
  to = std::min(to, end_of(cue_));
  if (from < to) claims_.push_back({{from, to, bucket, reason}, index});
}

void Splitter::add(std::size_t index, const v1::Proof& proof) {
  const auto from = from_of(proof), to = to_of(proof);
  if (from < start_of(cue_) || to > end_of(cue_)) {
    note("outside", from, to,
         fmt::format("proof {} speaks of time outside the planned time of this cue", proof.number()));
  }
  if (proof.bucket() != v1::BUCKET_PLAYED) return claim(index, from, to, proof.bucket(), proof.reason());
  if (proof.object() == cue_.cue.object()) return add_played(index, proof);
  note("object", from, to, fmt::format("proof {} is about other content than the plan promised", proof.number()));
  claim(index, from, to, v1::BUCKET_INTERRUPTED, "other-content");
}

/// The played part of a proof without its gaps and without what its frames do not cover.
void Splitter::add_played(std::size_t index, const v1::Proof& proof) {
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
      claim(index, std::max(from, heard_until - shortfall), heard_until, v1::BUCKET_INTERRUPTED, "frames-missing");
      heard_until = std::max(from, heard_until - shortfall);
    }
  }
  auto at = from;
  for (const auto& gap : proof.gaps()) {
    const auto gap_from = std::min(wall_from_us(gap.at_us()), heard_until);
    const auto gap_to = std::min(wall_from_us(gap.at_us() + gap.length_us()), heard_until);
    claim(index, at, gap_from, v1::BUCKET_PLAYED, proof.reason());
    claim(index, gap_from, gap_to, v1::BUCKET_INTERRUPTED, "underrun");
    at = gap_to;
  }
  claim(index, at, heard_until, v1::BUCKET_PLAYED, proof.reason());
}

/// Who has an elementary stretch: nobody, the only one, or of several the first that says "not played".
Stretch Splitter::decide(WallTime from, WallTime to, bool& contested) const {
  const Claim* best = nullptr;
  contested = false;
  for (const auto& claim : claims_) {
    if (claim.stretch.from > from || claim.stretch.to < to) continue;
    if (best == nullptr) {
      best = &claim;
      continue;
    }
    contested = true;
    if (best->stretch.bucket == v1::BUCKET_PLAYED && claim.stretch.bucket != v1::BUCKET_PLAYED) best = &claim;
  }
  if (best == nullptr) return {from, to, v1::BUCKET_UNKNOWN, "no-proof"};
  return {from, to, best->stretch.bucket, best->stretch.reason};
}

void Splitter::note_contested(WallTime from, WallTime to) {
  auto* last = anomalies_.empty() ? nullptr : &anomalies_.back();
  if (last && last->kind == "overlap" && last->station == cue_.station && last->occurrence == cue_.cue.occurrence() &&
      last->segment == cue_.cue.segment() && last->to == from) {
    last->to = to;
    return;
  }
  note("overlap", from, to, "several proofs speak of this time: it is counted once");
}

std::vector<Stretch> Splitter::finish() {
  std::set<WallTime> edges{start_of(cue_), end_of(cue_)};
  for (const auto& claim : claims_) edges.insert({claim.stretch.from, claim.stretch.to});
  std::vector<Stretch> stretches;
  for (auto edge = edges.begin(); std::next(edge) != edges.end(); ++edge) {
    bool contested = false;
    auto stretch = decide(*edge, *std::next(edge), contested);
    if (contested) note_contested(stretch.from, stretch.to);
    const bool joins =
        !stretches.empty() && stretches.back().bucket == stretch.bucket && stretches.back().reason == stretch.reason;
    if (joins) {
      stretches.back().to = stretch.to;
    } else {
      stretches.push_back(std::move(stretch));
    }
  }
  return stretches;
}

/// What a proof says, whatever its place in a chain.
std::string words_of(v1::Proof proof) {
  proof.clear_epoch();
  proof.clear_number();
  proof.clear_previous();
  return proof.SerializeAsString();
}

}  // namespace

std::vector<Stretch> split(const PlannedCue& cue, const std::vector<const ProofRecord*>& proofs,
                           std::vector<Anomaly>& anomalies) {
  Splitter splitter{cue, anomalies};
  // A station whose journal was damaged says again in a new epoch what may be committed already (PROTOCOL.md §8.7).
  std::map<std::string, store::Epoch> said;
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const auto [first, fresh] = said.try_emplace(words_of(proofs[i]->proof), proofs[i]->epoch);
    if (fresh || first->second == proofs[i]->epoch) splitter.add(i, proofs[i]->proof);
  }
  return splitter.finish();
}

}  // namespace loa::headend::report
