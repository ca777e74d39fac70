#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/pulse.hpp"
#include "protocol/base/result.hpp"

/// The connection to an MQTT broker (PROTOCOL.md §4). The only room that knows libmosquitto.
namespace loa::protocol::link {

/// MQTT quality of service. QoS 2 is not offered: every message of ours bears a repetition.
enum class Qos : int { at_most_once = 0, at_least_once = 1 };

/// TLS by the ward's own CA. The broker's certificate must chain to ca_file, be valid now and bear the host's name.
struct Tls {
  std::filesystem::path ca_file;           ///< PEM
  std::filesystem::path certificate_file;  ///< client certificate, PEM; empty: none
  std::filesystem::path key_file;          ///< its key; empty: none
  std::string version = "tlsv1.2";         ///< the least version accepted: "tlsv1.2" or "tlsv1.3"
};

/// What the broker publishes for us when we vanish.
struct Will {
  std::string topic;
  std::string payload;
  Qos qos = Qos::at_least_once;
  bool retained = true;
};

struct LinkSettings {
  std::string host;
  int port = 8883;        ///< 1…65535
  std::string client_id;  ///< unique at the broker
  std::string username;   ///< empty: none
  std::string password;
  std::optional<Tls> tls;              ///< absent: plain TCP, for a broker on loopback
  std::chrono::seconds keepalive{30};  ///< 5…65535 s; silence of 2 × this ends the connection
  bool clean_session = true;  ///< false: the broker keeps subscriptions and queue for us (then MQTT 3.1.1 is spoken)
  std::optional<Will> will;
  std::chrono::milliseconds backoff_min{1'000};  ///< the n-th wait is random in 0…min(backoff_max, backoff_min·2ⁿ)
  std::chrono::milliseconds backoff_max{60'000};
  std::chrono::milliseconds connect_timeout{15'000};  ///< from the TCP SYN to the broker's CONNACK
  std::size_t max_packet_bytes = 5 << 20;             ///< of a payload, sent or received
  std::size_t max_queued_messages = 2'000;            ///< published and not yet acknowledged
  std::size_t max_queued_bytes = 64 << 20;
};

/// A message from the broker.
struct Message {
  std::string topic;
  std::string payload;
  bool retained = false;  ///< it was kept by the broker; not a fresh one
  Qos qos = Qos::at_most_once;
};

/// Names one publish() of this Link, for ever; never 0.
using MessageId = std::uint64_t;

/// What happens, told on the caller's thread by way of Post. Any may be empty.
struct LinkEvents {
  std::function<void()> connected;  ///< accepted by the broker; subscriptions are being sent again
  std::function<void(const std::string& why)>
      disconnected;  ///< a connection ended or an attempt failed; it will be tried again
  std::function<void(const Message&)> message;
  std::function<void(MessageId)> delivered;  ///< QoS 1: the broker acknowledged (that is no durability)
  std::function<void(MessageId, const std::string& why)>
      failed;  ///< QoS 1: given up: the broker refuses it; keep it and look why
  std::function<void(const std::string& filter, const std::string& why)> subscription_refused;
};

/// Runs a function on the thread that holds the caller's state, later, in order. Called from the Link's thread.
using Post = std::function<void(std::function<void()>)>;

/// A connection that is kept up for ever: connects, reconnects with back-off and full jitter, subscribes again, sends
/// what is not acknowledged again. It has one thread of its own, in which name lookup, TLS and sockets may take their
/// time; all public functions return at once (except stop()) and are called on the caller's thread, where all events
/// arrive.
///
/// MQTT 5 is spoken where the broker does and clean_session is set: then a publish that the broker's access list
/// refuses is told by failed(). A 3.1.1 broker acknowledges and drops it, which nobody can see.
class Link {
 public:
  Link(LinkSettings settings, LinkEvents events, Post post);
  /// stop(0 ms), if that was not done.
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Begins to connect. Call once.
  /// @error invalid: a setting is out of range · missing: a file of tls is not there
  Result<void> start();

  /// Ends in at most drain + 1 s, even in the middle of a name lookup: waits up to `drain` for what is queued to be
  /// acknowledged (if connected), says goodbye (so the will is not sent), ends the thread. No event arrives after it.
  /// Blocks the caller. Harmless when repeated.
  void stop(std::chrono::milliseconds drain = std::chrono::milliseconds{0});

  /// QoS 1: queued, sent, and sent again after each reconnect until the broker acknowledges: delivered() or failed()
  /// will come. A retained one replaces an older retained one to the same topic that was not yet sent (whose
  /// delivered() then comes with this one's). QoS 0: sent now or not at all.
  /// @param payload 0…max_packet_bytes
  /// @error invalid: topic empty, with a wildcard or over 65 535 bytes, payload too large · full: the queue is, try
  /// after a delivered() ·
  ///        busy: QoS 0 and not connected · refused: not started or stopped
  Result<MessageId> publish(std::string_view topic, std::string_view payload, Qos qos, bool retained);

  /// Remembered, and sent at every connect. The same filter again changes the QoS (and gets its retained messages
  /// again).
  /// @error invalid: malformed filter
  Result<void> subscribe(std::string_view filter, Qos qos);

  /// Whether connected() was the last news.
  [[nodiscard]] bool is_connected() const;

  /// Published with QoS 1 and not yet acknowledged.
  [[nodiscard]] std::size_t waiting() const;

  /// Of its thread. A name lookup may take two minutes and is no hang.
  [[nodiscard]] const Pulse& pulse() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;  ///< shared with the thread, which a blocked name lookup may keep alive after us
};

}  // namespace loa::protocol::link
