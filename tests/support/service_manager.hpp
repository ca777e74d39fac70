#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "protocol/base/file.hpp"
#include "tests/support/process.hpp"

namespace loa::tests {

/// What systemd does for a unit of Type=notify with Restart=always, for machines on which it is not process 1
/// (systemd.service(5), sd_notify(3)): listens for READY=1, WATCHDOG=1, WATCHDOG_USEC=, STATUS=; a process that is
/// silent too long gets SIGABRT and SIGCONT, then SIGKILL; whatever ends is started again.
class ServiceManager {
 public:
  using Clock = std::chrono::steady_clock;

  struct Unit {
    std::chrono::milliseconds watchdog{10'000};  ///< WatchdogSec
    std::chrono::milliseconds restart{100};      ///< RestartSec
    std::chrono::milliseconds abort_limit{1'000};
  };

  /// One process of the service.
  struct Life {
    pid_t pid = 0;
    Clock::time_point begun;
    std::optional<Clock::time_point> ready;
    std::optional<Exit> exit;
    bool by_watchdog = false;  ///< it was silent too long
    unsigned fed = 0;          ///< signs of life
    std::string status;        ///< the last STATUS=
  };

  /// @error as Process::start() · io
  static Result<std::unique_ptr<ServiceManager>> start(Command command, Unit unit);
  /// Stops the service.
  ~ServiceManager();

  /// So far, the oldest first; the last one may be running.
  [[nodiscard]] std::vector<Life> lives() const;
  /// Waits until the n-th life (from 1) is ready.
  [[nodiscard]] bool wait_ready(std::size_t number, std::chrono::milliseconds deadline) const;
  /// SIGTERM; nothing is started any more.
  Exit stop();

 private:
  ServiceManager(Command command, Unit unit, UniqueFd socket);
  Result<void> begin();
  void run();
  void hear();
  void obey(const std::string& line);
  void watch();

  Command command_;
  Unit unit_;
  UniqueFd socket_;
  std::optional<Process> process_;                    // of the thread
  std::chrono::milliseconds allowed_;                 // of the thread
  Clock::time_point heard_;                           // of the thread
  std::optional<Clock::time_point> aborted_, ended_;  // of the thread
  mutable std::mutex mutex_;                          // guards lives_
  std::vector<Life> lives_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// Hangs one thread of a process as a debugger would (ptrace(2)): it stands still until the process ends. Nothing in
/// the process helps with it.
class HungThread {
 public:
  /// @param name  of the thread (/proc/<pid>/task/<tid>/comm); empty: the first one
  /// @error missing: no such thread · refused: the system allows no tracing
  static Result<HungThread> hang(pid_t process, const std::string& name);
  ~HungThread();
  HungThread(HungThread&& other) noexcept : tracer_(std::exchange(other.tracer_, 0)) {}
  HungThread& operator=(HungThread&&) = delete;

 private:
  explicit HungThread(pid_t tracer) : tracer_(tracer) {}
  pid_t tracer_;
};

}  // namespace loa::tests
