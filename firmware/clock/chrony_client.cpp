#include "firmware/clock/chrony_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "protocol/base/log.hpp"

namespace loa::firmware {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 60s, impatient_interval = 5s, life = 150s;
constexpr int first_wait_ms = 50;
constexpr int growth = 66'667;  // 15 ppm

}  // namespace

ChronyClient::ChronyClient(std::uint16_t port, MonoTime now) {
  if (::getrandom(&sequence_, sizeof sequence_, 0) != sizeof sequence_) sequence_ = 1;  // nobody but root can answer
  connect(port);
  ask(now);
  pollfd answer{socket_.get(), POLLIN, 0};
  if (::poll(&answer, 1, first_wait_ms) > 0) take(now);
}

void ChronyClient::connect(std::uint16_t port) {
  socket_ = UniqueFd{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_.valid() && ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return;
  log::warn("chrony.unreachable", {{"port", port}, {"error", errno_text()}});
  socket_ = UniqueFd{};
}

void ChronyClient::ask(MonoTime now) {
  asked_ = now;
  const std::string request = chrony_request(++sequence_);
  // Nobody there: the next receive says so, and nothing is to be done about it.
  if (socket_.valid() && ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return;
}

void ChronyClient::take(MonoTime now) {
  char bytes[512];
  for (int i = 0; i < 8 && socket_.valid(); ++i) {
    const ssize_t size = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (size < 0) return;
    const auto parsed = parse_chrony_reply({bytes, static_cast<std::size_t>(size)}, sequence_);
    if (!parsed) {
      log::debug("chrony.refused", {{"error", parsed.error().text}});
      continue;
    }
    newest_ = *parsed;
    newest_at_ = now;
  }
}

std::optional<ChronyReport> ChronyClient::report(MonoTime now) {
  take(now);
  const bool content = newest_ && newest_->synchronised;
  if (now - asked_ >= (content ? interval : impatient_interval)) ask(now);
  if (!newest_ || now - newest_at_ > life) return std::nullopt;
  ChronyReport report = *newest_;
  report.error_bound += std::chrono::duration_cast<Micros>(now - newest_at_) / growth;
  return report;
}

}  // namespace loa::firmware
