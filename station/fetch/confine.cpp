#include "station/fetch/confine.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "protocol/base/file.hpp"

namespace loa::station::fetch {
namespace {

constexpr rlim_t most_files = 64;
constexpr rlim_t most_memory = 64 << 20;
// What libcurl, TLS and name lookup read: libraries, their settings, and what network managers leave in /run.
constexpr const char* system_folders[] = {"/etc", "/usr", "/lib", "/lib64", "/run"};

void limit(__rlimit_resource what, rlim_t most) {
  const rlimit both{most, most};
  ::setrlimit(what, &both);
}

/// Bytes of writable memory in use.
rlim_t memory_in_use() {
  unsigned long pages[6] = {};
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  const int read =
      std::fscanf(file, "%lu %lu %lu %lu %lu %lu", pages, pages + 1, pages + 2, pages + 3, pages + 4, pages + 5);
  std::fclose(file);
  return read == 6 ? pages[5] * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

void limit_resources(const sync::FetchJob& job) {
  ::signal(SIGXFSZ, SIG_IGN);  // the write fails instead
  ::signal(SIGPIPE, SIG_IGN);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, job.bytes);
  limit(RLIMIT_NOFILE, most_files);
  limit(RLIMIT_DATA, memory_in_use() + most_memory);
}

/// A set of rules for landlock(7), which glibc does not wrap.
class Landlock {
 public:
  Landlock() {
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = all;
    rules_ = UniqueFd{static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0))};
  }
  void allow(const std::filesystem::path& path, std::uint64_t rights) {
    const UniqueFd place{::open(path.c_str(), O_PATH | O_CLOEXEC)};
    if (!place.valid()) return;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = place.get();
    ::syscall(SYS_landlock_add_rule, rules_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  }
  [[nodiscard]] bool enforce() const {
    return rules_.valid() && ::syscall(SYS_landlock_restrict_self, rules_.get(), 0) == 0;
  }

 private:
  static constexpr std::uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // of the first version of Landlock
  UniqueFd rules_;
};

bool limit_paths(const sync::FetchJob& job) {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  Landlock landlock;
  for (const char* folder : system_folders) {
    landlock.allow(folder, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
  }
  if (!job.ca_file.empty()) landlock.allow(job.ca_file, LANDLOCK_ACCESS_FS_READ_FILE);
  landlock.allow(job.partial, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
  return landlock.enforce();
}

}  // namespace

void die_with_parent() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // A parent that died before has let go of the pipe that we write to.
  pollfd verdict{STDOUT_FILENO, 0, 0};
  if (::poll(&verdict, 1, 0) > 0 && (verdict.revents & POLLERR) != 0) ::_exit(1);
}

Result<bool> confine(const sync::FetchJob& job) {
  const UniqueFd made{::open(job.partial.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!made.valid()) return fail(ErrorCode::io, "cannot open {}: {}", job.partial.string(), errno_text());
  limit_resources(job);
  return limit_paths(job);
}

}  // namespace loa::station::fetch
