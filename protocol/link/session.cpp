#include "protocol/link/session.hpp"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <filesystem>
#include <mutex>

#include "protocol/base/file.hpp"

namespace loa::protocol::link {
namespace {

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { mosquitto_lib_init(); });
}

/// Null for an empty text, as the library wants it.
const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

std::string without_dot(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string library_text(int code, int number) {
  if (code == MOSQ_ERR_ERRNO) return errno_text(number);
  if (code == MOSQ_ERR_CONN_LOST) return "the broker closed the connection";
  if (code == MOSQ_ERR_EAI || code == MOSQ_ERR_LOOKUP) return "the name cannot be looked up";
  return without_dot(mosquitto_strerror(code));
}

ErrorCode code_of(int code) {
  switch (code) {
    case MOSQ_ERR_AUTH:
    case MOSQ_ERR_ACL_DENIED:
    case MOSQ_ERR_CONN_REFUSED:
    case MOSQ_ERR_TLS:
      return ErrorCode::refused;
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_PAYLOAD_SIZE:
    case MOSQ_ERR_OVERSIZE_PACKET:
    case MOSQ_ERR_MALFORMED_UTF8:
    case MOSQ_ERR_NOT_SUPPORTED:
    case MOSQ_ERR_QOS_NOT_SUPPORTED:
    case MOSQ_ERR_RETAIN_NOT_SUPPORTED:
      return ErrorCode::invalid;
    case MOSQ_ERR_NOMEM:
      return ErrorCode::busy;
    case MOSQ_ERR_KEEPALIVE:
    case MOSQ_ERR_TIMEOUT:
      return ErrorCode::timeout;
    default:
      return ErrorCode::io;
  }
}

}  // namespace

bool is_publish_topic(std::string_view topic) {
  return !topic.empty() && mosquitto_pub_topic_check2(topic.data(), topic.size()) == 0 &&
         mosquitto_validate_utf8(topic.data(), static_cast<int>(topic.size())) == 0;
}

bool is_filter(std::string_view filter) {
  return !filter.empty() && mosquitto_sub_topic_check2(filter.data(), filter.size()) == 0 &&
         mosquitto_validate_utf8(filter.data(), static_cast<int>(filter.size())) == 0;
}

struct Session::Callbacks {
  static Session& of(void* self) { return *static_cast<Session*>(self); }

  static void connected(::mosquitto*, void* self, int reason, int, const mosquitto_property*) {
    Session& session = of(self);
    session.reached_ = true;
    if (reason == 0) {
      session.up_ = true;
      return;
    }
    const bool five = session.version_ == Version::mqtt_5;
    session.refusal_ = five && reason >= 128 ? mosquitto_reason_string(reason) : mosquitto_connack_string(reason);
    session.version_refused_ = reason == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION || reason == 1;
  }

  static void disconnected(::mosquitto*, void* self, int reason, const mosquitto_property*) {
    if (reason >= 128) of(self).refusal_ = mosquitto_reason_string(reason);
  }

  static void published(::mosquitto*, void* self, int mid, int reason, const mosquitto_property*) {
    of(self).publish_acks.push_back({mid, reason >= 128 ? mosquitto_reason_string(reason) : ""});
  }

  static void subscribed(::mosquitto*, void* self, int mid, int count, const int* granted, const mosquitto_property*) {
    const bool refused = count < 1 || granted[0] >= 128;
    of(self).subscribe_acks.push_back({mid, refused ? mosquitto_reason_string(count < 1 ? 128 : granted[0]) : ""});
  }

  static void received(::mosquitto*, void* self, const mosquitto_message* message, const mosquitto_property*) {
    std::string payload(static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen));
    of(self).messages.push_back({message->topic, std::move(payload), message->retain,
                                 message->qos == 0 ? Qos::at_most_once : Qos::at_least_once});
  }

  static void logged(::mosquitto*, void* self, int level, const char* text) {
    Session& session = of(self);
    std::string& complaint = session.complaint_;
    // While it complains the library still has its TLS state; when its function returns, that may be gone.
    if (const auto* ssl = static_cast<SSL*>(mosquitto_ssl_get(session.handle_)); ssl != nullptr) {
      const long verdict = SSL_get_verify_result(ssl);
      if (verdict != X509_V_OK) session.verdict_ = verdict;
    }
    if (level == MOSQ_LOG_ERR && complaint.size() < 500)
      complaint += fmt::format("{}{}", complaint.empty() ? "" : "; ", text);
  }
};

Session::Session(const LinkSettings& settings, Version version) : settings_(settings), version_(version) {
  init_library();
  handle_ = mosquitto_new(settings.client_id.c_str(), settings.clean_session, this);
  if (handle_ == nullptr) throw std::bad_alloc{};
  set_callbacks();
}

void Session::set_callbacks() {
  mosquitto_connect_v5_callback_set(handle_, &Callbacks::connected);
  mosquitto_disconnect_v5_callback_set(handle_, &Callbacks::disconnected);
  mosquitto_publish_v5_callback_set(handle_, &Callbacks::published);
  mosquitto_subscribe_v5_callback_set(handle_, &Callbacks::subscribed);
  mosquitto_message_v5_callback_set(handle_, &Callbacks::received);
  mosquitto_log_callback_set(handle_, &Callbacks::logged);
}

Session::~Session() { mosquitto_destroy(handle_); }

