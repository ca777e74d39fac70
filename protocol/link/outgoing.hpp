#pragma once
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/link/link.hpp"

namespace loa::protocol::link {

/// What was published and is not yet acknowledged, in order, bounded. Survives connections; knows nothing of sockets.
/// Not thread-safe.
class Outgoing {
 public:
  struct Item {
    MessageId id = 0;
    std::string topic;
    std::shared_ptr<const std::string> payload;
    Qos qos = Qos::at_least_once;
    bool retained = false;
  };
  struct Failure {
    MessageId id = 0;
    std::string why;
  };

  /// At most this many are under way at once (libmosquitto's own bound).
  static constexpr std::size_t window = 20;
  /// So often may the connection break with one message alone under way before that message is given up.
  static constexpr unsigned max_losses = 5;

  Outgoing(std::size_t max_messages, std::size_t max_bytes) : max_messages_(max_messages), max_bytes_(max_bytes) {}

  /// Appends, or replaces an unsent retained one of the same topic.
  /// @error full
  Result<void> add(Item item);

  /// The next one to send, now under way; absent when there is none or the window is full. After a loss the suspects go
  /// one at a time, so that a message which makes the broker hang up is found and does not block the others for ever.
  std::optional<Item> take();
  /// What take() gave is under way as packet `mid` (QoS 0: it is done).
  void sent(MessageId id, int mid);
  /// The broker acknowledged a packet. @return the ids that are thereby delivered, none for an unknown packet
  std::vector<MessageId> acknowledged(int mid);
  /// Removes a message that will never be accepted. @return its ids
  std::vector<MessageId> give_up(MessageId id);
  /// The connection is gone: everything under way will be sent again, QoS 0 is forgotten.
  /// @return those given up after too many losses
  std::vector<Failure> connection_lost();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Item item;
    std::vector<MessageId> replaced;  ///< ids that this one stands for as well
    int mid = 0;
    unsigned losses = 0;
  };
  using Iterator = std::deque<Entry>::iterator;

  Entry* unsent_retained(const std::string& topic);
  std::vector<MessageId> remove(Iterator entry);
  Iterator find_packet(int mid);
  Iterator find_id(MessageId id);

  std::size_t max_messages_, max_bytes_;
  std::deque<Entry> entries_;  ///< the first under_way_ of them are under way
  std::size_t under_way_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace loa::protocol::link
