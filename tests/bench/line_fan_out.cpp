#include <mosquitto.h>
#include <poll.h>

#include <memory>

#include "protocol/base/file.hpp"
#include "protocol/crypto/hash.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::bench {

namespace {

using namespace std::chrono_literals;
constexpr int stations = 300;
constexpr std::size_t plan_bytes = 40'000;  // 30 days of a morning of twelve cues
constexpr double patience_s = 30;

struct Freed {
  void operator()(mosquitto* client) const { mosquitto_destroy(client); }
};
using Client = std::unique_ptr<mosquitto, Freed>;

/// What the callbacks count.
struct Counts {
  int subscribed = 0;
  int received = 0;
};

std::string topic_of(int station) { return fmt::format("loa/1/bench/station/s{}/plan", station); }

Result<Client> connect(const std::string& id, int port, Counts& counts) {
  Client client(mosquitto_new(id.c_str(), true, &counts));
  mosquitto_subscribe_callback_set(
      client.get(), [](mosquitto*, void* user, int, int, const int*) { ++static_cast<Counts*>(user)->subscribed; });
  mosquitto_message_callback_set(
      client.get(), [](mosquitto*, void* user, const mosquitto_message*) { ++static_cast<Counts*>(user)->received; });
  const int done = mosquitto_connect(client.get(), "127.0.0.1", port, 60);
  if (done != MOSQ_ERR_SUCCESS) return fail(ErrorCode::io, "cannot connect to mosquitto: {}", mosquitto_strerror(done));
  return client;
}

/// Serves all clients on this thread until it holds.
bool serve(const std::vector<Client>& clients, const std::function<bool()>& holds) {
  const double end = now_s() + patience_s;
  std::vector<pollfd> sockets(clients.size());
  while (!holds()) {
    if (now_s() > end) return false;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const short wish = mosquitto_want_write(clients[i].get()) ? POLLIN | POLLOUT : POLLIN;
      sockets[i] = {mosquitto_socket(clients[i].get()), wish, 0};
    }
    ::poll(sockets.data(), sockets.size(), 100);
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (sockets[i].revents & POLLIN) mosquitto_loop_read(clients[i].get(), 1);
      if (sockets[i].revents & POLLOUT) mosquitto_loop_write(clients[i].get(), 1);
    }
  }
  return true;
}

/// Milliseconds from the first publish to the last arrival: a plan of random bytes for each of 300 subscribers.
Result<double> fan_out_ms(int port) {
  Counts counts;
  std::vector<Client> clients;
  for (int station = 0; station < stations; ++station) {
    LOA_TRY_LET(auto client, connect(fmt::format("s{}", station), port, counts));
    mosquitto_subscribe(client.get(), nullptr, topic_of(station).c_str(), 1);
    clients.push_back(std::move(client));
  }
  LOA_TRY_LET(auto publisher, connect("office", port, counts));
  mosquitto* office = publisher.get();
  clients.push_back(std::move(publisher));
  if (!serve(clients, [&] { return counts.subscribed == stations; })) {
    return fail(ErrorCode::timeout, "only {} of {} subscriptions came through", counts.subscribed, stations);
  }
  const int before = counts.received;  // plans retained from an earlier run
  const double begin = now_s();
  for (int station = 0; station < stations; ++station) {
    const auto plan = protocol::crypto::random_bytes(plan_bytes);
    mosquitto_publish(office, nullptr, topic_of(station).c_str(), static_cast<int>(plan.size()), plan.data(), 1, false);
  }
  if (!serve(clients, [&] { return counts.received - before == stations; })) {
    return fail(ErrorCode::timeout, "only {} of {} plans arrived", counts.received - before, stations);
  }
  return 1000 * (now_s() - begin);
}

Result<Figures> measure_mosquitto(const Context& context) {
  const int port = tests::free_port();
  LOA_TRY(save_file(context.work / "mosquitto.conf",
                    fmt::format("listener {} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n", port)));
  LOA_TRY_LET(auto broker,
              tests::Process::start({.argv = {"mosquitto", "-c", context.work / "mosquitto.conf"},
                                     .env = {"PATH=/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin"}}));
  Counts counts;
  if (!tests::wait_until(5s, [&] { return connect("probe", port, counts).has_value(); })) {
    return fail(ErrorCode::io, "mosquitto did not start: {}", broker.err());
  }
  return sample(context.runs, [&] { return fan_out_ms(port); });
}

}  // namespace

std::vector<Line> measure_fan_out(const Context& context) {
  mosquitto_lib_init();
  auto rival = measure_mosquitto(context);
  mosquitto_lib_cleanup();
  return {{"300 plans of 40 kB, first publish to last arrival", "ms",
           "bare mosquitto 2.0.11, one process of 300 clients",
           Figures::not_measured("headend/publisher is not connected to the bench"),
           rival ? std::move(*rival) : Figures::not_measured(rival.error().text)}};
}

}  // namespace loa::bench
