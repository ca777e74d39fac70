#include <mosquitto.h>
#include <poll.h>

#include <memory>

#include "headend/publisher/publisher.hpp"
#include "protocol/base/file.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/bench_ward.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::bench {

namespace {

using namespace std::chrono_literals;
constexpr int stations = 300;
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

std::string topic_of(int station) { return fmt::format("loa/1/{}/station/s{}/plan", BenchWard::id, station); }

using headend::dispatch::Publication;

/// Hands every plan to the outlet given.
using Office = std::function<Result<void>(const headend::dispatch::Outlet&)>;

/// Plans, signs and stores for 300 stations from a fresh store.
Result<void> issue_plans(const BenchWard& ward, headend::store::Store& store, const headend::dispatch::Outlet& outlet) {
  headend::publisher::Publisher publisher(BenchWard::id, ward.office, ward.planner_settings(), store);
  const auto now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
  LOA_TRY_LET(const auto round, publisher.issue(now, outlet));
  if (!round.problems.empty()) return fail(ErrorCode::invalid, "{}", round.problems.front());
  return {};
}

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

/// Milliseconds from the beginning of the office's work to the last arrival: a plan for each of 300 subscribers.
Result<double> fan_out_ms(int port, const Office& office_work) {
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
  const double begin = now_s();
  LOA_TRY(office_work([office](const Publication& plan) {
    mosquitto_publish(office, nullptr, plan.topic.c_str(), static_cast<int>(plan.payload.size()), plan.payload.data(),
                      1,
                      false);  // not retained, so that the next run begins with an empty broker
  }));
  if (!serve(clients, [&] { return counts.received == stations; })) {
    return fail(ErrorCode::timeout, "only {} of {} plans arrived", counts.received, stations);
  }
  return 1000 * (now_s() - begin);
}

struct Rounds {
  Figures ours;
  Figures bare;
  std::size_t plan_bytes = 0;
};

Result<Rounds> measure_rounds(const Context& context, int port) {
  const BenchWard ward(stations);
  std::vector<Publication> plans;
  LOA_TRY_LET(auto first, ward.make_store(context.work / "first.sqlite"));
  LOA_TRY(issue_plans(ward, first, [&](const Publication& plan) { plans.push_back(plan); }));
  Rounds rounds;
  rounds.plan_bytes = plans.front().payload.size();
  int run = 0;
  rounds.ours = sample(context.runs, [&]() -> Result<double> {
    LOA_TRY_LET(auto store, ward.make_store(context.work / fmt::format("ward-{}.sqlite", run++)));
    return fan_out_ms(port, [&](const auto& outlet) { return issue_plans(ward, store, outlet); });
  });
  rounds.bare = sample(context.runs, [&] {
    return fan_out_ms(port, [&](const auto& outlet) -> Result<void> {
      for (const auto& plan : plans) outlet(plan);
      return {};
    });
  });
  return rounds;
}

Result<Rounds> measure_with_broker(const Context& context) {
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
  return measure_rounds(context, port);
}

}  // namespace

std::vector<Line> measure_fan_out(const Context& context) {
  mosquitto_lib_init();
  auto rounds = measure_with_broker(context);
  mosquitto_lib_cleanup();
  if (!rounds) {
    rounds = Rounds{Figures::not_measured(rounds.error().text), Figures::not_measured(rounds.error().text)};
  }
  const auto name = fmt::format("300 plans of {} kB made, signed, delivered", (rounds->plan_bytes + 500) / 1000);
  return {{name, "ms", "bare mosquitto 2.0.11 delivering the same bytes", std::move(rounds->ours),
           std::move(rounds->bare)}};
}

}  // namespace loa::bench
