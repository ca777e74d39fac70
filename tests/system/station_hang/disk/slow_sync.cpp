// A preload library: the next sync of the process's first thread after the file $LOA_SLOW_SYNC has come takes as many
// seconds longer as it says, and the thread hears no signal meanwhile, as with a card that is busy with itself.
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

unsigned seconds_asked_for() {
  const char* file = ::getenv("LOA_SLOW_SYNC");
  std::FILE* order = file == nullptr || ::gettid() != ::getpid() ? nullptr : std::fopen(file, "re");
  if (order == nullptr) return 0;
  unsigned seconds = 0;
  if (std::fscanf(order, "%u", &seconds) != 1) seconds = 0;
  std::fclose(order);
  ::unlink(file);
  return seconds;
}

/// Whoever calls vfork(2) sleeps as one who waits for a disk until its child has ended.
void take_long() {
  const unsigned seconds = seconds_asked_for();
  if (seconds == 0) return;
  const pid_t child = ::vfork();
  if (child == 0) {
    ::sleep(seconds);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

int sync_slowly(const char* name, int fd) {
  take_long();
  return reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, name))(fd);
}

}  // namespace

extern "C" int fsync(int fd) { return sync_slowly("fsync", fd); }
extern "C" int fdatasync(int fd) { return sync_slowly("fdatasync", fd); }
