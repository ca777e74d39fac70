#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "protocol/link/link.hpp"

namespace loa::tests {

/// Somebody at the broker: logs in, publishes, listens.
class Visitor {
 public:
  /// @param port, ca_file  of the broker
  Visitor(int port, const std::filesystem::path& ca_file, const std::string& username, const std::string& password,
          const std::string& host = "127.0.0.1");

  /// Works until the broker accepts the login. @return whether it did within the deadline
  bool enter(std::chrono::milliseconds deadline = std::chrono::seconds{10});
  /// The broker's word when it did not.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

  /// Publishes with QoS 1. @return whether the broker let it pass
  bool publish(const std::string& topic, const std::string& payload, bool retained = false);
  /// What arrives below a filter within the time.
  std::vector<protocol::link::Message> hear(const std::string& filter, std::chrono::milliseconds time);

 private:
  bool work_until(std::chrono::milliseconds deadline, const std::function<bool()>& holds);

  boost::asio::io_context io_;
  bool entered_ = false;
  std::string refusal_;
  int delivered_ = 0;
  int failed_ = 0;
  std::vector<protocol::link::Message> heard_;
  std::unique_ptr<protocol::link::Link> link_;
};

}  // namespace loa::tests
