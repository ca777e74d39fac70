#include "firmware/systemd/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>

#include "protocol/base/file.hpp"

namespace loa::firmware {
namespace {

template <class Integer>
std::optional<Integer> number_in(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) return std::nullopt;
  const std::string_view text{value};
  Integer number = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
  if (error != std::errc{} || end != text.end()) return std::nullopt;
  return number;
}

}  // namespace

void notify_manager(std::string_view state) {
  const char* socket_name = std::getenv("NOTIFY_SOCKET");
  const std::string_view name = socket_name == nullptr ? "" : socket_name;
  sockaddr_un address{};
  if (name.size() < 2 || name.size() > sizeof address.sun_path || (name[0] != '/' && name[0] != '@')) return;
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';  // abstract
  const UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
}

std::optional<std::chrono::microseconds> watchdog_timeout() {
  if (const auto pid = number_in<pid_t>("WATCHDOG_PID"); pid && *pid != ::getpid()) return std::nullopt;
  const auto timeout = number_in<std::uint64_t>("WATCHDOG_USEC");
  if (!timeout || *timeout == 0) return std::nullopt;
  return std::chrono::microseconds{*timeout};
}

}  // namespace loa::firmware
