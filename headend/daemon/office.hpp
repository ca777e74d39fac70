#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "headend/ward/ward.hpp"

namespace loa::headend::daemon {

/// The running head-end of one ward: broker, link, publisher, ledger and HTTPS on one io_context.
class Office {
 public:
  /// @param ready  called once, when stations can connect and fetch
  Office(boost::asio::io_context& io, ward::Ward ward, std::function<void()> ready);
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  /// @error busy: another head-end runs for this ward, or a port is taken · missing: no mosquitto · of the store, the
  /// keys
  ///        and the certificate
  Result<void> start();
  /// The reverse of start(): commits and receipts what has come, then says goodbye. Blocks at most some seconds.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace loa::headend::daemon
