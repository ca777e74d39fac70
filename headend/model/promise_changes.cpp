#include "headend/model/promise_changes.hpp"

#include <string>
#include <unordered_map>

namespace loa::headend::model {
namespace {

/// Makes prints of many cues: equal pages are hashed once.
class Printer {
 public:
  CuePrint print(const v1::Cue& cue) {
    auto parts = parts_of(cue);
    if (parts.pages.empty()) return {std::move(parts.cue), std::nullopt};
    const auto [known, fresh] = digests_.try_emplace(std::move(parts.pages));
    if (fresh) known->second = protocol::crypto::sha256(known->first);
    return {std::move(parts.cue), known->second};
  }

 private:
  std::unordered_map<std::string, Sha256> digests_;
};

std::map<CueKey, Standing> by_key(std::vector<Standing> standing) {
  std::map<CueKey, Standing> sorted;
  for (auto& one : standing) {
    auto key = one.key;
    sorted.emplace(std::move(key), std::move(one));
  }
  return sorted;
}

/// Whether one cue is the other, of a sign, and only ends earlier.
bool ends_earlier(v1::Cue one, const v1::Cue& other) {
  if (one.medium() != v1::MEDIUM_SIGN || one.duration_us() >= other.duration_us()) return false;
  one.set_duration_us(other.duration_us());
  return one.SerializeAsString() == other.SerializeAsString();
}

bool is_shortened(const v1::Cue& cue, const Begun& begun, WallTime made) {
  const auto promised = begun.find(key_of(cue));
  if (promised == begun.end() || promised->second.cancelled) return false;
  return ends_earlier(cue, promised->second.cue) && cue.start_us() + cue.duration_us() >= to_us(made);
}

/// Facts that are not told change nothing.
bool count_for_other(const Standing& standing, const PlannedCue& planned) {
  return planned.facts && (!standing.facts || *standing.facts != *planned.facts);
}

}  // namespace

bool may_end_earlier(const v1::Cue& cue, WallTime made, PromiseKind kind) {
  return kind == PromiseKind::plan && cue.medium() == v1::MEDIUM_SIGN && cue.start_us() < to_us(made);
}

PromiseChanges changes_of(std::vector<Standing> standing, const Begun& begun, const std::vector<PlannedCue>& cues,
                          WallTime made, PromiseKind kind) {
  auto before = by_key(std::move(standing));
  Printer printer;
  PromiseChanges changes;
  for (const auto& planned : cues) {
    if (may_end_earlier(planned.cue, made, kind)) {
      if (is_shortened(planned.cue, begun, made)) changes.ends.push_back(planned);
      continue;
    }
    const auto earlier = before.extract(key_of(planned.cue));
    const bool stands =
        !earlier.empty() && !earlier.mapped().cancelled && earlier.mapped().print == printer.print(planned.cue);
    if (!stands) {
      changes.puts.push_back(planned);
    } else if (count_for_other(earlier.mapped(), planned)) {
      changes.facts.push_back(planned);
    }
  }
  for (const auto& [key, left_out] : before) {
    if (!left_out.cancelled) changes.cancelled.push_back(key);
  }
  return changes;
}

std::vector<PlannedCue> other_facts(std::vector<Standing> standing, const std::vector<PlannedCue>& cues) {
  const auto before = by_key(std::move(standing));
  std::vector<PlannedCue> changed;
  for (const auto& planned : cues) {
    const auto& cue = planned.cue;
    const auto found = before.find(key_of(cue));
    if (found == before.end() || found->second.cancelled) continue;
    const auto start = wall_from_us(cue.start_us());
    const bool same_time = found->second.start == start && found->second.end == start + Micros{cue.duration_us()};
    if (same_time && count_for_other(found->second, planned)) changed.push_back(planned);
  }
  return changed;
}

}  // namespace loa::headend::model
