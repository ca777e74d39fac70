#include "station/core/brightness.hpp"

#include <algorithm>

#include "protocol/policy/local_time.hpp"

namespace loa::station::core {
namespace {

using namespace std::chrono;

/// When the local day of an instant began.
WallTime midnight_before(const v1::Plan& plan, WallTime at) {
  return at - protocol::policy::zone_of(plan.policy()).time_of_day(at);
}

}  // namespace

int brightness_at(const v1::Plan& plan, std::int64_t at_us) {
  const WallTime at = wall_from_us(at_us);
  const auto minute = floor<minutes>(at - midnight_before(plan, at)).count();
  for (const auto& stretch : plan.brightness()) {
    if (stretch.from_minute() <= minute && minute < stretch.to_minute()) return static_cast<int>(stretch.percent());
  }
  return 100;
}

std::optional<std::int64_t> next_brightness_us(const v1::Plan& plan, std::int64_t at_us) {
  std::optional<std::int64_t> next;
  const WallTime midnight = midnight_before(plan, wall_from_us(at_us));
  for (const auto& stretch : plan.brightness()) {
    for (const std::uint32_t minute : {stretch.from_minute(), stretch.to_minute(), stretch.from_minute() + 1'440}) {
      const std::int64_t edge_us = to_us(midnight + minutes{minute});
      if (edge_us > at_us) next = std::min(next.value_or(edge_us), edge_us);
    }
  }
  return next;
}

}  // namespace loa::station::core
