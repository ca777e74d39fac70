#include "headend/api/http_server.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <map>

#include "headend/api/admission.hpp"
#include "headend/api/content_request.hpp"
#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"

namespace loa::headend::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::uint32_t max_header_bytes = 8 * 1024;
/// No request has a body; a small one is read and forgotten, so that the answer gets through.
constexpr std::uint64_t max_body_bytes = 16 * 1024;
/// A transfer that moved nothing for so long gives way to a newcomer when every place is taken.
constexpr std::chrono::seconds stall{10};
/// Files that are open for other reasons: the store, the broker, objects being sent.
constexpr std::size_t spare_descriptors = 256;

class Connection;

/// No more places than descriptors allow: one a connection, and one for the object it gets.
std::size_t places_of(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto most = static_cast<std::size_t>(limit.rlim_cur);
  return std::min(wanted, std::max<std::size_t>(most > spare_descriptors ? (most - spare_descriptors) / 2 : 0, 64));
}

/// What the connections share with their server, and keep alive.
struct Shared {
  Shared(const HttpServer::Options& its_options, HttpServer::Handlers its_handlers)
      : options(its_options),
        handlers(std::move(its_handlers)),
        admission(places_of(options.max_connections), options.max_of_one_address, stall) {}

  HttpServer::Options options;
  HttpServer::Handlers handlers;
  std::shared_ptr<asio::ssl::context> tls;
  Admission admission;
  std::map<Admission::Id, Connection*> connections;
};