Result<void> Session::configure_tls(const Tls& tls) {
  int code = mosquitto_tls_set(handle_, tls.ca_file.c_str(), nullptr, or_null(tls.certificate_file.string()),
                               or_null(tls.key_file.string()), nullptr);
  // The library's own default would do the same today; what keeps strangers out is not left to a default.
  if (code == 0) code = mosquitto_tls_opts_set(handle_, SSL_VERIFY_PEER, tls.version.c_str(), nullptr);
  if (code == 0) code = mosquitto_tls_insecure_set(handle_, false);
  if (code == 0) return {};
  return fail(ErrorCode::invalid, "cannot use the TLS settings with CA {}: {}", tls.ca_file.string(),
              library_text(code, errno));
}

Result<void> Session::configure_will(const Will& will) {
  const int code = mosquitto_will_set(handle_, will.topic.c_str(), static_cast<int>(will.payload.size()),
                                      will.payload.data(), static_cast<int>(will.qos), will.retained);
  if (code == 0) return {};
  return fail(ErrorCode::invalid, "cannot leave a will on {}: {}", will.topic, library_text(code, errno));
}

Result<void> Session::configure() {
  mosquitto_int_option(handle_, MOSQ_OPT_PROTOCOL_VERSION,
                       version_ == Version::mqtt_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
  mosquitto_int_option(handle_, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_username_pw_set(handle_, or_null(settings_.username), or_null(settings_.password));
  if (settings_.tls) LOA_TRY(configure_tls(*settings_.tls));
  if (settings_.will) LOA_TRY(configure_will(*settings_.will));
  return {};
}

Result<void> Session::open(Family family) {
  LOA_TRY(configure());
  const char* local = family == Family::any ? nullptr : family == Family::ipv4 ? "0.0.0.0" : "::";
  errno = 0;
  const int code = mosquitto_connect_bind_async(handle_, settings_.host.c_str(), settings_.port,
                                                static_cast<int>(settings_.keepalive.count()), local);
  if (code > 0) return over(code, errno);
  return {};
}

int Session::fd() const { return mosquitto_socket(handle_); }

bool Session::wants_write() const { return mosquitto_want_write(handle_); }

short Session::poll_events(bool may_read) const {
  const bool writes = !reached_ || wants_write();
  return static_cast<short>((may_read ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

Result<void> Session::step(short revents) {
  if (!reached_ && revents != 0) {
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &number, &size);
    if (number != 0) return over(MOSQ_ERR_ERRNO, number);
    reached_ = (revents & POLLHUP) == 0;
  }
  if (revents != 0) {
    errno = 0;
    // Also when only writable: an unfinished TLS handshake goes on in the read function.
    if (const int code = mosquitto_loop_read(handle_, 1); code != 0) return over(code, errno);
  }
  if ((revents & POLLOUT) != 0 || wants_write()) {
    errno = 0;
    if (const int code = mosquitto_loop_write(handle_, 1); code != 0) return over(code, errno);
  }
  if (!refusal_.empty()) return over(MOSQ_ERR_CONN_REFUSED, 0);
  // With TLS libmosquitto has touched the socket already and taken the error of a refused connect with it, unsaid.
  if (!reached_ && (revents & POLLHUP) != 0) return over(MOSQ_ERR_ERRNO, ECONNREFUSED);
  if (const int code = mosquitto_loop_misc(handle_); code != 0) return over(code, errno);
  if (mosquitto_socket(handle_) < 0) return over(MOSQ_ERR_CONN_LOST, 0);
  return {};
}

Error Session::tls_failure() const {
  const std::string where = fmt::format("cannot connect to {}:{}", settings_.host, settings_.port);
  if (complaint_.find("host name verification failed") != std::string::npos) {
    return {ErrorCode::refused,
            fmt::format("{}: the broker's certificate does not bear the name {}", where, settings_.host)};
  }
  if (verdict_ != X509_V_OK) {
    return {ErrorCode::refused, fmt::format("{}: the broker's certificate is not accepted: {}", where,
                                            X509_verify_cert_error_string(verdict_))};
  }
  return {ErrorCode::refused,
          fmt::format("{}: TLS failed: {}", where, complaint_.empty() ? "no reason given" : complaint_)};
}

tl::unexpected<Error> Session::over(int code, int number) {
  hung_up_ = !up_ && reached_ && code == MOSQ_ERR_CONN_LOST;
  const auto verb = up_ ? "lost the connection to" : "cannot connect to";
  if (!refusal_.empty()) {
    return fail(ErrorCode::refused, "{} {}:{}: the broker says: {}", verb, settings_.host, settings_.port, refusal_);
  }
  if (code == MOSQ_ERR_TLS || (code == MOSQ_ERR_ERRNO && number == EPROTO)) return pass(tls_failure());
  if (code == MOSQ_ERR_KEEPALIVE) {
    return fail(ErrorCode::timeout, "{} {}:{}: no sign of life for {} s", verb, settings_.host, settings_.port,
                settings_.keepalive.count() * 2);  // asked after one, given up after another
  }
  return fail(code_of(code), "{} {}:{}: {}", verb, settings_.host, settings_.port, library_text(code, number));
}

Result<int> Session::publish(const std::string& topic, const std::string& payload, Qos qos, bool retained) {
  int mid = 0;
  const int code = mosquitto_publish(handle_, &mid, topic.c_str(), static_cast<int>(payload.size()), payload.data(),
                                     static_cast<int>(qos), retained);
  if (code == 0) return mid;
  return fail(code_of(code), "cannot publish {} bytes to {}: {}", payload.size(), topic, library_text(code, errno));
}

Result<int> Session::subscribe(const std::string& filter, Qos qos) {
  int mid = 0;
  const int code = mosquitto_subscribe(handle_, &mid, filter.c_str(), static_cast<int>(qos));
  if (code == 0) return mid;
  return fail(code_of(code), "cannot subscribe to {}: {}", filter, library_text(code, errno));
}

void Session::disconnect() { mosquitto_disconnect(handle_); }

}  // namespace loa::protocol::link
