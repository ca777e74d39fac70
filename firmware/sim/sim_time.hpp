#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

#include "protocol/base/time.hpp"

namespace loa::firmware {

/// The monotonic time of a simulated board. It stands still until somebody moves it:
/// - by hand: advance() moves it, run() moves it from sleeper to sleeper while other threads work on the board;
/// - passing: a call that would sleep moves it instead and returns at once, so that a single thread can run the real
///   player or display loop as fast as the machine goes.
/// Thread-safe. Nothing here sleeps on a real clock, except the guard of run().
class SimTime {
 public:
  explicit SimTime(MonoTime start = MonoTime{std::chrono::seconds{1000}});

  [[nodiscard]] MonoTime now() const;

  /// Moves time forward and wakes whoever is due.
  void advance(std::chrono::nanoseconds by);

  /// @param passing  whether sleeping moves time (default: no, by hand)
  void set_passing(bool passing);

  /// Drives other threads: waits until `sleepers` of them sleep on this time, moves to the nearest instant one waits
  /// for, and so on until `duration` is over.
  /// @return false when they did not all come to sleep within `guard` of real time (one hangs or has ended)
  [[nodiscard]] bool run(std::chrono::nanoseconds duration, int sleepers,
                         std::chrono::milliseconds guard = std::chrono::seconds{10});

  /// Sleeps until `ready_at()` is reached or the deadline has come. It is asked again whenever time moves or poke() is
  /// called.
  /// @param ready_at  the instant the wish comes true if nothing changes; absent: not in sight. Called with the lock
  /// held.
  /// @return          whether it came true; at the deadline itself readiness wins
  bool sleep(MonoTime deadline, const std::function<std::optional<MonoTime>(MonoTime now)>& ready_at);

  /// Something other than time has changed: sleepers look again.
  void poke();

 private:
  struct Sleeper {
    MonoTime wake;      ///< when it stirs if nothing else happens
    bool awake = true;  ///< about to look again
  };
  bool all_asleep(int sleepers) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  MonoTime now_;
  bool passing_ = false;
  std::list<Sleeper> sleepers_;
};

}  // namespace loa::firmware
