#include "protocol/link/link.hpp"

#include <sys/eventfd.h>

#include <random>

#include "protocol/base/log.hpp"
#include "protocol/link/core.hpp"

namespace loa::protocol::link {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds end_limit{900};  // what stop() may take beyond the drain

Result<void> check_file(const char* what, const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(file, ignored)) return {};
  return fail(ErrorCode::missing, "the {} {} is not there", what, file.string());
}

Result<void> check_tls(const Tls& tls) {
  if (tls.version != "tlsv1.2" && tls.version != "tlsv1.3") {
    return fail(ErrorCode::invalid, "TLS version '{}' is neither tlsv1.2 nor tlsv1.3", tls.version);
  }
  if (tls.certificate_file.empty() != tls.key_file.empty()) {
    return fail(ErrorCode::invalid, "a client certificate and its key belong together: give both or none");
  }
  LOA_TRY(check_file("CA file", tls.ca_file));
  if (tls.certificate_file.empty()) return {};
  LOA_TRY(check_file("client certificate", tls.certificate_file));
  return check_file("client key", tls.key_file);
}

Result<void> check_limits(const LinkSettings& settings) {
  const auto seconds = settings.keepalive.count();
  if (seconds < 5 || seconds > 65'535)
    return fail(ErrorCode::invalid, "keepalive {} s is not from 5 to 65535", seconds);
  if (settings.backoff_min < milliseconds{1} || settings.backoff_max < settings.backoff_min) {
    return fail(ErrorCode::invalid, "the back-off from {} to {} ms is no range", settings.backoff_min.count(),
                settings.backoff_max.count());
  }
  if (settings.connect_timeout < milliseconds{1}) return fail(ErrorCode::invalid, "connect_timeout is not positive");
  if (settings.max_packet_bytes == 0 || settings.max_packet_bytes > (255U << 20)) {
    return fail(ErrorCode::invalid, "max_packet_bytes {} is not from 1 to 255 MiB", settings.max_packet_bytes);
  }
  return {};
}

Result<void> check(const LinkSettings& settings) {
  if (settings.host.empty()) return fail(ErrorCode::invalid, "the broker's host is not given");
  if (settings.port < 1 || settings.port > 65'535) {
    return fail(ErrorCode::invalid, "the broker's port {} is not from 1 to 65535", settings.port);
  }
  if (settings.client_id.empty()) return fail(ErrorCode::invalid, "the MQTT client id is not given");
  if (settings.username.empty() && !settings.password.empty()) {
    return fail(ErrorCode::invalid, "a password is given for the broker, and no user name");
  }
  if (settings.will && !is_publish_topic(settings.will->topic)) {
    return fail(ErrorCode::invalid, "'{}' is no topic for a will", settings.will->topic);
  }
  LOA_TRY(check_limits(settings));
  return settings.tls ? check_tls(*settings.tls) : Result<void>{};
}

}  // namespace

// ---- the caller's side -----------------------------------------------------------------------------------------

Link::Core::Core(LinkSettings settings, LinkEvents events, Post post)
    : settings_(std::move(settings)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      post_(std::move(post)),
      outgoing_(settings_.max_queued_messages, settings_.max_queued_bytes),
      events_(std::make_shared<const LinkEvents>(std::move(events))),
      backoff_(settings_.backoff_min, settings_.backoff_max, std::random_device{}()),
      version_(settings_.clean_session ? Version::mqtt_5 : Version::mqtt_3_1_1) {}

Result<void> Link::Core::start() {
  if (auto checked = check(settings_); !checked) return pass(std::move(checked).error(), "cannot start the link");
  if (!wake_.valid()) return fail(ErrorCode::io, "cannot start the link: no eventfd to be had");
  const std::lock_guard lock{mutex_};
  if (life_ != Life::fresh) return fail(ErrorCode::refused, "the link was started before");
  life_ = Life::running;
  thread_ = std::thread{[self = shared_from_this()] { self->run(); }};
  return {};
}

void Link::Core::stop(milliseconds drain) {
  std::unique_lock lock{mutex_};
  if (life_ == Life::running) {
    life_ = Life::stopping;
    drain_until_ = Clock::now() + drain;
    wake();
  }
  if (thread_.joinable()) finished_.wait_for(lock, drain + end_limit, [&] { return life_ == Life::finished; });
  const Post silenced = std::exchange(post_, nullptr);
  const bool ended = life_ == Life::finished;
  lock.unlock();
  events_ = nullptr;
  connected_ = false;
  if (!thread_.joinable()) return;
  if (ended) {
    thread_.join();
  } else {
    // It sits in a name lookup that nothing can interrupt. It owns what it touches and ends by itself when that
    // returns.
    log::warn("link.thread_abandoned", {{"host", settings_.host}});
    thread_.detach();
  }
}

Result<MessageId> Link::Core::publish(std::string_view topic, std::string_view payload, Qos qos, bool retained) {
  if (!is_publish_topic(topic)) return fail(ErrorCode::invalid, "'{}' is no topic to publish to", topic);
  if (payload.size() > settings_.max_packet_bytes) {
    return fail(ErrorCode::invalid, "cannot publish {} bytes to {}: more than the {} allowed", payload.size(), topic,
                settings_.max_packet_bytes);
  }
  if (qos == Qos::at_most_once && !connected_) {
    return fail(ErrorCode::busy, "cannot publish to {}: not connected to {}:{}", topic, settings_.host, settings_.port);
  }
  Outgoing::Item item{0, std::string{topic}, std::make_shared<const std::string>(payload), qos, retained};
  const std::lock_guard lock{mutex_};
  if (life_ != Life::running) return fail(ErrorCode::refused, "cannot publish to {}: the link is not running", topic);
  item.id = ++last_id_;
  LOA_TRY(outgoing_.add(std::move(item)));
  wake();
  return last_id_;
}

Result<void> Link::Core::subscribe(std::string_view filter, Qos qos) {
  if (!is_filter(filter)) return fail(ErrorCode::invalid, "'{}' is no filter to subscribe to", filter);
  const std::lock_guard lock{mutex_};
  subscriptions_.insert_or_assign(std::string{filter}, Subscription{qos, true});
  wake();
  return {};
}

std::size_t Link::Core::waiting() const {
  const std::lock_guard lock{mutex_};
  return outgoing_.size();
}

Link::Link(LinkSettings settings, LinkEvents events, Post post)
    : core_(std::make_shared<Core>(std::move(settings), std::move(events), std::move(post))) {}

Link::~Link() { core_->stop(milliseconds{0}); }

Result<void> Link::start() { return core_->start(); }
void Link::stop(milliseconds drain) { core_->stop(drain); }
Result<void> Link::subscribe(std::string_view filter, Qos qos) { return core_->subscribe(filter, qos); }
bool Link::is_connected() const { return core_->is_connected(); }
std::size_t Link::waiting() const { return core_->waiting(); }
const Pulse& Link::pulse() const { return core_->pulse(); }

Result<MessageId> Link::publish(std::string_view topic, std::string_view payload, Qos qos, bool retained) {
  return core_->publish(topic, payload, qos, retained);
}

}  // namespace loa::protocol::link
