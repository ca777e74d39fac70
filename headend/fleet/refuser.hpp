#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>
#include <string>

#include "headend/dispatch/outlet.hpp"
#include "headend/fleet/refusals.hpp"
#include "protocol/base/result.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::fleet {

/// What becomes of messages that nobody acts on: they are told in sums, and what the broker keeps of them is taken off,
/// so that a stolen login leaves nothing that comes again at every connect.
class Refuser {
 public:
  /// @param outlet  where an empty message takes the place of a refused one
  Refuser(boost::asio::io_context& io, dispatch::Outlet outlet);

  /// @param event  of the log: "message.refused"
  /// @param topic  as it came; one of this ward's stations
  /// @param why    exists: a repeat of what was taken, which may stay where it is
  void refuse(const char* event, const std::string& topic, bool retained, const Error& why);
  void stop();

  /// So many topics are emptied in a second, and so many wait for it; others come again with the next connect.
  static constexpr std::size_t most_swept = 20, most_waiting = 10'000;

 private:
  void tell_later();
  void tell();
  void sweep_later();
  void sweep();

  dispatch::Outlet outlet_;
  boost::asio::steady_timer minute_, second_;
  Refusals refusals_;
  bool waits_ = false;
  bool stopped_ = false;
  std::set<std::string> dirty_;  ///< topics to be emptied
};

}  // namespace loa::headend::fleet
