#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "headend/ward/ward.hpp"
#include "protocol/link/link.hpp"

namespace loa::tests {

/// A client of the ward's broker with the head-end's login: hears everything of the ward, and may publish anything.
/// What an onlooker needs, and what an attacker has who stole that login.
class Wire {
 public:
  /// Connects and subscribes; the head-end must be running, or about to.
  /// @error whatever the ward's folder lacks · timeout: not connected within 15 s
  static Result<std::unique_ptr<Wire>> open(const std::filesystem::path& ward_folder);
  ~Wire();

  /// Returns when the broker has it. QoS 1.
  /// @error timeout
  Result<void> publish(const std::string& topic, const std::string& payload, bool retained = false);

  /// Everything heard so far, in order.
  [[nodiscard]] std::vector<protocol::link::Message> heard() const;
  /// Payloads of one topic.
  [[nodiscard]] std::vector<std::string> heard(const std::string& topic) const;
  [[nodiscard]] const headend::ward::Ward& ward() const;

 private:
  struct State;
  explicit Wire(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace loa::tests
