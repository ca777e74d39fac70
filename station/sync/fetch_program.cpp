#include "station/sync/fetch_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "station/sync/fetch_job.hpp"

namespace loa::station::sync {
namespace {

namespace fs = std::filesystem;

constexpr const char* program_name = "loa-fetch";
constexpr std::size_t max_words = 4096;  // more is no verdict

Result<fs::path> find_program(const fs::path& configured) {
  std::error_code ignored;
  const auto here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<fs::path> places{here / program_name, here / "../libexec/loa" / program_name};
  if (!configured.empty()) places = {configured};
  for (const auto& place : places) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  return fail(ErrorCode::missing, "the program {} is not there or may not be run ({}); install it again", program_name,
              places.back().lexically_normal().string());
}

std::uint64_t size_of(const fs::path& file) {
  std::error_code missing;
  const auto size = fs::file_size(file, missing);
  return missing ? 0 : size;
}

/// What posix_spawn(3) is told: standard streams and nothing else open, no signal blocked or ignored.
class SpawnPlan {
 public:
  explicit SpawnPlan(int words) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, words, 1);
    ::posix_spawn_file_actions_adddup2(&files_, words, 2);  // what the dynamic linker may have to complain of
    ::posix_spawn_file_actions_addclosefrom_np(&files_, 3);
    ::posix_spawnattr_init(&attributes_);
    sigset_t set;
    ::sigemptyset(&set);
    ::posix_spawnattr_setsigmask(&attributes_, &set);
    ::sigfillset(&set);
    ::posix_spawnattr_setsigdefault(&attributes_, &set);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  Result<pid_t> spawn(const fs::path& program, std::vector<std::string> arguments) {
    std::string name = program_name;
    std::vector<char*> argv{name.data()};
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    char* environment[] = {nullptr};
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, program.c_str(), &files_, &attributes_, argv.data(), environment);
    if (error != 0) return fail(ErrorCode::io, "cannot start {}: {}", program.string(), errno_text(error));
    return pid;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

/// A running loa-fetch; killed and reaped at the latest when this goes.
class Child {
 public:
  static Result<Child> start(const fs::path& program, const FetchJob& job) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      return fail(ErrorCode::io, "cannot make a pipe for {}: {}", program_name, errno_text());
    }
    UniqueFd ours{ends[0]};
    const UniqueFd theirs{ends[1]};
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    LOA_TRY_LET(const pid_t pid, SpawnPlan{theirs.get()}.spawn(program, job.to_arguments()));
    return Child{pid, std::move(ours)};
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)), pipe_(std::move(other.pipe_)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  [[nodiscard]] int pipe() const { return pipe_.get(); }

  /// Takes what it has said.
  /// @return whether it is over: nobody holds the other end of the pipe any more, or it talks nonsense
  bool listen(std::string& words) {
    char piece[512];
    ssize_t got = 0;
    while (words.size() < max_words && (got = ::read(pipe_.get(), piece, sizeof piece)) > 0) {
      words.append(piece, static_cast<std::size_t>(got));
    }
    return got >= 0 || (errno != EAGAIN && errno != EINTR);
  }

 private:
  Child(pid_t pid, UniqueFd pipe) : pid_(pid), pipe_(std::move(pipe)) {}
  pid_t pid_;
  UniqueFd pipe_;
};

/// Notices that a file has not changed its size for a time.
class Patience {
 public:
  Patience(fs::path file, std::chrono::milliseconds limit)
      : file_(std::move(file)), limit_(limit), size_(size_of(file_)) {}

  /// @return what is left until somebody must look again; zero or less: it hangs
  std::chrono::milliseconds left() {
    const auto now = std::chrono::steady_clock::now();
    if (const auto size = size_of(file_); std::exchange(size_, size) != size) since_ = now;
    return std::chrono::ceil<std::chrono::milliseconds>(since_ + limit_ - now);
  }

 private:
  fs::path file_;
  std::chrono::milliseconds limit_;
  std::uint64_t size_;
  MonoTime since_ = std::chrono::steady_clock::now();
};

void poll_wake(int wake, int other, std::chrono::milliseconds time) {
  pollfd fds[2] = {{wake, POLLIN, 0}, {other, POLLIN, 0}};
  ::poll(fds, other < 0 ? 1 : 2, static_cast<int>(time.count()));
  std::uint64_t count = 0;
  if (fds[0].revents != 0) [[maybe_unused]]
    const auto drained = ::read(wake, &count, sizeof count);
}

}  // namespace

FetchProgram::FetchProgram(FetchSettings settings)
    : settings_(std::move(settings)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

FetchProgram::Outcome FetchProgram::fetch(const std::string& url, const fs::path& partial, std::uint64_t bytes,
                                          const std::function<bool()>& cancelled) const {
  const auto before = size_of(partial);
  const auto end_of = [&]() -> FetchEnd {
    const auto program = find_program(settings_.program);
    if (!program) return {pass(program.error()), Blame::server};
    auto child = Child::start(*program, {url, partial, bytes, settings_.ca_file, settings_.connect_timeout,
                                         settings_.low_speed_bytes_s, settings_.low_speed_time});
    if (!child) return {pass(child.error()), Blame::server};
    Patience patience{partial, settings_.silence_limit};
    std::string words;
    while (!child->listen(words)) {
      if (cancelled()) return {fail(ErrorCode::busy, "broken off: no longer wanted"), Blame::object};
      const auto left = patience.left();
      if (left <= std::chrono::milliseconds{0}) {
        return {
            fail(ErrorCode::timeout, "{} hung for {} ms and was killed", program_name, settings_.silence_limit.count()),
            Blame::server};
      }
      poll_wake(wake_.get(), child->pipe(), left);
    }
    return FetchEnd::from_words(words);
  };
  auto end = end_of();
  return {std::move(end.result), end.blame, size_of(partial) > before};
}

void FetchProgram::wait(std::chrono::milliseconds time) const { poll_wake(wake_.get(), -1, time); }

void FetchProgram::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);  // full means awake
}

}  // namespace loa::station::sync
