#include "protocol/base/pulse.hpp"

namespace loa {

void Pulse::beat(MonoTime due) noexcept { due_ns_.store(due.time_since_epoch().count(), std::memory_order_relaxed); }

void Pulse::rest() noexcept { due_ns_.store(0, std::memory_order_relaxed); }

void Pulse::call(MonoTime due) noexcept {
  std::int64_t resting = 0;
  due_ns_.compare_exchange_strong(resting, due.time_since_epoch().count(), std::memory_order_relaxed);
}

std::optional<MonoTime> Pulse::due() const noexcept {
  const std::int64_t due_ns = due_ns_.load(std::memory_order_relaxed);
  if (due_ns == 0) return std::nullopt;
  return MonoTime{std::chrono::nanoseconds{due_ns}};
}

}  // namespace loa
