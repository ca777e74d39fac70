#include "station/core/brightness.hpp"

#include <algorithm>

namespace loa::station::core {
namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 1'440 * minute_us;

/// UTC instant of the local midnight before an instant.
std::int64_t midnight_before(const v1::Plan& plan, std::int64_t at_us) {
  const std::int64_t offset_us = std::int64_t{plan.policy().utc_offset_s()} * 1'000'000;
  const std::int64_t local_us = at_us + offset_us;
  return local_us - (local_us % day_us + day_us) % day_us - offset_us;
}

}  // namespace

int brightness_at(const v1::Plan& plan, std::int64_t at_us) {
  const std::int64_t minute = (at_us - midnight_before(plan, at_us)) / minute_us;
  for (const auto& stretch : plan.brightness()) {
    if (stretch.from_minute() <= minute && minute < stretch.to_minute()) return static_cast<int>(stretch.percent());
  }
  return 100;
}

std::optional<std::int64_t> next_brightness_us(const v1::Plan& plan, std::int64_t at_us) {
  std::optional<std::int64_t> next;
  const std::int64_t midnight_us = midnight_before(plan, at_us);
  for (const auto& stretch : plan.brightness()) {
    for (const std::uint32_t minute : {stretch.from_minute(), stretch.to_minute(), stretch.from_minute() + 1'440}) {
      const std::int64_t edge_us = midnight_us + minute * minute_us;
      if (edge_us > at_us) next = std::min(next.value_or(edge_us), edge_us);
    }
  }
  return next;
}

}  // namespace loa::station::core
