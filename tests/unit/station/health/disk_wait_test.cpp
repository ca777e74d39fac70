#include "station/health/disk_wait.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/support/process.hpp"

namespace loa::station::health {
namespace {

using namespace std::chrono_literals;

/// Waits as for a disk: whoever calls vfork(2) sleeps without hearing signals until its child has ended.
void sleep_deaf(std::chrono::microseconds length) {
  const pid_t child = ::vfork();
  if (child == 0) {
    ::usleep(static_cast<useconds_t>(length.count()));
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

TEST(DiskWait, ASleepingThreadDoesNotAndADeafOneDoes) {
  EXPECT_FALSE(waits_for_disk()) << "one runs";
  std::thread sleeper{[] { std::this_thread::sleep_for(20ms); }};
  EXPECT_FALSE(waits_for_disk());
  sleeper.join();
  std::thread deaf{[] { sleep_deaf(2s); }};
  EXPECT_TRUE(tests::wait_until(10s, [] { return waits_for_disk(); }));
  deaf.join();
  EXPECT_FALSE(waits_for_disk()) << "it is over";
}

}  // namespace
}  // namespace loa::station::health
