#include "station/journal/take_up.hpp"

#include <algorithm>

#include "protocol/base/log.hpp"
#include "station/journal/mark_set.hpp"

namespace loa::station::journal {
namespace {

bool overlaps(const Accounted& known, const v1::Proof& part) {
  return known.cue == CueKey::of(part) && known.from_us < part.to_us() && part.from_us() < known.to_us;
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
      const bool proved = std::any_of(found.known.begin(), found.known.end(),
                                      [&](const Accounted& known) { return overlaps(known, part); });
      if (!proved) keep(journal, found, std::move(part), now);
    }
    sets.push_back(std::move(set));
  }
  if (found.unkept.empty()) {
    for (auto& set : sets) set.clear_all();
  }
  return found;
}

}  // namespace loa::station::journal
