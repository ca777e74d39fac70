#include "tests/system/link/lookup.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace loa::tests::lookup {
namespace {

std::mutex mutex;
std::condition_variable released;
int waiting_now = 0;
bool open = false;

void wait_for_release() {
  std::unique_lock lock{mutex};
  ++waiting_now;
  released.wait(lock, [] { return open; });
  --waiting_now;
}

}  // namespace

int waiting() {
  const std::lock_guard lock{mutex};
  return waiting_now;
}

void release() {
  const std::lock_guard lock{mutex};
  open = true;
  released.notify_all();
}

}  // namespace loa::tests::lookup

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string_view host = name == nullptr ? "" : name;
  if (host == "slow.test") loa::tests::lookup::wait_for_release();
  return real(host.ends_with(".test") ? "127.0.0.1" : name, service, hints, found);
}
