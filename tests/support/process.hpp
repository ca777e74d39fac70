#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"

namespace loa::tests {

/// How a process ended.
struct Exit {
  int status = 0;  ///< of exit(); -1 when a signal ended it
  int signal = 0;  ///< 0 when it exited by itself
  [[nodiscard]] bool ok() const { return status == 0 && signal == 0; }
};

/// What to start, and how.
struct Command {
  std::vector<std::string> argv;      ///< argv[0] is looked up in $PATH unless it has a slash
  std::vector<std::string> env = {};  ///< "NAME=value" on top of our own; "NAME" alone is taken away
  std::filesystem::path folder = {};  ///< working folder; empty: ours
  std::filesystem::path out = {};     ///< standard output; empty: a temporary file
  std::filesystem::path err = {};     ///< standard error; empty: a temporary file
  std::string in = {};                ///< standard input
};

/// A child process in a process group of its own. When the object goes, the whole group gets SIGKILL; when we are
/// killed, the child gets it too.
class Process {
 public:
  /// @error missing: no such program · io
  static Result<Process> start(const Command& command);

  [[nodiscard]] pid_t pid() const;
  /// Reaps it when it has ended.
  bool running();
  /// To the child alone. Nothing happens when it has ended.
  void signal(int number);
  /// Waits for its end.
  /// @return absent when the deadline came first
  std::optional<Exit> wait(std::chrono::milliseconds deadline);
  /// SIGTERM, and SIGKILL to the group when that does not help within `grace`.
  Exit stop(std::chrono::milliseconds grace = std::chrono::seconds{5});
  /// SIGKILL to the group, and reaps.
  Exit kill();
  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

 private:
  struct State;
  explicit Process(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// What a finished command said.
struct Finished {
  Exit exit;
  std::string out;
  std::string err;
};

/// Starts, waits, and hands back everything.
/// @error as Process::start() · timeout: killed after the deadline
Result<Finished> run(const Command& command, std::chrono::milliseconds deadline = std::chrono::seconds{30});

/// Asks every few milliseconds until the answer is yes.
/// @return whether it was, before the deadline
bool wait_until(std::chrono::milliseconds deadline, const std::function<bool()>& holds);

/// What a living process uses, from /proc.
struct Usage {
  std::uint64_t resident_bytes = 0;  ///< VmRSS, shared pages included
  std::uint64_t private_bytes = 0;   ///< what would come free if it ended (smaps_rollup Private_*)
  std::chrono::microseconds cpu{0};  ///< user and system time since its start, all threads
};
/// @error missing: it has ended
Result<Usage> usage_of(pid_t pid);

/// Process ids whose parent is `parent` and whose program is `name`, from /proc/<pid>/stat (proc(5)).
std::vector<pid_t> children_of(pid_t parent, std::string_view name);

}  // namespace loa::tests
