#include "station/health/step_watch.hpp"

#include <fcntl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <limits>

namespace loa::station::health {

Result<UniqueFd> make_step_timer() {
  UniqueFd timer{::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<std::int32_t>::max();  // 2038, and then once
  never.it_interval.tv_sec = never.it_value.tv_sec;
  if (!timer.valid() ||
      ::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) != 0) {
    return fail(ErrorCode::io, "cannot make a timer that tells when the clock is set: {}", errno_text());
  }
  return timer;
}

StepWatch::StepWatch(boost::asio::io_context& io, UniqueFd timer, std::function<void()> stepped)
    : timer_(io, ::fcntl(timer.get(), F_DUPFD_CLOEXEC, 0)), stepped_(std::move(stepped)) {
  wait();
}

void StepWatch::wait() {
  timer_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    std::uint64_t expirations = 0;
    // ECANCELED is the news; the timer stays armed for the next time.
    [[maybe_unused]] const auto got = ::read(timer_.native_handle(), &expirations, sizeof expirations);
    stepped_();
    wait();
  });
}

}  // namespace loa::station::health
