#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headend/ward/ward.hpp"

/// The ward's private MQTT broker, kept alive.
namespace loa::headend::broker {

/// One login of a station.
struct Login {
  std::string station;        ///< id
  std::string password_hash;  ///< ward::hash_password()
  bool operator==(const Login&) const = default;
};

/// Starts mosquitto from generated files, starts it again when it ends, and takes it along when the head-end ends, even
/// by SIGKILL. All calls and callbacks on the io_context's one thread; never blocks it.
class Broker {
 public:
  struct Events {
    /// The listener answers: connect now.
    std::function<void()> ready;
    /// It ended by itself and will be started again after a back-off of 0.2 … 10 s.
    std::function<void(const std::string& reason)> lost;
  };

  /// @param ward  outlives the broker
  Broker(boost::asio::io_context& io, const ward::Ward& ward, Events events);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// Writes the files and starts the process. A broker that an earlier head-end left behind is not touched: its port is
  /// busy then, and lost() says so.
  /// @error missing: no mosquitto on this machine · io
  Result<void> start(const std::vector<Login>& logins);
  /// Writes password and access lists anew and tells mosquitto (SIGHUP), when the logins differ from what it has. Cheap
  /// when nothing changed: call it whenever stations may have been added or removed.
  /// @error io
  Result<void> reload(const std::vector<Login>& logins);
  /// SIGTERM, at most two seconds, then SIGKILL. Blocks; the last act of a shutdown.
  void stop();

  /// Process id, or 0 while there is none.
  [[nodiscard]] int pid() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with the handlers still queued
};

/// Where mosquitto is, searching PATH and the sbin folders.
/// @error missing
Result<std::filesystem::path> find_mosquitto();

}  // namespace loa::headend::broker
