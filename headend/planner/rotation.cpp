#include "headend/planner/rotation.hpp"

#include <algorithm>
#include <set>

namespace loa::headend::planner {
namespace {

using std::chrono::seconds;

/// A stretch of the day during which the same slogans want the sign.
struct Stretch {
  seconds from, to;
  std::vector<const store::Slogan*> slogans;
};

std::vector<Stretch> stretches_of(const std::vector<const store::Slogan*>& slogans) {
  std::set<seconds> edges;
  for (const auto* slogan : slogans) edges.insert({slogan->from, slogan->to});
  std::vector<Stretch> stretches;
  for (auto edge = edges.begin(); edge != edges.end() && std::next(edge) != edges.end(); ++edge) {
    Stretch stretch{*edge, *std::next(edge), {}};
    for (const auto* slogan : slogans) {
      if (slogan->from <= stretch.from && stretch.to <= slogan->to) stretch.slogans.push_back(slogan);
    }
    if (!stretch.slogans.empty()) stretches.push_back(std::move(stretch));
  }
  return stretches;
}

seconds turn_of(const Stretch& stretch, const store::Slogan& slogan, const RotationLimits& limits, unsigned factor) {
  return stretch.slogans.size() == 1 ? limits.longest : std::max(slogan.dwell, seconds{1}) * factor;
}

std::vector<Showing> cut(const std::vector<Stretch>& stretches, const RotationLimits& limits, unsigned factor) {
  std::vector<Showing> showings;
  for (const auto& stretch : stretches) {
    std::size_t next = 0;
    for (seconds at = stretch.from; at < stretch.to;) {
      const auto* slogan = stretch.slogans[next++ % stretch.slogans.size()];
      const auto length = std::min(turn_of(stretch, *slogan, limits, factor), stretch.to - at);
      showings.push_back({slogan, at, length});
      at += length;
    }
  }
  return showings;
}

}  // namespace

Rotation rotate(const std::vector<const store::Slogan*>& slogans, const RotationLimits& limits) {
  const auto stretches = stretches_of(slogans);
  Rotation rotation{cut(stretches, limits, 1), 1};
  // Each stretch rounds its last turn up, so that the quotient may have to grow a little; windows without end of their
  // own (more stretches than turns permitted) cannot be helped.
  for (unsigned factor = 1; rotation.showings.size() > limits.showings && factor < 86400;) {
    const auto excess = static_cast<unsigned>((rotation.showings.size() + limits.showings - 1) / limits.showings);
    factor = std::max(factor + 1, rotation.stretched * excess);
    auto next = cut(stretches, limits, factor);
    if (next.size() >= rotation.showings.size()) break;
    rotation = {std::move(next), factor};
  }
  return rotation;
}

}  // namespace loa::headend::planner
