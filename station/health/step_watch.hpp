#pragma once
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

#include "protocol/base/file.hpp"
#include "protocol/base/result.hpp"

namespace loa::station::health {

/// A timer that becomes readable when somebody sets the wall clock (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET), and
/// never else.
/// @error io · unsupported
Result<UniqueFd> make_step_timer();

/// Calls back each time the wall clock was set, so that nobody must ask for it every second.
class StepWatch {
 public:
  /// @param timer    make_step_timer()
  /// @param stepped  called on the io thread; not after the destructor
  StepWatch(boost::asio::io_context& io, UniqueFd timer, std::function<void()> stepped);

 private:
  void wait();
  boost::asio::posix::stream_descriptor timer_;
  std::function<void()> stepped_;
};

}  // namespace loa::station::health
