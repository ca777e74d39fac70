#include "station/journal/take_up.hpp"

#include <algorithm>
#include <optional>

#include "protocol/base/log.hpp"
#include "station/core/track.hpp"
#include "station/journal/mark_set.hpp"

namespace loa::station::journal {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t worth_us = 1'000;  // less than this beyond what is proved is the rounding of its edges

/// What of a recovered part is not proved yet. A cue that was begun again has its front proved by the first time; any
/// other overlap is the same part, durable before its mark was cleared. A part that is heard anew is proved only by
/// what was heard anew and did not begin behind it: all else was said before it, also anew, by a clock that was ahead
/// once more.
std::optional<v1::Proof> unproved(const std::vector<Accounted>& known, v1::Proof part) {
  const auto overlaps = [&](const Accounted& entry) {
    return entry.cue == CueKey::of(part) && entry.from_us < part.to_us() && part.from_us() < entry.to_us &&
           (!part.anew() ||
            (entry.anew && entry.bucket == v1::BUCKET_PLAYED && entry.from_us < part.from_us() + worth_us));
  };
  while (true) {
    const auto entry = std::find_if(known.begin(), known.end(), overlaps);
    if (entry == known.end()) return part;
    const bool front = entry->from_us <= part.from_us() && part.to_us() - entry->to_us >= worth_us;
    if (!front || part.late_us() == 0) return std::nullopt;
    core::cut(part, entry->to_us, part.to_us());
  }
}

void keep(ProofJournal& journal, TakenUp& found, v1::Proof part, WallTime now) {
  log::info("cue.recovered", {{"cue", part.occurrence()}, {"segment", part.segment()}, {"to_us", part.to_us()}});
  found.known.push_back(account_of(part));
  if (!found.unkept.empty()) return found.unkept.push_back(std::move(part));
  if (const auto sealed = journal.append(part, now); !sealed) {
    log::error("proof.unkept", {{"error", sealed.error().text}});
    found.unkept.push_back(std::move(part));
  }
}

/// Not what was booked, nor what is not sure: a clock that is ahead books, and plays, a month that has not been.
std::int64_t newest_heard_us(const std::vector<Accounted>& known, std::optional<WallTime> sure) {
  std::int64_t newest = 0;
  for (const auto& entry : known) {
    const bool come = !sure || entry.to_us <= to_us(*sure);
    if (entry.bucket == v1::BUCKET_PLAYED && come) newest = std::max(newest, entry.to_us);
  }
  return newest;
}

/// A mark is signed by nobody: what no presenter would have left is no claim.
void drop_senseless(const ProofJournal& journal, std::vector<v1::Proof>& claims) {
  std::erase_if(claims, [&](const auto& claim) {
    const auto checked = journal.check(claim);
    if (!checked) log::warn("marks.senseless", {{"error", checked.error().text}});
    return !checked.has_value();
  });
}

/// The earliest first; of two that begin alike the longer one.
void order(std::vector<v1::Proof>& claims) {
  std::sort(claims.begin(), claims.end(), [](const auto& one, const auto& other) {
    return std::pair{one.from_us(), -one.to_us()} < std::pair{other.from_us(), -other.to_us()};
  });
}

}  // namespace

Result<TakenUp> take_up(ProofJournal& journal, const std::filesystem::path& hot, SavedMarks* saved, WallTime now,
                        std::optional<WallTime> sure) {
  TakenUp found;
  LOA_TRY_LET(found.known, journal.accounted(WallTime{}));
  const std::int64_t stale_us = newest_heard_us(found.known, sure) - day_us;
  std::vector<MarkSet> sets;
  std::vector<v1::Proof> claims;
  for (const char* presenter : {"audio", "sign"}) {
    LOA_TRY_LET(auto set, MarkSet::open(hot, presenter));
    for (auto& part : set.recovered()) claims.push_back(std::move(part));
    sets.push_back(std::move(set));
  }
  if (saved != nullptr) {
    for (const auto& part : saved->parts()) {
      if (part.to_us > stale_us) claims.push_back(draft_of(part));
    }
  }
  drop_senseless(journal, claims);
  order(claims);
  for (auto& part : claims) {
    if (auto news = unproved(found.known, std::move(part))) keep(journal, found, *std::move(news), now);
  }
  if (!found.unkept.empty()) return found;
  for (auto& set : sets) set.clear_all();
  // A saved claim that is proved counts nothing, and is stale before its proof can be pruned.
  return found;
}

}  // namespace loa::station::journal
