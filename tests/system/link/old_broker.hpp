#pragma once
#include <atomic>
#include <thread>

#include "protocol/base/file.hpp"

namespace loa::tests {

/// The few bytes of a broker that today's packages no longer offer: one that does not know MQTT 5, or never answers.
class OldBroker {
 public:
  enum class Manner {
    silent,         ///< takes connections and says nothing
    refuses_5,      ///< answers MQTT 5 with the CONNACK of MQTT 3.1.1 "unacceptable protocol version" (§3.2.2.3)
    hangs_up_on_5,  ///< closes the connection, as MQTT 3.1.1 §3.1.2.2 allows
  };
  explicit OldBroker(Manner manner);
  ~OldBroker();
  [[nodiscard]] int port() const { return port_; }

 private:
  void run();
  void serve(const UniqueFd& client);
  Manner manner_;
  UniqueFd listener_;
  int port_ = 0;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace loa::tests
