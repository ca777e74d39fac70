#include "firmware/sim/sim_time.hpp"

#include <algorithm>

namespace loa::firmware {

SimTime::SimTime(MonoTime start) : now_(start) {}

MonoTime SimTime::now() const {
  const std::lock_guard lock{mutex_};
  return now_;
}

void SimTime::advance(std::chrono::nanoseconds by) {
  const std::lock_guard lock{mutex_};
  now_ += std::max(by, std::chrono::nanoseconds::zero());
  changed_.notify_all();
}

void SimTime::set_passing(bool passing) {
  const std::lock_guard lock{mutex_};
  passing_ = passing;
  changed_.notify_all();
}

void SimTime::poke() {
  const std::lock_guard lock{mutex_};
  for (Sleeper& sleeper : sleepers_) sleeper.awake = true;
  changed_.notify_all();
}

/// Whether so many threads sleep and none of them has reason to stir at this instant.
bool SimTime::all_asleep(int sleepers) const {
  const auto asleep = [&](const Sleeper& sleeper) { return !sleeper.awake && sleeper.wake > now_; };
  return std::count_if(sleepers_.begin(), sleepers_.end(), asleep) >= sleepers &&
         std::all_of(sleepers_.begin(), sleepers_.end(), asleep);
}

bool SimTime::run(std::chrono::nanoseconds duration, int sleepers, std::chrono::milliseconds guard) {
  std::unique_lock lock{mutex_};
  const MonoTime end = now_ + duration;
  while (true) {
    if (!changed_.wait_for(lock, guard, [&] { return all_asleep(sleepers); })) return false;
    if (now_ >= end) return true;
    MonoTime next = end;
    for (const Sleeper& sleeper : sleepers_) next = std::min(next, sleeper.wake);
    now_ = next;
    changed_.notify_all();
  }
}

bool SimTime::sleep(MonoTime deadline, const std::function<std::optional<MonoTime>(MonoTime)>& ready_at) {
  std::unique_lock lock{mutex_};
  const auto self = sleepers_.insert(sleepers_.end(), Sleeper{deadline, true});
  bool came_true = false;
  while (true) {
    const auto ready = ready_at(now_);
    came_true = ready && *ready <= now_;
    if (came_true || now_ >= deadline) break;
    self->wake = ready ? std::min(*ready, deadline) : deadline;
    self->awake = false;
    if (passing_) {
      now_ = self->wake;
      changed_.notify_all();
      continue;
    }
    changed_.notify_all();  // run() may be waiting for this sleeper
    changed_.wait(lock, [&] { return passing_ || self->awake || self->wake <= now_; });
    self->awake = true;
  }
  sleepers_.erase(self);
  return came_true;
}

}  // namespace loa::firmware
