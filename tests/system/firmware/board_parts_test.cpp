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
  EXPECT_FALSE(watchdog.interval());
  watchdog.ready();
  watchdog.feed();
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
  EXPECT_EQ(watchdog.interval(), 1500ms);
  const auto received = [&] {
    char text[64] = {};
    return ::recv(manager.get(), text, sizeof text - 1, 0) > 0 ? std::string{text} : std::string{};
  };
  watchdog.ready();
  EXPECT_EQ(received(), "READY=1");
  watchdog.feed();
  EXPECT_EQ(received(), "WATCHDOG=1");
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
