#include "station/journal/take_up.hpp"

#include <algorithm>
#include <optional>

#include "protocol/base/log.hpp"
#include "station/core/track.hpp"
#include "station/journal/mark_set.hpp"

namespace loa::station::journal {
namespace {

constexpr std::int64_t worth_us = 1'000;  // less than this beyond what is proved is the rounding of its edges

/// What of a recovered part is not proved yet. A cue that was begun again has its front proved by the first time; any
/// other overlap is the same part, durable before its mark was cleared.
std::optional<v1::Proof> unproved(const std::vector<Accounted>& known, v1::Proof part) {
  const auto overlaps = [&](const Accounted& entry) {
    return entry.cue == CueKey::of(part) && entry.from_us < part.to_us() && part.from_us() < entry.to_us;
  };
  while (true) {
    const auto entry = std::find_if(known.begin(), known.end(), overlaps);
    if (entry == known.end()) return part;
    const bool front = entry->from_us <= part.from_us() && part.to_us() - entry->to_us >= worth_us;
    if (!front || part.late_us() == 0) return std::nullopt;
    core::cut_front(part, entry->to_us);
  }
}

void keep(ProofJournal& journal, TakenUp& found, v1::Proof part, WallTime now) {
  log::info("cue.recovered", {{"cue", part.occurrence()}, {"segment", part.segment()}, {"to_us", part.to_us()}});
  found.known.push_back({CueKey::of(part), part.from_us(), part.to_us(), part.bucket(), part.reason()});
  if (!found.unkept.empty()) return found.unkept.push_back(std::move(part));
  if (const auto sealed = journal.append(part, now); !sealed) {
    log::error("proof.unkept", {{"error", sealed.error().text}});
    found.unkept.push_back(std::move(part));
  }
}

}  // namespace

Result<TakenUp> take_up(ProofJournal& journal, const std::filesystem::path& marks, WallTime now) {
  TakenUp found;
  LOA_TRY_LET(found.known, journal.accounted(WallTime{}));
  std::vector<MarkSet> sets;
  for (const char* presenter : {"audio", "sign"}) {
    LOA_TRY_LET(auto set, MarkSet::open(marks, presenter));
    for (auto& part : set.recovered()) {
      if (auto news = unproved(found.known, std::move(part))) keep(journal, found, std::move(*news), now);
    }
    sets.push_back(std::move(set));
  }
  if (found.unkept.empty()) {
    for (auto& set : sets) set.clear_all();
  }
  return found;
}

}  // namespace loa::station::journal
