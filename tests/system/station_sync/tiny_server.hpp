#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "protocol/base/file.hpp"

namespace loa::station::sync {

/// What a client asked for.
struct Request {
  std::string path;
  std::optional<std::uint64_t> from;  ///< of "Range: bytes=<from>-"
};

/// The client's end of one connection.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  /// @return false when the client has gone
  bool send(const std::string& bytes) const;
  /// Waits until the client has gone.
  void wait_until_gone() const;

 private:
  int fd_;
};

/// A blocking HTTP server on 127.0.0.1 for one connection after the other, whose every answer is written by the test.
class TinyServer {
 public:
  using Handler = std::function<void(const Request&, int nth, const Peer&)>;  ///< nth request, from 0

  explicit TinyServer(Handler handler);
  ~TinyServer();
  [[nodiscard]] std::string url() const;  ///< "http://127.0.0.1:<port>/content/"
  [[nodiscard]] std::vector<Request> requests() const;

 private:
  void serve();
  void answer(const UniqueFd& client);

  Handler handler_;
  UniqueFd listener_;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

/// A whole answer: "HTTP/1.1 <status>" with Content-Length, extra header lines (each with CR LF), and the body.
std::string http_answer(const std::string& status, const std::string& body, const std::string& extra = {});

/// What a proper server answers: 206 with the rest for a range, else 200.
std::string proper_answer(const Request& request, const std::string& object);

}  // namespace loa::station::sync
