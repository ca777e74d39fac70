#include "station/node/tick_plan.hpp"

#include <algorithm>

#include "station/health/liveness.hpp"

namespace loa::station::node {
namespace {

constexpr std::chrono::milliseconds sound_interval{500}, busy_interval{1'000};

}  // namespace

MonoTime next_status(const Pending& pending, MonoTime now) {
  if (!pending.last_status) return now;
  return *pending.last_status +
         (pending.status_due ? std::chrono::milliseconds{status_pause} : pending.status_interval);
}

bool status_is_due(const Pending& pending, MonoTime now) { return next_status(pending, now) <= now; }

MonoTime next_tick(const Pending& pending, MonoTime now) {
  const bool busy = pending.retries || pending.awake || pending.grade < ClockGrade::disciplined;
  MonoTime at = pending.ticked + (pending.sounding ? sound_interval : busy ? busy_interval : health::idle_interval);
  at = std::min(at, next_status(pending, now));
  if (pending.core) at = std::min(at, *pending.core);
  if (pending.outbox) at = std::min(at, *pending.outbox);
  return std::max(at, now);
}

}  // namespace loa::station::node
