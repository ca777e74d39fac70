#include "headend/broker/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

extern "C" {  // glibc 2.36 forgot it in this one header
#include <sys/pidfd.h>
}

namespace loa::headend::broker {
namespace {

/// Between fork and exec: only what signal-safety(7) allows.
[[noreturn]] void become(char* const* arguments, int stderr_fd, int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::setpgid(0, 0);  // Ctrl-C at the terminal is the head-end's to handle
  ::dup2(stderr_fd, STDERR_FILENO);
  // Sockets of Asio are made without CLOEXEC: a broker that had them would hold the head-end's ports and clients.
  if (::close_range(STDERR_FILENO + 1, ~0U, 0) != 0) {  // before Linux 5.9
    for (int fd = STDERR_FILENO + 1; fd < 65'536; ++fd) ::close(fd);
  }
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

Result<Child> spawn(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::io, "cannot make a pipe: {}", errno_text());
  UniqueFd reader{ends[0]};
  const UniqueFd writer{ends[1]};
  ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
  const int parent = ::getpid();
  const int pid = ::fork();
  if (pid < 0) return fail(ErrorCode::io, "cannot start {}: {}", arguments.front(), errno_text());
  if (pid == 0) become(pointers.data(), writer.get(), parent);
  UniqueFd exit{::pidfd_open(pid, 0)};
  if (!exit.valid()) {
    const auto reason = errno_text();
    ::kill(pid, SIGKILL);
    reap(pid);
    return fail(ErrorCode::io, "cannot watch {}: {}", arguments.front(), reason);
  }
  return Child{pid, std::move(exit), std::move(reader)};
}

std::string reap(int pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return fmt::format("was killed by signal {}", WTERMSIG(status));
  return fmt::format("ended with {}", WEXITSTATUS(status));
}

void end(const Child& child) {
  if (child.pid == 0) return;
  ::kill(child.pid, SIGTERM);
  pollfd ready{child.exit.get(), POLLIN, 0};
  if (::poll(&ready, 1, 2000) <= 0) ::kill(child.pid, SIGKILL);
  reap(child.pid);
}

}  // namespace loa::headend::broker
