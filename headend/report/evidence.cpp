#include "headend/report/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace loa::headend::report {
namespace {

using model::ClockFinding;
using model::ProofRecord;

constexpr std::chrono::minutes noticing{5};

/// When the station says that a part was heard, by its own clock.
model::Span said_of(const ProofRecord& record) {
  const Micros late{record.proof.late_us()};
  return {wall_from_us(record.proof.from_us()) + late, wall_from_us(record.proof.to_us()) + late};
}

/// Whether something that came at `came` was here before the end of its part.
bool before(WallTime came, WallTime end) { return end - came > model::clock_tolerance; }

/// Returns how far ahead the clock was that a part was heard by; absent: the part is not accused of a wrong clock.
///
/// A part is not accused if a right clock could have made the same proof: the proof came before the error began, or
/// sooner than the shifted clock could have reached the end of the part, or part and proof both came after the error
/// had ended.
std::optional<Micros> found_ahead(const ProofRecord& record, const Known& known) {
  const auto said = said_of(record);
  const auto came = came_at(record, known.office);
  for (auto found = known.clock.begin(); found != known.clock.end(); ++found) {
    const auto next = std::next(found);
    const auto until = next == known.clock.end() ? WallTime::max() : next->since;
    const model::Span heard{said.from - found->ahead, said.to - found->ahead};
    if (found->ahead == Micros{0} || heard.to <= found->since || until <= heard.from) continue;
    const bool earlier = came < found->since || before(came, heard.to);
    const bool later = until <= said.from && next->ahead == Micros{0} && !before(came, said.to);
    if (!earlier && !later) return found->ahead;
  }
  return std::nullopt;
}

/// Whether the bucket tells what happened, not what was decided.
bool tells_of_the_past(v1::Bucket bucket) {
  return bucket == v1::BUCKET_PLAYED || bucket == v1::BUCKET_NODE_DARK || bucket == v1::BUCKET_CLOCK_UNTRUSTED;
}

/// A finding begins when the clock was last heard to be right: what came between then and the moment it moved is not to
/// be moved. Of an office ahead that shows, for its time less the error would lie before the finding.
WallTime corrected(const ProofRecord& record, const ClockFinding& finding) {
  const WallTime right = record.received - finding.ahead;
  return right < finding.since ? record.received : right;
}

}  // namespace

/// By the finding in force, or by one that came within minutes: so long it takes the stations to show that the
/// head-end's clock has moved. Of two answers the later: a clock that falls behind must not make a proof come before
/// its time.
WallTime came_at(const ProofRecord& record, const std::vector<ClockFinding>& office) {
  const auto after = std::upper_bound(office.begin(), office.end(), record.received,
                                      [](WallTime at, const ClockFinding& finding) { return at < finding.since; });
  WallTime came = after == office.begin() ? record.received : corrected(record, *std::prev(after));
  for (auto next = after; next != office.end() && next->since <= record.received + noticing; ++next)
    came = std::max(came, record.received - next->ahead);
  return came;
}

bool is_of_second_box(const ProofRecord& record, const std::vector<model::IdentityConflict>& conflicts) {
  const auto from = wall_from_us(record.proof.from_us());
  return std::any_of(conflicts.begin(), conflicts.end(), [&](const auto& conflict) {
    return record.epoch != conflict.counted && from >= conflict.since && (!conflict.ended || from < *conflict.ended);
  });
}

bool had_come(const ProofRecord& record, const model::PlannedCue& cue, const std::vector<ClockFinding>& office) {
  const auto came = came_at(record, office);
  if (tells_of_the_past(record.proof.bucket())) return !before(came, said_of(record).to);
  return !before(came, said_of(record).to) || !before(came, cue.occurrence_start);
}

std::optional<std::string> wrong_hour(const ProofRecord& record, const Known& known) {
  const auto ahead = found_ahead(record, known);
  if (!ahead) return std::nullopt;
  const bool early = *ahead > Micros{0};
  return fmt::format("proof {}: by the head-end's clock it was heard {} {} than it says: the station's clock was {}",
                     record.proof.number(),
                     format_duration(std::chrono::floor<std::chrono::seconds>(std::chrono::abs(*ahead))),
                     early ? "earlier" : "later", early ? "ahead" : "behind");
}

bool is_lost_at_office(const model::PlannedCue& cue, const std::vector<model::LostProofs>& lost) {
  const auto begins = wall_from_us(cue.cue.start_us()), ends = begins + Micros{cue.cue.duration_us()};
  return std::any_of(lost.begin(), lost.end(), [&](const auto& gap) { return begins < gap.until && ends > gap.since; });
}

std::optional<WallTime> newest_journal(const std::vector<model::JournalLife>& journals) {
  const auto newest = std::max_element(journals.begin(), journals.end(),
                                       [](const auto& one, const auto& other) { return one.began < other.began; });
  return newest == journals.end() ? std::nullopt : std::optional{newest->began};
}

}  // namespace loa::headend::report
