#include "tests/system/power_cuts/office/victim.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "tests/support/temp_folder.hpp"
#include "tests/system/power_cuts/disk/tape.hpp"

namespace loa::tests {
namespace {

constexpr int patience_ms = 60'000;

std::string library() { return (program_folder().parent_path() / "lib" / "libloa_forgetful.so").string(); }

std::vector<std::string> environment(const VictimPlace& place) {
  return {"LD_PRELOAD=" + library(),
          "ASAN_OPTIONS=verify_asan_link_order=0",
          std::string{tape_folder_variable} + "=" + place.state.string(),
          std::string{tape_file_variable} + "=" + place.tape.string(),
          std::string{tape_cut_variable} + "=" + place.cut,
          std::string{tape_lie_variable} + "=" + place.lie};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Result<Victim> Victim::start(const VictimPlace& place) {
  int in[2], out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
    return fail(ErrorCode::io, "cannot make pipes: {}", errno_text());
  UniqueFd in_read{in[0]}, in_write{in[1]}, out_read{out[0]}, out_write{out[1]};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in_read.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out_write.get(), STDOUT_FILENO);
  std::vector<std::string> words{(program_folder() / "power_victim").string(), place.state.string(),
                                 place.runtime.string()};
  if (place.shipped_limits) words.emplace_back("shipped-limits");
  auto variables = environment(place);
  pid_t pid = -1;
  const int failed =
      ::posix_spawn(&pid, words[0].c_str(), &actions, nullptr, pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return fail(ErrorCode::io, "cannot start {}: {}", words[0], errno_text(failed));
  return Victim{pid, std::move(in_write), std::move(out_read)};
}

Victim::~Victim() {
  if (pid_.value <= 0) return;
  kill();
  wait();
}

void Victim::tell(const std::string& order) {
  const std::string line = order + "\n";
  (void)write_all(to_.get(), line, "pipe");  // SIGPIPE is ignored; the end is seen by hear()
}

std::optional<std::string> Victim::hear() {
  while (true) {
    if (const auto end = heard_.find('\n'); end != std::string::npos) {
      std::string line = heard_.substr(0, end);
      heard_.erase(0, end + 1);
      return line;
    }
    pollfd ready{from_.get(), POLLIN, 0};
    if (::poll(&ready, 1, patience_ms) != 1) return std::nullopt;
    char bytes[65536];
    const ssize_t got = ::read(from_.get(), bytes, sizeof bytes);
    if (got <= 0) return std::nullopt;
    heard_.append(bytes, static_cast<std::size_t>(got));
  }
}

int Victim::wait() {
  int status = 0;
  if (pid_.value <= 0 || ::waitpid(pid_.value, &status, 0) != pid_.value) return 0;
  pid_.value = -1;
  return WIFSIGNALED(status) ? WTERMSIG(status) : -1 - WEXITSTATUS(status);
}

void Victim::kill() {
  if (pid_.value > 0) ::kill(pid_.value, SIGKILL);
}

}  // namespace loa::tests