/// One client, from hand-shake to farewell. Lives as long as an operation of it is under way.
// wide: one client from hand-shake to farewell, as Beast wants it: buffers, parser and timer beside the answer
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Admission::Id id, std::shared_ptr<Shared> server)
      : server_(std::move(server)), id_(id), tls_(server_->tls), stream_(std::move(socket), *tls_) {
    server_->connections[id_] = this;
  }
  ~Connection() {
    server_->connections.erase(id_);
    server_->admission.leave(id_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    arm_timeout();
    stream_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](const error_code& error) {
      if (!error) self->read();
    });
  }
  void close() { beast::get_lowest_layer(stream_).close(); }

 private:
  void arm_timeout() { beast::get_lowest_layer(stream_).expires_after(server_->options.idle); }

  void read() {
    parser_.emplace();
    parser_->header_limit(max_header_bytes);
    parser_->body_limit(max_body_bytes);
    arm_timeout();
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](const error_code& error, std::size_t) {
      if (!error) return self->answer();
      if (error == http::error::header_limit || error == http::error::body_limit) self->refuse_size();
    });
  }

  void refuse_size() {
    keep_alive_ = false;
    send_json(failure(413, "invalid", "the request is larger than this server reads"));
  }

  [[nodiscard]] std::string_view field(http::field name) const {
    const auto value = parser_->get()[name];
    return {value.data(), value.size()};
  }

  void answer() {
    server_->admission.serve(id_, std::chrono::steady_clock::now());
    const auto& request = parser_->get();
    keep_alive_ = request.keep_alive();
    head_ = request.method() == http::verb::head;
    const std::string_view target{request.target().data(), request.target().size()};
    if (!head_ && request.method() != http::verb::get) {
      return send_json(failure(405, "unsupported", "only GET and HEAD are understood here"));
    }
    if (const auto object = parse_content_target(target)) return answer_content(*object);
    if (const auto api = parse_api_target(target)) return answer_api(*api);
    send_json(failure(404, "missing", "there is nothing under this address"));
  }

  void answer_api(const Request& request) {
    if (!is_authorised(field(http::field::authorization), server_->options.token)) {
      return send_json(
          failure(401, "refused", "this needs the header \"Authorization: Bearer\" with the ward's token"));
    }
    send_json(server_->handlers.api(request));
  }

  void answer_content(const protocol::crypto::Sha256& object) {
    const auto path = server_->handlers.object(object);
    file_ = path ? UniqueFd{::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)} : UniqueFd{};
    struct stat info {};
    if (!file_.valid() || ::fstat(file_.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
      return send_json(failure(404, "missing", "this ward has no such object"));
    }
    const auto tag = "\"" + object.hex() + "\"";
    if (const auto known = field(http::field::if_none_match); !known.empty() && names_tag(known, tag)) {
      return send_head(http::status::not_modified, tag, 0, {});
    }
    send_part(tag, static_cast<std::uint64_t>(info.st_size));
  }

  void send_part(const std::string& tag, std::uint64_t size) {
    // An object never changes: If-Range can only fail when it names another tag.
    const auto condition = field(http::field::if_range);
    const bool ranged = condition.empty() || names_tag(condition, tag);
    ByteRange range;
    switch (ranged ? parse_range(field(http::field::range), size, range) : RangeVerdict::whole) {
      case RangeVerdict::unsatisfiable:
        return send_head(http::status::range_not_satisfiable, tag, 0, fmt::format("bytes */{}", size));
      case RangeVerdict::part:
        at_ = range.first;
        return send_head(http::status::partial_content, tag, range.last - range.first + 1,
                         fmt::format("bytes {}-{}/{}", range.first, range.last, size));
      case RangeVerdict::whole:
        break;
    }
    at_ = 0;
    send_head(http::status::ok, tag, size, {});
  }

  void send_head(http::status status, const std::string& tag, std::uint64_t length, const std::string& content_range) {
    header_.emplace(status, 11);
    header_->set(http::field::server, "loa");
    header_->set(http::field::etag, tag);
    header_->set(http::field::accept_ranges, "bytes");
    header_->set(http::field::cache_control, "public, max-age=31536000, immutable");
    header_->set(http::field::content_type, "application/octet-stream");
    if (!content_range.empty()) header_->set(http::field::content_range, content_range);
    if (status != http::status::not_modified) header_->content_length(length);
    header_->keep_alive(keep_alive_);
    left_ = head_ ? 0 : length;
    serializer_.emplace(*header_);
    arm_timeout();
    http::async_write_header(stream_, *serializer_, [self = shared_from_this()](const error_code& error, std::size_t) {
      if (!error) self->send_piece();
    });
  }

  /// Only as fast as the client takes it: the next piece is read when the last one has left.
  void send_piece() {
    if (left_ == 0) return finish();
    piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_bytes)));
    const ssize_t got = ::pread(file_.get(), piece_.data(), piece_.size(), static_cast<off_t>(at_));
    if (got <= 0) return close();  // the client sees a short body and comes again
    at_ += static_cast<std::uint64_t>(got);
    left_ -= static_cast<std::uint64_t>(got);
    arm_timeout();
    const auto bytes = asio::buffer(piece_.data(), static_cast<std::size_t>(got));
    asio::async_write(stream_, bytes, [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error) return;
      self->server_->admission.progress(self->id_, std::chrono::steady_clock::now());
      self->send_piece();
    });
  }

  void send_json(Response response) {
    json_.emplace(static_cast<http::status>(response.status), 11);
    json_->set(http::field::server, "loa");
    json_->set(http::field::content_type, "application/json; charset=utf-8");
    json_->set(http::field::cache_control, "no-store");
    if (response.status == 401) json_->set(http::field::www_authenticate, "Bearer");
    if (response.status == 405) json_->set(http::field::allow, "GET, HEAD");
    json_->keep_alive(keep_alive_);
    const auto size = response.json.size();
    if (!head_) json_->body() = std::move(response.json);
    json_->content_length(size);
    arm_timeout();
    const auto sent = [self = shared_from_this()](const error_code& error, std::size_t) {
      if (!error) self->finish();
    };
    if (!head_) return http::async_write(stream_, *json_, sent);
    json_serializer_.emplace(*json_);
    http::async_write_header(stream_, *json_serializer_, sent);
  }

  void finish() {
    file_ = UniqueFd{};
    server_->admission.wait(id_, std::chrono::steady_clock::now());
    if (keep_alive_) return read();
    arm_timeout();
    stream_.async_shutdown([self = shared_from_this()](const error_code&) { self->close(); });
  }

  std::shared_ptr<Shared> server_;
  Admission::Id id_;
  std::shared_ptr<asio::ssl::context> tls_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_{max_header_bytes + static_cast<std::size_t>(max_body_bytes)};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::empty_body>> header_;
  std::optional<http::response_serializer<http::empty_body>> serializer_;
  std::optional<http::response<http::string_body>> json_;
  std::optional<http::response_serializer<http::string_body>> json_serializer_;
  std::vector<char> piece_;
  UniqueFd file_;
  std::uint64_t at_ = 0;
  std::uint64_t left_ = 0;
  bool head_ = false;
  bool keep_alive_ = false;
};

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  State(asio::io_context& context, const Options& options, Handlers handlers)
      : shared(std::make_shared<Shared>(options, std::move(handlers))), acceptor(context), pause(context) {}

  std::shared_ptr<Shared> shared;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  bool stopped = false;

  Result<void> load_certificate();
  Result<void> open();
  void accept();
  void admit(tcp::socket socket);
};

