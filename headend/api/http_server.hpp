#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "protocol/base/result.hpp"
#include "protocol/crypto/hash.hpp"

/// HTTPS for stations (content) and for programs (JSON).
namespace loa::headend::api {

/// A request to the JSON API, taken apart and checked for form.
struct Request {
  std::string path;                          ///< below "/api/1/", percent-decoded, without query: "fleet"
  std::map<std::string, std::string> query;  ///< percent-decoded; the last of a repeated name
};

struct Response {
  unsigned status = 200;
  std::string json;
};

/// An answer that says what went wrong: {"error": "<code>", "text": "<sentence>"}.
Response failure(unsigned status, std::string_view code, std::string_view text);
/// The same with the HTTP status that fits the code: missing 404, invalid 400, refused 403, exists 409, busy and
/// timeout 503, else 500.
Response failure(const Error& error);

/// Serves `GET`/`HEAD /content/<sha256>` from files (one byte range, ETag, immutable) to anyone who can name the
/// digest, and `GET /api/1/…` to bearers of the token. One thread, asynchronous; files are read in pieces of 64 KiB.
class HttpServer {
 public:
  struct Options {
    std::string bind = "::";    ///< "::": every address, IPv4 too
    std::uint16_t port = 8443;  ///< 0: any free one
    std::filesystem::path certificate_file;
    std::filesystem::path key_file;
    std::string token;                       ///< of the JSON API; empty: the API answers 401 to all
    std::size_t max_connections = 2000;      ///< for a further one the oldest that owes its request is closed …
    std::size_t max_of_one_address = 512;    ///< … and likewise of one address (Admission)
    std::chrono::milliseconds idle{30'000};  ///< hand-shake, whole request, and each piece sent
  };
  struct Handlers {
    /// Where an object's file is, or absent.
    std::function<std::optional<std::filesystem::path>(const protocol::crypto::Sha256&)> object;
    std::function<Response(const Request&)> api;
  };

  /// Listens at once.
  /// @error busy: the port is taken · invalid: address, certificate or key · io
  static Result<HttpServer> listen(boost::asio::io_context& io, const Options& options, Handlers handlers);

  [[nodiscard]] std::uint16_t port() const;
  /// Closes the listener and every connection.
  void stop();

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  ~HttpServer();

 private:
  struct State;
  explicit HttpServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace loa::headend::api
