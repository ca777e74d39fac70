#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "firmware/port/watchdog.hpp"
#include "station/health/liveness.hpp"

namespace loa::station::health {

/// Ends a process in which a room hangs, so that the service manager starts it anew, and feeds the manager's watchdog
/// for as long as none does.
///
/// While sound is on air the thread `loa-watch` looks four times a second, and the manager is told to expect a sign of
/// life every two seconds: so it finds a process that hangs as a whole. A sign alone is looked after once a second.
/// While nothing is on air the thread sleeps, and the io thread's own tick looks and feeds: no extra wake-up.
class Supervisor {
 public:
  /// @param watchdog  outlives this
  /// @param rooms     whose pulses outlive this
  Supervisor(firmware::Watchdog& watchdog, Liveness rooms);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// By the io thread: which devices are awake.
  void set_awake(bool sound, bool sign);
  /// By the io thread, at each of its ticks.
  void tick(MonoTime now);

 private:
  void run();
  void look(MonoTime now);
  static void say(const Liveness::Verdict& verdict);
  void feed(MonoTime now);
  [[nodiscard]] bool awake() const { return sound_ || sign_; }
  /// What the manager allows between two signs of life; absent when nobody watches.
  [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const;
  [[noreturn]] static void end_process(const Liveness::Verdict& verdict);

  firmware::Watchdog& watchdog_;
  std::mutex mutex_;  // guards what follows, up to the thread
  Liveness rooms_;
  std::condition_variable changed_;
  bool quit_ = false;
  bool sound_ = false;
  bool sign_ = false;
  Liveness::State seen_ = Liveness::State::alive;  // at the last look
  MonoTime fed_;
  MonoTime ticked_;
  std::thread thread_;
};

}  // namespace loa::station::health
