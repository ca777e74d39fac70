#include "station/core/time_anchor.hpp"

namespace loa::station::core {
namespace {

constexpr std::chrono::nanoseconds reading_noise = std::chrono::microseconds{100};

std::chrono::nanoseconds origin_of(const Now& now) { return now.wall.time_since_epoch() - now.mono.time_since_epoch(); }

}  // namespace

Micros TimeAnchor::observe(const Now& now, bool may_move) {
  const auto origin = origin_of(now);
  if (!origin_) {
    origin_ = origin;
    return Micros{0};
  }
  const auto moved = origin - *origin_;
  if (!may_move || std::chrono::abs(moved) < reading_noise) return Micros{0};
  origin_ = origin;
  return std::chrono::duration_cast<Micros>(moved);
}

Micros TimeAnchor::off(const Now& now) const {
  return std::chrono::duration_cast<Micros>(std::chrono::abs(origin_of(now) - *origin_));
}

bool TimeAnchor::agrees_with(const Now& now) const {
  return std::chrono::abs(origin_of(now) - *origin_) < reading_noise;
}

WallTime TimeAnchor::plan_time(MonoTime mono) const {
  return WallTime{std::chrono::floor<Micros>(mono.time_since_epoch() + *origin_)};
}

MonoTime TimeAnchor::mono_of(WallTime plan) const { return MonoTime{plan.time_since_epoch() - *origin_}; }

}  // namespace loa::station::core
