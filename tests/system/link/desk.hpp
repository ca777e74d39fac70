#pragma once
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "protocol/link/link.hpp"

namespace loa::tests {

/// The io thread of a test: what is posted runs here, while the test waits. Notes everything a Link tells.
class Desk {
 public:
  protocol::link::Post post() {
    return [this](std::function<void()> job) {
      const std::lock_guard lock{mutex_};
      jobs_.push_back(std::move(job));
      posted_.notify_one();
    };
  }

  protocol::link::LinkEvents events() {
    protocol::link::LinkEvents events;
    events.connected = [this] { ++connected; };
    events.disconnected = [this](const std::string& why) { losses.push_back(why); };
    events.message = [this](const protocol::link::Message& message) { messages.push_back(message); };
    events.delivered = [this](protocol::link::MessageId id) { delivered.push_back(id); };
    events.failed = [this](protocol::link::MessageId id, const std::string& why) { failed.emplace_back(id, why); };
    events.subscription_refused = [this](const std::string& filter, const std::string&) { refused.push_back(filter); };
    return events;
  }

  /// Runs what is posted until the condition holds. @return whether it did within the limit
  bool run_until(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds{20}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      std::unique_lock lock{mutex_};
      if (!posted_.wait_until(lock, end, [&] { return !jobs_.empty(); })) return false;
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
    return true;
  }

  /// Jobs that wait.
  [[nodiscard]] std::size_t posted() {
    const std::lock_guard lock{mutex_};
    return jobs_.size();
  }
  [[nodiscard]] bool has_delivered(protocol::link::MessageId id) const {
    return std::find(delivered.begin(), delivered.end(), id) != delivered.end();
  }
  [[nodiscard]] bool has_message(const std::string& payload) const {
    return std::any_of(messages.begin(), messages.end(),
                       [&](const auto& message) { return message.payload == payload; });
  }

  int connected = 0;
  std::vector<std::string> losses;
  std::vector<protocol::link::Message> messages;
  std::vector<protocol::link::MessageId> delivered;
  std::vector<std::pair<protocol::link::MessageId, std::string>> failed;
  std::vector<std::string> refused;

 private:
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
};

}  // namespace loa::tests
