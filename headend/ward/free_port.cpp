#include "headend/ward/free_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "protocol/base/file.hpp"
#include "protocol/crypto/hash.hpp"

namespace loa::headend::ward {
namespace {

/// Linux hands out 32768…60999 to outgoing connections.
constexpr unsigned first = 20'000;
constexpr unsigned count = 12'000;

/// On every address, IPv6 and IPv4; of a machine without IPv6, on IPv4.
bool is_free(std::uint16_t port) {
  const int on = 1, off = 0;
  const UniqueFd six{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (six.valid()) {
    ::setsockopt(six.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(six.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 every{};
    every.sin6_family = AF_INET6;
    every.sin6_port = htons(port);
    return ::bind(six.get(), reinterpret_cast<const sockaddr*>(&every), sizeof every) == 0;
  }
  const UniqueFd four{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ::setsockopt(four.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in every{};
  every.sin_family = AF_INET;
  every.sin_port = htons(port);
  every.sin_addr.s_addr = htonl(INADDR_ANY);
  return four.valid() && ::bind(four.get(), reinterpret_cast<const sockaddr*>(&every), sizeof every) == 0;
}

}  // namespace

Result<std::uint16_t> free_port(const std::vector<std::uint16_t>& taken) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    const auto random = protocol::crypto::random_bytes(2);
    const unsigned number = static_cast<unsigned char>(random[0]) << 8U | static_cast<unsigned char>(random[1]);
    const auto port = static_cast<std::uint16_t>(first + number % count);
    if (std::find(taken.begin(), taken.end(), port) == taken.end() && is_free(port)) return port;
  }
  return fail(ErrorCode::busy, "no free TCP port found between {} and {}: name one", first, first + count - 1);
}

}  // namespace loa::headend::ward
