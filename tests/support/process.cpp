#include "tests/support/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <thread>
#include <utility>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Process::State {
  pid_t pid = -1;
  std::optional<Exit> exit;
  TempFolder folder{"loa-process"};
  fs::path out;
  fs::path err;
};

namespace {

constexpr std::uint64_t max_output_bytes = 256 << 20;

/// Everything the child needs between fork and exec, made before the fork: there it may only make system calls.
struct Prepared {
  std::vector<std::string> env;
  std::vector<char*> argv_pointers;
  std::vector<char*> env_pointers;
  UniqueFd in, out, err;
};

std::string name_of_entry(const std::string& entry) { return entry.substr(0, entry.find('=')); }

std::vector<std::string> make_environment(const std::vector<std::string>& changes) {
  std::vector<std::string> env;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const bool changed = std::any_of(changes.begin(), changes.end(), [&](const std::string& change) {
      return name_of_entry(change) == name_of_entry(*entry);
    });
    if (!changed) env.emplace_back(*entry);
  }
  for (const auto& change : changes) {
    if (change.find('=') != std::string::npos) env.push_back(change);
  }
  return env;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Result<UniqueFd> open_for_child(const fs::path& path, int flags) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!fd.valid()) return fail(ErrorCode::io, "cannot open {}: {}", path.string(), errno_text());
  return fd;
}

Result<void> prepare(const Command& command, const fs::path& in, const fs::path& out, const fs::path& err,
                     Prepared& child) {
  child.env = make_environment(command.env);
  child.argv_pointers = pointers_to(command.argv);
  child.env_pointers = pointers_to(child.env);
  LOA_TRY(save_file(in, command.in));
  LOA_TRY_LET(child.in, open_for_child(in, O_RDONLY));
  LOA_TRY_LET(child.out, open_for_child(out, O_WRONLY | O_CREAT | O_APPEND));
  LOA_TRY_LET(child.err, open_for_child(err, O_WRONLY | O_CREAT | O_APPEND));
  return {};
}

[[noreturn]] void become(const Command& command, Prepared& child, int report_fd) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(child.in.get(), 0);
  ::dup2(child.out.get(), 1);
  ::dup2(child.err.get(), 2);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (command.folder.empty() || ::chdir(command.folder.c_str()) == 0) {
    ::execvpe(child.argv_pointers[0], child.argv_pointers.data(), child.env_pointers.data());
  }
  const int reason = errno;
  [[maybe_unused]] const auto told = ::write(report_fd, &reason, sizeof reason);
  ::_exit(127);
}

Exit exit_of(int status) {
  if (WIFSIGNALED(status)) return {-1, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

std::string text_of(const fs::path& path) { return read_file(path, max_output_bytes).value_or(std::string{}); }

}  // namespace

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::Process(Process&& other) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  if (state_) kill();
  state_ = std::move(other.state_);
  return *this;
}

Process::~Process() {
  if (state_) kill();
}

Result<Process> Process::start(const Command& command) {
  auto state = std::make_unique<State>();
  state->out = command.out.empty() ? state->folder / "out" : command.out;
  state->err = command.err.empty() ? state->folder / "err" : command.err;
  Prepared child;
  LOA_TRY(prepare(command, state->folder / "in", state->out, state->err, child));
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return fail(ErrorCode::io, "cannot make a pipe: {}", errno_text());
  UniqueFd report_read(report[0]);
  UniqueFd report_write(report[1]);
  state->pid = ::fork();
  if (state->pid < 0) return fail(ErrorCode::io, "cannot fork: {}", errno_text());
  if (state->pid == 0) become(command, child, report_write.get());
  ::setpgid(state->pid, state->pid);
  report_write = UniqueFd();
  int reason = 0;
  if (::read(report_read.get(), &reason, sizeof reason) == sizeof reason) {
    ::waitpid(state->pid, nullptr, 0);
    return fail(ErrorCode::missing, "cannot start {}: {}", command.argv[0], errno_text(reason));
  }
  return Process(std::move(state));
}

pid_t Process::pid() const { return state_->pid; }

bool Process::running() {
  if (state_->exit) return false;
  int status = 0;
  if (::waitpid(state_->pid, &status, WNOHANG) == 0) return true;
  state_->exit = exit_of(status);
  return false;
}

void Process::signal(int number) {
  if (running()) ::kill(state_->pid, number);
}

std::optional<Exit> Process::wait(std::chrono::milliseconds deadline) {
  wait_until(deadline, [this] { return !running(); });
  return state_->exit;
}

Exit Process::stop(std::chrono::milliseconds grace) {
  signal(SIGTERM);
  if (const auto exit = wait(grace)) return *exit;
  return kill();
}

Exit Process::kill() {
  ::kill(-state_->pid, SIGKILL);
  int status = 0;
  if (!state_->exit && ::waitpid(state_->pid, &status, 0) == state_->pid) state_->exit = exit_of(status);
  return state_->exit.value_or(Exit{-1, SIGKILL});
}

std::string Process::out() const { return text_of(state_->out); }
std::string Process::err() const { return text_of(state_->err); }

Result<Finished> run(const Command& command, std::chrono::milliseconds deadline) {
  LOA_TRY_LET(auto process, Process::start(command));
  const auto exit = process.wait(deadline);
  if (!exit) {
    return fail(ErrorCode::timeout, "{} did not end within {} ms; so far it said: {}{}", command.argv[0],
                deadline.count(), process.out(), process.err());
  }
  return Finished{*exit, process.out(), process.err()};
}

bool wait_until(std::chrono::milliseconds deadline, const std::function<bool()>& holds) {
  const auto end = Clock::now() + deadline;
  while (!holds()) {
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

namespace {

/// Bytes of the "<name>:  <n> kB" lines whose name begins so.
std::uint64_t sum_of_kb(const std::string& text, std::string_view name) {
  std::istringstream lines(text);
  std::uint64_t sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name, 0) == 0) sum += std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10) * 1024;
  }
  return sum;
}

/// Fields 14 and 15 of /proc/<pid>/stat, counted behind the name in brackets, which may hold anything.
std::chrono::microseconds cpu_of(const std::string& stat) {
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  return std::chrono::microseconds{(user + system) * 1'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK))};
}

/// /proc files have no size, so read_file() will not do.
std::string read_proc(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char piece[4096];
  for (ssize_t got; (got = ::read(fd.get(), piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<std::size_t>(got));
  return text;
}

}  // namespace

Result<Usage> usage_of(pid_t pid) {
  const fs::path folder = fs::path("/proc") / std::to_string(pid);
  const std::string stat = read_proc(folder / "stat");
  const std::string status = read_proc(folder / "status");
  if (stat.empty() || status.find("VmRSS") == std::string::npos) {
    return fail(ErrorCode::missing, "process {} has ended", pid);
  }
  return Usage{sum_of_kb(status, "VmRSS"), sum_of_kb(read_proc(folder / "smaps_rollup"), "Private_"), cpu_of(stat)};
}

std::vector<pid_t> children_of(pid_t parent, std::string_view name) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator{"/proc"}) {
    const std::string number = entry.path().filename();
    pid_t pid = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), pid).ec != std::errc{}) continue;
    const std::string line = read_proc(entry.path() / "stat");
    const auto open = line.find('('), close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    const pid_t owner = static_cast<pid_t>(std::strtol(line.c_str() + close + 3, nullptr, 10));
    if (owner == parent && line.substr(open + 1, close - open - 1) == name) found.push_back(pid);
  }
  return found;
}

}  // namespace loa::tests