Result<void> HttpServer::State::load_certificate() {
  const auto& options = shared->options;
  auto fresh = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code error;
  SSL_CTX_set_min_proto_version(fresh->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(fresh->native_handle(), SSL_OP_NO_RENEGOTIATION);
  fresh->use_certificate_chain_file(options.certificate_file.string(), error);
  if (!error) fresh->use_private_key_file(options.key_file.string(), asio::ssl::context::pem, error);
  if (error) {
    return fail(ErrorCode::invalid, "cannot use certificate {} with key {}: {}", options.certificate_file.string(),
                options.key_file.string(), error.message());
  }
  shared->tls = std::move(fresh);
  return {};
}

Result<void> HttpServer::State::open() {
  const auto& options = shared->options;
  error_code error;
  const auto address = asio::ip::make_address(options.bind == "localhost" ? "127.0.0.1" : options.bind, error);
  if (error) return fail(ErrorCode::invalid, "\"{}\" is not an address to listen on", options.bind);
  tcp::endpoint endpoint{address, options.port};
  acceptor.open(endpoint.protocol(), error);
  const bool every = address == asio::ip::address_v6::any();
  if (error == asio::error::address_family_not_supported && every) {  // a kernel without IPv6
    endpoint = {asio::ip::address_v4::any(), options.port};
    acceptor.open(endpoint.protocol(), error);
  } else if (!error && address.is_v6()) {
    acceptor.set_option(asio::ip::v6_only{!every}, error);
  }
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(512, error);
  if (!error) acceptor.non_blocking(true, error);
  if (!error) return {};
  const auto code = error == asio::error::address_in_use ? ErrorCode::busy : ErrorCode::io;
  return fail(code, "cannot listen for HTTPS on {} port {}: {}", options.bind, options.port, error.message());
}

void HttpServer::State::accept() {
  acceptor.async_accept([this, self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (stopped) return;
    if (!error) {
      admit(std::move(socket));
      return accept();
    }
    // Out of descriptors, most likely: some will be free in a moment.
    log::warn("https.accept_failed", {{"reason", error.message()}});
    pause.expires_after(std::chrono::milliseconds{200});
    pause.async_wait([this, self](const error_code& cancelled) {
      if (!cancelled && !stopped) accept();
    });
  });
}

void HttpServer::State::admit(tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // it has gone already
  const auto verdict =
      shared->admission.arrive(address_key(peer.address().to_string()), std::chrono::steady_clock::now());
  if (verdict.ends) {
    if (const auto ended = shared->connections.find(*verdict.ends); ended != shared->connections.end())
      ended->second->close();
  }
  if (!verdict.admitted) return;
  socket.set_option(tcp::no_delay{true}, error);
  std::make_shared<Connection>(std::move(socket), *verdict.admitted, shared)->start();
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() {
  if (state_) stop();
}

Result<HttpServer> HttpServer::listen(asio::io_context& io, const Options& options, Handlers handlers) {
  auto state = std::make_shared<State>(io, options, std::move(handlers));
  LOA_TRY(state->load_certificate());
  LOA_TRY(state->open());
  state->accept();
  return HttpServer{std::move(state)};
}

std::uint16_t HttpServer::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

void HttpServer::stop() {
  if (std::exchange(state_->stopped, true)) return;
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->pause.cancel();
  for (const auto& [id, connection] : state_->shared->connections) connection->close();
}

}  // namespace loa::headend::api
