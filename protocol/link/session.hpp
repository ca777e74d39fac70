#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/link/link.hpp"

struct mosquitto;

namespace loa::protocol::link {

enum class Version { mqtt_3_1_1, mqtt_5 };

/// Which addresses of the host are tried: libmosquitto's non-blocking connect takes only the first one.
enum class Family { any, ipv4, ipv6 };

/// Whether a text may be published to (UTF-8, no wildcard, 1…65 535 bytes), or subscribed to.
bool is_publish_topic(std::string_view topic);
bool is_filter(std::string_view filter);

/// One connection, from name lookup to its end; a new one is made for each attempt, so that no state of a broken
/// connection is carried on. Used by the Link's thread only.
class Session {
 public:
  /// An acknowledgement of a packet of ours.
  struct Ack {
    int mid = 0;
    std::string refusal;  ///< empty: accepted
  };

  Session(const LinkSettings& settings, Version version);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Looks up the name (blocks as long as that takes) and begins to connect.
  /// @error io · invalid · missing: the TLS files
  Result<void> open(Family family);

  [[nodiscard]] int fd() const;
  [[nodiscard]] short poll_events(bool may_read) const;

  /// Reads, writes and keeps alive as far as possible without waiting.
  /// @error io · refused: login, certificate · timeout: the broker fell silent. The connection is over.
  Result<void> step(short poll_revents);

  /// Accepted by the broker.
  [[nodiscard]] bool is_up() const { return up_; }
  /// The TCP connection was there at least.
  [[nodiscard]] bool was_reached() const { return reached_; }
  /// The broker said that it does not speak our version.
  [[nodiscard]] bool is_version_refused() const { return version_refused_; }

  /// The other side closed the connection before it answered.
  [[nodiscard]] bool was_hung_up() const { return hung_up_; }

  /// @return the packet's number · @error busy: not now, try later · invalid: it never will · io
  Result<int> publish(const std::string& topic, const std::string& payload, Qos qos, bool retained);
  Result<int> subscribe(const std::string& filter, Qos qos);
  /// Says goodbye: the broker forgets the will.
  void disconnect();
  [[nodiscard]] bool wants_write() const;

  /// What came in since these were last emptied; the caller empties them.
  std::vector<Message> messages;
  std::vector<Ack> publish_acks;
  std::vector<Ack> subscribe_acks;

 private:
  struct Callbacks;  ///< what libmosquitto calls
  friend struct Callbacks;

  void set_callbacks();
  Result<void> configure();
  Result<void> configure_tls(const Tls& tls);
  Result<void> configure_will(const Will& will);
  tl::unexpected<Error> over(int code, int number);
  Error tls_failure() const;

  const LinkSettings& settings_;
  Version version_;
  ::mosquitto* handle_ = nullptr;
  bool up_ = false;
  bool reached_ = false;
  bool version_refused_ = false;
  bool hung_up_ = false;
  std::string refusal_;    ///< what CONNACK or the broker's DISCONNECT said
  long verdict_ = 0;       ///< X509_V_… of the broker's certificate; 0 is X509_V_OK
  std::string complaint_;  ///< the library's own error lines
};

}  // namespace loa::protocol::link
