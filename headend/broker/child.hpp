#pragma once
#include <string>
#include <vector>

#include "protocol/base/file.hpp"

namespace loa::headend::broker {

/// A process of ours. It gets SIGTERM from the kernel when the thread that started it ends, however that happens.
struct Child {
  int pid = 0;
  UniqueFd exit;         ///< pidfd, readable once it has ended (pidfd_open(2))
  UniqueFd stderr_pipe;  ///< what it says, non-blocking
};

/// @param arguments  the first is the program's path
/// @error io: cannot fork or open; that the program cannot run shows as its exit with 127
Result<Child> spawn(const std::vector<std::string>& arguments);

/// Collects a child that has ended.
/// @return for people: "ended with 1", "was killed by signal 9"
std::string reap(int pid);

/// SIGTERM, waits up to two seconds, SIGKILL; collects it.
void end(const Child& child);

}  // namespace loa::headend::broker
