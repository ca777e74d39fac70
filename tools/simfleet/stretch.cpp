#include "tools/simfleet/stretch.hpp"

#include <algorithm>

namespace loa::tools::simfleet {
namespace {

void sort(Stretches& stretches) {
  std::sort(stretches.begin(), stretches.end(), [](const auto& a, const auto& b) { return a.from_us < b.from_us; });
}

}  // namespace

Stretches joined(Stretches stretches) {
  sort(stretches);
  Stretches apart;
  for (const auto& one : stretches) {
    if (one.from_us >= one.to_us) continue;
    if (apart.empty() || one.from_us > apart.back().to_us) {
      apart.push_back(one);
    } else {
      apart.back().to_us = std::max(apart.back().to_us, one.to_us);
    }
  }
  return apart;
}

Stretches without(const Stretches& stretches, const Stretches& others) {
  const Stretches holes = joined(others);
  Stretches left;
  for (auto one : joined(stretches)) {
    for (const auto& hole : holes) {
      if (hole.to_us <= one.from_us || hole.from_us >= one.to_us) continue;
      if (hole.from_us > one.from_us) left.push_back({one.from_us, hole.from_us});
      one.from_us = std::min(hole.to_us, one.to_us);
    }
    if (one.from_us < one.to_us) left.push_back(one);
  }
  return left;
}

Stretches within(const Stretches& stretches, std::int64_t from_us, std::int64_t to_us) {
  Stretches cut;
  for (const auto& one : stretches) {
    const Stretch part{std::max(one.from_us, from_us), std::min(one.to_us, to_us)};
    if (part.from_us < part.to_us) cut.push_back(part);
  }
  return cut;
}

Heard measure(Stretches stretches) {
  sort(stretches);
  Heard heard;
  if (stretches.empty()) return heard;
  std::int64_t until = stretches.front().from_us;
  for (const auto& one : stretches) {
    heard.again_us += std::max<std::int64_t>(0, std::min(one.to_us, until) - one.from_us);
    heard.once_us += std::max<std::int64_t>(0, one.to_us - std::max(one.from_us, until));
    until = std::max(until, one.to_us);
  }
  return heard;
}

}  // namespace loa::tools::simfleet
