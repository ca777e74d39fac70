#pragma once
#include <atomic>
#include <cstdint>
#include <optional>

#include "protocol/base/time.hpp"

namespace loa {

/// A thread's sign of life: by when it reports in again, or that it waits for somebody's word. Wait-free for everybody,
/// so the audio thread may use it; whoever watches reads it from any thread.
class Pulse {
 public:
  /// By the thread: I live, and report in again before `due`.
  void beat(MonoTime due) noexcept;
  /// By the thread: nothing to do until somebody calls. A resting thread needs no timer to stay believed.
  void rest() noexcept;
  /// By whoever gives work to a thread that may rest: it has to report in before `due`. A thread at work keeps the
  /// promise it gave.
  void call(MonoTime due) noexcept;
  /// @return when the next sign is due, absent while resting
  [[nodiscard]] std::optional<MonoTime> due() const noexcept;

 private:
  std::atomic<std::int64_t> due_ns_{0};  // of MonoTime; 0: resting
};

}  // namespace loa
