#pragma once
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "protocol/base/file.hpp"
#include "protocol/link/backoff.hpp"
#include "protocol/link/link.hpp"
#include "protocol/link/outgoing.hpp"
#include "protocol/link/session.hpp"

namespace loa::protocol::link {

/// What the Link and its thread share. The caller's side is called by Link; everything marked "thread" is touched by
/// the Link's own thread alone; what both touch stands under mutex_.
// wide: three views of one connection, of the caller, the thread and both, under one lock
class Link::Core : public std::enable_shared_from_this<Link::Core> {
 public:
  Core(LinkSettings settings, LinkEvents events, Post post);

  // The caller's side.
  Result<void> start();
  void stop(std::chrono::milliseconds drain);
  Result<MessageId> publish(std::string_view topic, std::string_view payload, Qos qos, bool retained);
  Result<void> subscribe(std::string_view filter, Qos qos);
  [[nodiscard]] bool is_connected() const { return connected_; }
  [[nodiscard]] const Pulse& pulse() const { return pulse_; }
  [[nodiscard]] std::size_t waiting() const;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Life { fresh, running, stopping, finished };
  struct Subscription {
    Qos qos = Qos::at_least_once;
    bool fresh = true;  ///< to be sent on this connection
  };

  // The thread: each function returns the sentence why the connection ended, empty when we ended it.
  void run();
  std::string converse();
  std::string serve(Session& session);
  void after_loss(const std::string& why, bool was_up, Clock::duration lived);
  void choose_next_attempt(const Session& session);
  void rest(std::chrono::milliseconds length);

  [[nodiscard]] std::chrono::milliseconds poll_timeout(const Session& session, Clock::time_point answer_by) const;
  [[nodiscard]] bool goodbye_due(const Session& session) const;
  void say_goodbye(Session& session);
  void announce(Session& session);
  Result<void> pump(Session& session);
  Result<void> pump_subscriptions(Session& session);
  Result<void> pump_messages(Session& session);
  void hand_over(Session& session);
  void hand_over_message(Message message);
  void hand_over_ack(const Session::Ack& ack);
  void tell_delivered(const std::vector<MessageId>& ids);
  void tell_failed(const std::vector<MessageId>& ids, const std::string& why);
  /// Runs a function with the events on the caller's thread, unless stop() came first.
  void tell(std::function<void(Core&, const LinkEvents&)> news);
  void wake() const;
  void drain_wake() const;
  [[nodiscard]] bool is_stopping() const;

  const LinkSettings settings_;
  const UniqueFd wake_;  ///< eventfd
  Pulse pulse_;

  mutable std::mutex mutex_;
  std::condition_variable finished_;
  Life life_ = Life::fresh;
  Clock::time_point drain_until_;
  Post post_;  ///< empty after stop()
  Outgoing outgoing_;
  std::map<std::string, Subscription, std::less<>> subscriptions_;

  // The caller's thread.
  std::shared_ptr<const LinkEvents> events_;  ///< null after stop()
  bool connected_ = false;
  MessageId last_id_ = 0;
  std::thread thread_;

  // The thread.
  Backoff backoff_;
  Version version_;
  Family family_ = Family::any;
  unsigned silent_refusals_ = 0;
  bool announced_ = false;
  std::map<int, std::string> subscribing_;  ///< packet → filter
  std::atomic<int> messages_unhandled_{0};  ///< handed over and not yet handled: bounds what a flood can take
};

}  // namespace loa::protocol::link
