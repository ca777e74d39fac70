#pragma once
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "protocol/base/time.hpp"

namespace loa::tools::simfleet {

/// True time of the simulated world, microseconds since 1970 UTC. Nobody in the world knows it exactly.
using Instant = std::int64_t;

inline constexpr std::int64_t millisecond_us = 1'000;
inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t minute_us = 60 * second_us;
inline constexpr std::int64_t hour_us = 60 * minute_us;
inline constexpr std::int64_t day_us = 24 * hour_us;

/// What happens when: one event after the other, those of one instant in the order in which they were asked for.
class Timeline {
 public:
  using Action = std::function<void()>;

  explicit Timeline(Instant begin) : now_(begin) {}
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

  void at(Instant when, Action action) { queue_.push({when > now_ ? when : now_, ++order_, std::move(action)}); }
  void after(std::int64_t delay_us, Action action) { at(now_ + delay_us, std::move(action)); }

  /// Runs everything up to and including an instant.
  void run_until(Instant end) {
    while (!queue_.empty() && queue_.top().when <= end) {
      // The action is moved out before pop(): top() is const only to keep the order, which does not depend on it.
      Entry entry = std::move(const_cast<Entry&>(queue_.top()));
      queue_.pop();
      now_ = entry.when;
      ++events_;
      entry.action();
    }
    now_ = end;
  }

 private:
  struct Entry {
    Instant when;
    std::uint64_t order;
    Action action;
    bool operator<(const Entry& other) const { return when != other.when ? when > other.when : order > other.order; }
  };
  Instant now_;
  std::uint64_t order_ = 0;
  std::uint64_t events_ = 0;
  std::priority_queue<Entry> queue_;
};

}  // namespace loa::tools::simfleet
