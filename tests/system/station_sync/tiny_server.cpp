#include "tests/system/station_sync/tiny_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace loa::station::sync {
namespace {

std::optional<std::string> read_request(int fd) {
  std::string text;
  while (text.find("\r\n\r\n") == std::string::npos) {
    char buffer[2048];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) return std::nullopt;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

Request parse(const std::string& text) {
  Request request;
  const auto begin = text.find(' ') + 1;
  request.path = text.substr(begin, text.find(' ', begin) - begin);
  constexpr std::string_view range = "Range: bytes=";
  if (const auto at = text.find(range); at != std::string::npos) {
    request.from = std::strtoull(text.c_str() + at + range.size(), nullptr, 10);
  }
  return request;
}

}  // namespace

bool Peer::send(const std::string& bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (put <= 0) return false;
    done += static_cast<std::size_t>(put);
  }
  return true;
}

void Peer::wait_until_gone() const {
  char byte = 0;
  while (::recv(fd_, &byte, 1, 0) > 0) {
  }
}

TinyServer::TinyServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = UniqueFd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 8) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

TinyServer::~TinyServer() {
  stop_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

std::string TinyServer::url() const { return fmt::format("http://127.0.0.1:{}/content/", port_); }

std::vector<Request> TinyServer::requests() const {
  const std::lock_guard guard{mutex_};
  return requests_;
}

void TinyServer::serve() {
  while (!stop_) {
    const UniqueFd client{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (client.valid()) answer(client);
  }
}

void TinyServer::answer(const UniqueFd& client) {
  const auto text = read_request(client.get());
  if (!text) return;
  const Request request = parse(*text);
  int nth = 0;
  {
    const std::lock_guard guard{mutex_};
    nth = static_cast<int>(requests_.size());
    requests_.push_back(request);
  }
  handler_(request, nth, Peer{client.get()});
}

std::string http_answer(const std::string& status, const std::string& body, const std::string& extra) {
  return fmt::format("HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), extra,
                     body);
}

std::string proper_answer(const Request& request, const std::string& object) {
  if (!request.from) return http_answer("200 OK", object);
  if (*request.from >= object.size()) return http_answer("416 Range Not Satisfiable", "");
  return http_answer("206 Partial Content", object.substr(*request.from),
                     fmt::format("Content-Range: bytes {}-{}/{}\r\n", *request.from, object.size() - 1, object.size()));
}

}  // namespace loa::station::sync
