#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

#include "firmware/gpio/gpio_amplifier.hpp"
#include "firmware/systemd/systemd_watchdog.hpp"
#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

TEST(SystemdWatchdog, IsHarmlessWhenNobodyWatches) {
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  firmware::SystemdWatchdog watchdog;
  EXPECT_FALSE(watchdog.timeout());
  watchdog.ready();
  watchdog.feed();
}

TEST(SystemdWatchdog, IsNotConcernedWhenAnotherProcessIsWatched) {
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(firmware::SystemdWatchdog{}.timeout());
  ::unsetenv("WATCHDOG_PID");
  EXPECT_EQ(firmware::SystemdWatchdog{}.timeout(), 3s);
  for (const char* nonsense : {"", "0", "-5", "3s", "99999999999999999999"}) {
    ::setenv("WATCHDOG_USEC", nonsense, 1);
    EXPECT_FALSE(firmware::SystemdWatchdog{}.timeout()) << nonsense;
  }
}

TEST(SystemdWatchdog, ReachesAManagerWithAnAbstractSocket) {
  const UniqueFd manager{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const std::string name = "loa-notify-" + std::to_string(::getpid());
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  name.copy(address.sun_path + 1, name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(::bind(manager.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
  ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  firmware::SystemdWatchdog{}.ready();
  char text[16] = {};
  ASSERT_GT(::recv(manager.get(), text, sizeof text - 1, 0), 0);
  EXPECT_STREQ(text, "READY=1");
}

TEST(SystemdWatchdog, TellsTheManagerThatItIsReadyAndAlive) {
  const TempFolder folder{"loa-notify"};
  const UniqueFd manager{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  (folder / "notify").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(manager.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", address.sun_path, 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  firmware::SystemdWatchdog watchdog;
  EXPECT_EQ(watchdog.timeout(), 3s);
  const auto received = [&] {
    char text[64] = {};
    return ::recv(manager.get(), text, sizeof text - 1, 0) > 0 ? std::string{text} : std::string{};
  };
  watchdog.ready();
  EXPECT_EQ(received(), "READY=1");
  watchdog.feed();
  EXPECT_EQ(received(), "WATCHDOG=1");
  watchdog.expect_within(2s);
  EXPECT_EQ(received(), "WATCHDOG_USEC=2000000");
}

TEST(GpioAmplifier, SaysWhichChipIsMissing) {
  const auto relay = firmware::GpioAmplifier::open({.chip = "gpiochip77", .line = 4});
  ASSERT_FALSE(relay);
  EXPECT_EQ(relay.error().code, ErrorCode::missing);
  EXPECT_THAT(relay.error().text, testing::HasSubstr("line 4 of GPIO chip 'gpiochip77'"));
  EXPECT_TRUE(firmware::NoAmplifier{}.set(true));
  EXPECT_EQ(firmware::NoAmplifier{}.feedback().value(), std::nullopt);
}

}  // namespace
}  // namespace loa::tests
