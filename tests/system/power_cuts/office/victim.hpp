#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "protocol/base/file.hpp"

namespace loa::tests {

/// How a victim is started.
struct VictimPlace {
  std::filesystem::path state;    ///< watched by the preload library
  std::filesystem::path runtime;  ///< of no concern to it
  std::filesystem::path tape;
  std::string cut;  ///< tape.hpp
  std::string lie;
  bool shipped_limits = false;  ///< of the journal; else segments of three proofs
};

/// One process of power_victim under the preload library, at the other end of two pipes.
class Victim {
 public:
  /// @error io
  static Result<Victim> start(const VictimPlace& place);
  Victim(Victim&&) noexcept = default;
  Victim& operator=(Victim&&) = delete;
  /// SIGKILL, and reaps.
  ~Victim();

  /// An order. Nothing happens when the victim is dead.
  void tell(const std::string& order);
  /// The next line it said; absent when it is dead and has said everything.
  std::optional<std::string> hear();
  /// Waits for its end. @return the signal that ended it, or -1-status
  int wait();
  void kill();

 private:
  Victim(pid_t pid, UniqueFd to, UniqueFd from) : pid_(pid), to_(std::move(to)), from_(std::move(from)) {}
  struct Pid {
    pid_t value = -1;
    explicit Pid(pid_t pid) : value(pid) {}
    Pid(Pid&& other) noexcept : value(std::exchange(other.value, -1)) {}
  };
  Pid pid_;
  UniqueFd to_, from_;
  std::string heard_;
};

}  // namespace loa::tests
