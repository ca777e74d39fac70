#include "protocol/link/core.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "protocol/base/log.hpp"

namespace loa::protocol::link {
namespace {

using std::chrono::milliseconds;

constexpr int max_unhandled = 1'000;  // messages; beyond it the socket is not read until the caller keeps up
// So often libmosquitto looks after its keep-alive: a sixth of it, so that a broker which waits half as long again
// hears from us in time.
constexpr milliseconds least_poll{1'000};
constexpr milliseconds longest_poll{5'000};
constexpr milliseconds proven_after{10'000};  // a connection of this age resets the back-off
constexpr milliseconds goodbye_limit{200};
constexpr milliseconds patience{30'000};          // for one turn of the thread; its waits end within seconds
constexpr milliseconds lookup_patience{120'000};  // a name lookup ends when the resolver gives up

void prepare_thread() {
  ::pthread_setname_np(::pthread_self(), "loa-link");
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

milliseconds until(std::chrono::steady_clock::time_point then) {
  const auto rest = std::chrono::ceil<milliseconds>(then - std::chrono::steady_clock::now());
  return std::max(rest, milliseconds{0});
}

}  // namespace

// ---- the thread ------------------------------------------------------------------------------------------------

void Link::Core::run() {
  prepare_thread();
  while (!is_stopping()) {
    const auto began = Clock::now();
    announced_ = false;
    std::string why;
    try {
      why = converse();
    } catch (const std::exception& error) {  // out of memory: the one thing that may not end this thread either
      why = fmt::format("cannot keep the connection to {}:{}: {}", settings_.host, settings_.port, error.what());
    }
    after_loss(why, announced_, Clock::now() - began);
  }
  pulse_.rest();
  const std::lock_guard lock{mutex_};
  life_ = Life::finished;
  finished_.notify_all();
}

std::string Link::Core::converse() {
  pulse_.beat(Clock::now() + lookup_patience);
  Session session{settings_, version_};
  subscribing_.clear();
  auto opened = session.open(family_);
  std::string why = opened ? serve(session) : std::move(opened).error().text;
  if (!why.empty()) choose_next_attempt(session);
  return why;
}

std::string Link::Core::serve(Session& session) {
  const auto answer_by = Clock::now() + settings_.connect_timeout;
  while (!goodbye_due(session)) {
    if (!session.is_up() && Clock::now() >= answer_by) {
      return fmt::format("cannot connect to {}:{}: no answer within {} ms", settings_.host, settings_.port,
                         settings_.connect_timeout.count());
    }
    pulse_.beat(Clock::now() + patience);
    const bool may_read = messages_unhandled_.load() < max_unhandled;
    pollfd fds[2] = {{session.fd(), session.poll_events(may_read), 0}, {wake_.get(), POLLIN, 0}};
    const int ready = ::poll(fds, 2, static_cast<int>(poll_timeout(session, answer_by).count()));
    if (ready < 0 && errno != EINTR) return fmt::format("cannot wait for the broker: {}", errno_text());
    if (fds[1].revents != 0) drain_wake();
    auto stepped = session.step(ready > 0 ? fds[0].revents : short{0});
    announce(session);
    hand_over(session);
    if (stepped) stepped = pump(session);
    if (!stepped) return std::move(stepped).error().text;
  }
  say_goodbye(session);
  return {};
}

milliseconds Link::Core::poll_timeout(const Session& session, Clock::time_point answer_by) const {
  auto longest = std::clamp(milliseconds{settings_.keepalive} / 6, least_poll, longest_poll);
  if (!session.is_up()) longest = std::min(longest, until(answer_by));
  const std::lock_guard lock{mutex_};
  return life_ == Life::stopping ? std::min(longest, until(drain_until_)) : longest;
}

bool Link::Core::goodbye_due(const Session& session) const {
  const std::lock_guard lock{mutex_};
  if (life_ != Life::stopping) return false;
  return !session.is_up() || outgoing_.size() == 0 || Clock::now() >= drain_until_;
}

void Link::Core::say_goodbye(Session& session) {
  if (!session.is_up()) return;
  session.disconnect();
  const auto give_up = Clock::now() + goodbye_limit;
  while (session.fd() >= 0 && session.wants_write() && Clock::now() < give_up) {
    pollfd fd{session.fd(), POLLOUT, 0};
    ::poll(&fd, 1, static_cast<int>(until(give_up).count()));
    if (!session.step(POLLOUT)) return;
  }
}

void Link::Core::after_loss(const std::string& why, bool was_up, Clock::duration lived) {
  std::vector<Outgoing::Failure> failures;
  {
    const std::lock_guard lock{mutex_};
    failures = outgoing_.connection_lost();
    if (life_ == Life::stopping) return;
  }
  for (const auto& failure : failures) tell_failed({failure.id}, failure.why);
  if (was_up && lived >= proven_after) backoff_.reset();
  const auto wait = backoff_.next();
  log::warn("link.disconnected", {{"reason", why}, {"retry_ms", wait.count()}});
  tell([why](Core& core, const LinkEvents& events) {
    core.connected_ = false;
    if (events.disconnected) events.disconnected(why);
  });
  rest(wait);
}

void Link::Core::choose_next_attempt(const Session& session) {
  const auto other_version = version_ == Version::mqtt_5 ? Version::mqtt_3_1_1 : Version::mqtt_5;
  if (session.is_up()) {
    silent_refusals_ = 0;
  } else if (!session.was_reached()) {
    family_ = family_ == Family::any ? Family::ipv4 : family_ == Family::ipv4 ? Family::ipv6 : Family::any;
  } else if (session.is_version_refused()) {
    version_ = Version::mqtt_3_1_1;
  } else if (session.was_hung_up() && ++silent_refusals_ % 2 == 0 && settings_.clean_session) {
    version_ = other_version;  // some brokers answer a version they do not know with silence
  }
}

void Link::Core::rest(milliseconds length) {
  const auto end = Clock::now() + length;
  pulse_.beat(end + patience);
  while (!is_stopping() && Clock::now() < end) {
    pollfd fd{wake_.get(), POLLIN, 0};
    if (::poll(&fd, 1, static_cast<int>(until(end).count())) > 0) drain_wake();
  }
}

void Link::Core::announce(Session& session) {
  if (!session.is_up() || announced_) return;
  announced_ = true;
  {
    const std::lock_guard lock{mutex_};
    for (auto& [filter, subscription] : subscriptions_) subscription.fresh = true;
  }
  log::info(
      "link.connected",
      {{"host", settings_.host}, {"port", settings_.port}, {"mqtt", version_ == Version::mqtt_5 ? "5" : "3.1.1"}});
  tell([](Core& core, const LinkEvents& events) {
    core.connected_ = true;
    if (events.connected) events.connected();
  });
}

Result<void> Link::Core::pump(Session& session) {
  if (!session.is_up()) return {};
  LOA_TRY(pump_subscriptions(session));
  return pump_messages(session);
}

Result<void> Link::Core::pump_subscriptions(Session& session) {
  std::vector<std::pair<std::string, Qos>> fresh;
  {
    const std::lock_guard lock{mutex_};
    for (auto& [filter, subscription] : subscriptions_) {
      if (std::exchange(subscription.fresh, false)) fresh.emplace_back(filter, subscription.qos);
    }
  }
  for (const auto& [filter, qos] : fresh) {
    LOA_TRY_LET(const int mid, session.subscribe(filter, qos));
    subscribing_[mid] = filter;
  }
  return {};
}

Result<void> Link::Core::pump_messages(Session& session) {
  while (true) {
    std::optional<Outgoing::Item> item;
    {
      const std::lock_guard lock{mutex_};
      item = outgoing_.take();
    }
    if (!item) return {};
    auto mid = session.publish(item->topic, *item->payload, item->qos, item->retained);
    if (!mid && mid.error().code != ErrorCode::invalid) return pass(std::move(mid).error());
    std::vector<MessageId> refused;
    {
      const std::lock_guard lock{mutex_};
      if (mid) {
        outgoing_.sent(item->id, *mid);
      } else {
        refused = outgoing_.give_up(item->id);
      }
    }
    if (!mid && item->qos != Qos::at_most_once) tell_failed(refused, mid.error().text);
  }
}

void Link::Core::hand_over(Session& session) {
  for (const auto& ack : std::exchange(session.publish_acks, {})) hand_over_ack(ack);
  for (auto& message : std::exchange(session.messages, {})) hand_over_message(std::move(message));
  for (const auto& ack : std::exchange(session.subscribe_acks, {})) {
    const auto found = subscribing_.extract(ack.mid);
    if (found.empty() || ack.refusal.empty()) continue;
    log::warn("link.subscription_refused", {{"filter", found.mapped()}, {"reason", ack.refusal}});
    tell([filter = found.mapped(), why = ack.refusal](Core&, const LinkEvents& events) {
      if (events.subscription_refused) events.subscription_refused(filter, why);
    });
  }
}

void Link::Core::hand_over_ack(const Session::Ack& ack) {
  std::vector<MessageId> ids;
  {
    const std::lock_guard lock{mutex_};
    ids = outgoing_.acknowledged(ack.mid);
  }
  if (ids.empty()) return;
  if (ack.refusal.empty()) return tell_delivered(ids);
  tell_failed(ids, fmt::format("the broker refuses it: {}", ack.refusal));
}

void Link::Core::hand_over_message(Message message) {
  if (message.payload.size() > settings_.max_packet_bytes) {
    log::warn("link.message_refused",
              {{"topic", message.topic}, {"bytes", message.payload.size()}, {"reason", "too large"}});
    return;
  }
  ++messages_unhandled_;
  tell([message = std::move(message)](Core& core, const LinkEvents& events) {
    if (core.messages_unhandled_.fetch_sub(1) == max_unhandled) core.wake();
    if (events.message) events.message(message);
  });
}

void Link::Core::tell_delivered(const std::vector<MessageId>& ids) {
  tell([ids](Core&, const LinkEvents& events) {
    for (const MessageId id : ids) {
      if (events.delivered) events.delivered(id);
    }
  });
}

void Link::Core::tell_failed(const std::vector<MessageId>& ids, const std::string& why) {
  log::warn("link.publish_failed", {{"messages", ids.size()}, {"reason", why}});
  tell([ids, why](Core&, const LinkEvents& events) {
    for (const MessageId id : ids) {
      if (events.failed) events.failed(id, why);
    }
  });
}

void Link::Core::tell(std::function<void(Core&, const LinkEvents&)> news) {
  const std::lock_guard lock{mutex_};
  if (!post_) return;
  post_([self = shared_from_this(), news = std::move(news)] {
    if (const auto events = self->events_) news(*self, *events);
  });
}

void Link::Core::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);  // full means awake
}

void Link::Core::drain_wake() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
}

bool Link::Core::is_stopping() const {
  const std::lock_guard lock{mutex_};
  return life_ == Life::stopping;
}

}  // namespace loa::protocol::link
