#include "tests/system/link/old_broker.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace loa::tests {
namespace {

constexpr std::size_t version_offset = 8;  // of CONNECT: type, length, 00 04 'M' 'Q' 'T' 'T', then the version
constexpr std::array<unsigned char, 4> accepted{0x20, 0x02, 0x00, 0x00}, wrong_version{0x20, 0x02, 0x00, 0x01};

}  // namespace

OldBroker::OldBroker(Manner manner) : manner_(manner), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 10) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    throw std::runtime_error{"cannot listen: " + errno_text()};
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

OldBroker::~OldBroker() {
  over_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void OldBroker::run() {
  std::vector<UniqueFd> kept;
  while (!over_) {
    UniqueFd client{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!client.valid()) continue;
    if (manner_ != Manner::silent) serve(client);
    kept.push_back(std::move(client));
  }
}

void OldBroker::serve(const UniqueFd& client) {
  std::array<char, 512> packet{};
  const auto got = ::recv(client.get(), packet.data(), packet.size(), 0);
  if (got <= static_cast<ssize_t>(version_offset)) return;
  const bool five = packet[version_offset] == 5;
  if (five && manner_ == Manner::hangs_up_on_5) {
    ::shutdown(client.get(), SHUT_RDWR);
    return;
  }
  const auto& answer = five ? wrong_version : accepted;
  [[maybe_unused]] const auto sent = ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
}

}  // namespace loa::tests
