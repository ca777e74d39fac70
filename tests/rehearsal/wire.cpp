#include "tests/rehearsal/wire.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <thread>

#include "headend/broker/connection.hpp"
#include "protocol/base/text.hpp"
#include "protocol/crypto/hash.hpp"
#include "tests/support/process.hpp"

namespace loa::tests {

namespace asio = boost::asio;
namespace link = protocol::link;
using namespace std::chrono_literals;

/// All state of the Link is used on `thread`; the test's thread posts to it.
struct Wire::State {
  explicit State(headend::ward::Ward its_ward) : ward(std::move(its_ward)) {}

  headend::ward::Ward ward;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;
  std::unique_ptr<link::Link> wire;
  std::atomic<bool> connected{false};
  std::atomic<std::uint64_t> delivered{0};
  mutable std::mutex mutex;
  std::vector<link::Message> messages;

  Result<void> start();
};

Result<void> Wire::State::start() {
  // A client of its own: the head-end's session must not be taken over.
  LOA_TRY_LET(auto settings,
              headend::broker::connection_of(ward, "wire-" + format_hex(protocol::crypto::random_bytes(6))));
  settings.backoff_max = 300ms;
  link::LinkEvents events;
  events.connected = [this] { connected = true; };
  events.delivered = [this](link::MessageId) { ++delivered; };
  events.message = [this](const link::Message& message) {
    const std::lock_guard guard{mutex};
    messages.push_back(message);
  };
  wire = std::make_unique<link::Link>(settings, events, [this](auto job) { asio::post(io, std::move(job)); });
  LOA_TRY(wire->subscribe("loa/1/" + ward.settings().id + "/#", link::Qos::at_least_once));
  LOA_TRY(wire->start());
  thread = std::thread{[this] { io.run(); }};
  if (!wait_until(15s, [this] { return connected.load(); })) return fail(ErrorCode::timeout, "no broker within 15 s");
  return {};
}

Wire::Wire(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Wire>> Wire::open(const std::filesystem::path& ward_folder) {
  LOA_TRY_LET(auto ward, headend::ward::Ward::open(ward_folder));
  std::unique_ptr<Wire> wire{new Wire{std::make_unique<State>(std::move(ward))}};
  LOA_TRY(wire->state_->start());
  return wire;
}

Wire::~Wire() {
  state_->work.reset();
  state_->io.stop();
  if (state_->thread.joinable()) state_->thread.join();
  state_->wire.reset();
}

Result<void> Wire::publish(const std::string& topic, const std::string& payload, bool retained) {
  const auto before = state_->delivered.load();
  asio::post(state_->io, [this, topic, payload, retained] {
    (void)state_->wire->publish(topic, payload, link::Qos::at_least_once, retained);
  });
  if (wait_until(5s, [&] { return state_->delivered.load() > before; })) return {};
  return fail(ErrorCode::timeout, "the broker did not take {} bytes for {}", payload.size(), topic);
}

std::vector<link::Message> Wire::heard() const {
  const std::lock_guard guard{state_->mutex};
  return state_->messages;
}

std::vector<std::string> Wire::heard(const std::string& topic) const {
  std::vector<std::string> payloads;
  const std::lock_guard guard{state_->mutex};
  for (const auto& message : state_->messages) {
    if (message.topic == topic) payloads.push_back(message.payload);
  }
  return payloads;
}

const headend::ward::Ward& Wire::ward() const { return state_->ward; }

}  // namespace loa::tests
