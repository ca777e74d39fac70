#include "station/core/time_anchor.hpp"

namespace loa::station::core {
namespace {

constexpr std::chrono::nanoseconds reading_noise = std::chrono::microseconds{100};

}  // namespace

Micros TimeAnchor::observe(const Now& now, bool may_move) {
  const std::chrono::nanoseconds origin = now.wall.time_since_epoch() - now.mono.time_since_epoch();
  if (!origin_) {
    origin_ = origin;
    return Micros{0};
  }
  const auto moved = origin - *origin_;
  if (!may_move || std::chrono::abs(moved) < reading_noise) return Micros{0};
  origin_ = origin;
  return std::chrono::duration_cast<Micros>(moved);
}

WallTime TimeAnchor::plan_time(MonoTime mono) const {
  return WallTime{std::chrono::floor<Micros>(mono.time_since_epoch() + *origin_)};
}

MonoTime TimeAnchor::mono_of(WallTime plan) const { return MonoTime{plan.time_since_epoch() - *origin_}; }

}  // namespace loa::station::core
