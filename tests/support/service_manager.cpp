#include "tests/support/service_manager.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace loa::tests {
namespace {

using std::chrono::milliseconds;

constexpr int look_ms = 2;

/// A datagram socket with a name of the kernel's choice in the abstract space.
Result<UniqueFd> make_socket() {
  UniqueFd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (!fd.valid() || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)) != 0) {
    return fail(ErrorCode::io, "cannot make the notify socket: {}", errno_text());
  }
  return fd;
}

std::string name_of(const UniqueFd& socket) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return "@" + std::string{address.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1};
}

Result<pid_t> thread_named(pid_t process, const std::string& name) {
  if (name.empty()) return process;
  for (const auto& task : std::filesystem::directory_iterator{fmt::format("/proc/{}/task", process)}) {
    std::string comm;
    std::getline(std::ifstream{task.path() / "comm"}, comm);
    if (comm == name) return static_cast<pid_t>(std::stol(task.path().filename().string()));
  }
  return fail(ErrorCode::missing, "process {} has no thread '{}'", process, name);
}

/// In a process of its own, between fork and exit: system calls only.
[[noreturn]] void trace(pid_t thread, int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  int status = 0;
  const bool stopped = ::ptrace(PTRACE_SEIZE, thread, 0, 0) == 0 && ::ptrace(PTRACE_INTERRUPT, thread, 0, 0) == 0 &&
                       ::waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status);
  const char word = stopped ? 'y' : 'n';
  [[maybe_unused]] const auto told = ::write(report, &word, 1);
  while (stopped && ::waitpid(thread, &status, __WALL) == thread && !WIFEXITED(status) && !WIFSIGNALED(status)) {
  }
  ::_exit(0);
}

}  // namespace

Result<std::unique_ptr<ServiceManager>> ServiceManager::start(Command command, Unit unit) {
  LOA_TRY_LET(auto socket, make_socket());
  command.env.push_back("NOTIFY_SOCKET=" + name_of(socket));
  command.env.push_back(fmt::format("WATCHDOG_USEC={}", std::chrono::microseconds{unit.watchdog}.count()));
  command.env.push_back("WATCHDOG_PID");
  std::unique_ptr<ServiceManager> manager{new ServiceManager{std::move(command), unit, std::move(socket)}};
  manager->thread_ = std::thread{[manager = manager.get()] { manager->run(); }};
  return manager;
}

ServiceManager::ServiceManager(Command command, Unit unit, UniqueFd socket)
    : command_(std::move(command)), unit_(unit), socket_(std::move(socket)), allowed_(unit.watchdog) {}

ServiceManager::~ServiceManager() {
  if (thread_.joinable()) stop();
}

std::vector<ServiceManager::Life> ServiceManager::lives() const {
  const std::lock_guard lock{mutex_};
  return lives_;
}

bool ServiceManager::wait_ready(std::size_t number, milliseconds deadline) const {
  return wait_until(deadline, [&] {
    const std::lock_guard lock{mutex_};
    return lives_.size() >= number && lives_[number - 1].ready.has_value();
  });
}

Exit ServiceManager::stop() {
  stop_ = true;
  thread_.join();
  return lives_.empty() ? Exit{} : lives_.back().exit.value_or(Exit{-1, 0});
}

/// The thread that starts processes is the one that lives as long as they do: they die with it.
void ServiceManager::run() {
  while (!stop_) {
    if (!process_ && (!ended_ || Clock::now() >= *ended_ + unit_.restart) && !begin()) return;
    pollfd fd{socket_.get(), POLLIN, 0};
    ::poll(&fd, 1, look_ms);
    hear();
    watch();
  }
  if (!process_) return;
  const Exit exit = process_->stop();
  const std::lock_guard lock{mutex_};
  lives_.back().exit = exit;
}

Result<void> ServiceManager::begin() {
  LOA_TRY_LET(process_, Process::start(command_));
  allowed_ = unit_.watchdog;
  aborted_.reset();
  const std::lock_guard lock{mutex_};
  lives_.emplace_back().pid = process_->pid();
  lives_.back().begun = Clock::now();
  return {};
}

void ServiceManager::hear() {
  char text[4096];
  for (ssize_t got; (got = ::recv(socket_.get(), text, sizeof text, 0)) > 0;) {
    std::istringstream lines{std::string{text, static_cast<std::size_t>(got)}};
    for (std::string line; std::getline(lines, line);) obey(line);
  }
}

void ServiceManager::obey(const std::string& line) {
  const std::lock_guard lock{mutex_};
  Life& life = lives_.back();
  if (line == "READY=1") life.ready = heard_ = Clock::now();
  if (line.starts_with("STATUS=")) life.status = line.substr(7);
  if (line.starts_with("WATCHDOG")) heard_ = Clock::now();
  if (line == "WATCHDOG=1") ++life.fed;
  if (line.starts_with("WATCHDOG_USEC=")) allowed_ = milliseconds{std::stoll(line.substr(14)) / 1'000};
}

void ServiceManager::watch() {
  if (!process_) return;
  const auto now = Clock::now();
  const std::lock_guard lock{mutex_};
  Life& life = lives_.back();
  if (!process_->running()) {
    life.exit = process_->wait(milliseconds{0});
    process_.reset();
    ended_ = now;
    return;
  }
  if (aborted_ && now >= *aborted_ + unit_.abort_limit) process_->signal(SIGKILL);
  if (aborted_ || !life.ready || now < heard_ + allowed_) return;
  life.by_watchdog = true;
  aborted_ = now;
  process_->signal(SIGABRT);
  process_->signal(SIGCONT);
}

Result<HungThread> HungThread::hang(pid_t process, const std::string& name) {
  LOA_TRY_LET(const pid_t thread, thread_named(process, name));
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return fail(ErrorCode::io, "cannot make a pipe: {}", errno_text());
  const UniqueFd in{report[0]};
  UniqueFd out{report[1]};
  const pid_t tracer = ::fork();
  if (tracer < 0) return fail(ErrorCode::io, "cannot fork: {}", errno_text());
  if (tracer == 0) trace(thread, out.get());
  out = UniqueFd{};
  HungThread hung{tracer};
  char word = 'n';
  if (::read(in.get(), &word, 1) != 1 || word != 'y') {
    return fail(ErrorCode::refused, "thread {} of process {} cannot be stopped: is ptrace allowed here?", thread,
                process);
  }
  return hung;
}

HungThread::~HungThread() {
  if (tracer_ == 0) return;
  ::kill(tracer_, SIGKILL);
  ::waitpid(tracer_, nullptr, 0);
}

}  // namespace loa::tests
