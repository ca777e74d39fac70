#include "tests/rehearsal/relay.hpp"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <set>
#include <thread>

namespace loa::tests {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// One connection and its other half.
class Pair : public std::enable_shared_from_this<Pair> {
 public:
  Pair(tcp::socket near, asio::io_context& io) : near_(std::move(near)), far_(io) {}

  void connect(int port) {
    far_.async_connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)},
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (error) return self->close();
                         self->pass(self->near_, self->far_, self->outward_);
                         self->pass(self->far_, self->near_, self->inward_);
                       });
  }
  void close() {
    boost::system::error_code ignored;  // a process started meanwhile may hold copies: closing alone would not end it
    near_.shutdown(tcp::socket::shutdown_both, ignored);
    far_.shutdown(tcp::socket::shutdown_both, ignored);
    near_.close(ignored);
    far_.close(ignored);
  }

 private:
  using Buffer = std::array<char, 16'384>;

  void pass(tcp::socket& from, tcp::socket& to, Buffer& buffer) {
    from.async_read_some(asio::buffer(buffer), [self = shared_from_this(), &from, &to, &buffer](
                                                   const boost::system::error_code& error, std::size_t size) {
      if (error) return self->close();
      asio::async_write(to, asio::buffer(buffer, size),
                        [self, &from, &to, &buffer](const boost::system::error_code& failed, std::size_t) {
                          if (failed) return self->close();
                          self->pass(from, to, buffer);
                        });
    });
  }

  tcp::socket near_, far_;
  Buffer outward_{}, inward_{};
};

}  // namespace

struct Relay::State {
  explicit State(int target_port)
      : target(target_port),
        acceptor(io, {asio::ip::address_v4::loopback(), 0}),
        port(acceptor.local_endpoint().port()) {}

  void accept() {
    acceptor.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      if (!broken) {
        auto pair = std::make_shared<Pair>(std::move(socket), io);
        pair->connect(target);
        pairs.insert(pair);
      }
      accept();
    });
  }

  int target;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  int port;
  bool broken = false;
  std::set<std::shared_ptr<Pair>> pairs;
  std::thread thread;
};

Result<std::unique_ptr<Relay>> Relay::start(int target_port) {
  try {
    auto state = std::make_unique<State>(target_port);
    state->accept();
    state->thread = std::thread{[raw = state.get()] { raw->io.run(); }};
    return std::unique_ptr<Relay>{new Relay{std::move(state)}};
  } catch (const boost::system::system_error& error) {
    return fail(ErrorCode::io, "cannot listen on loopback: {}", error.what());
  }
}

Relay::Relay(std::unique_ptr<State> state) : state_(std::move(state)) {}

Relay::~Relay() {
  state_->io.stop();
  state_->thread.join();
}

int Relay::port() const { return state_->port; }

void Relay::cut() {
  asio::post(state_->io, [this] {
    state_->broken = true;
    for (const auto& pair : state_->pairs) pair->close();
    state_->pairs.clear();
  });
}

void Relay::mend() {
  asio::post(state_->io, [this] { state_->broken = false; });
}

}  // namespace loa::tests
