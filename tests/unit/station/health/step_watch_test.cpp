#include "station/health/step_watch.hpp"

#include <gtest/gtest.h>
#include <sys/timerfd.h>

#include <boost/asio/io_context.hpp>

namespace loa::station::health {
namespace {

// A test may not set the machine's clock: a timer that runs out once stands for one that is cancelled by a step.
TEST(StepWatch, CallsBackOnceForEachTimeTheTimerIsReadable) {
  UniqueFd timer{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
  itimerspec past{};
  past.it_value.tv_nsec = 1;
  ASSERT_EQ(::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &past, nullptr), 0);
  const int watched = timer.get();
  boost::asio::io_context io;
  int steps = 0;
  StepWatch watch{io, UniqueFd{::dup(watched)}, [&] { ++steps; }};
  io.run_one();
  EXPECT_EQ(steps, 1);
  EXPECT_EQ(io.poll(), 0u) << "it was read: no second call for the same step";
  ASSERT_EQ(::timerfd_settime(watched, TFD_TIMER_ABSTIME, &past, nullptr), 0);
  io.run_one();
  EXPECT_EQ(steps, 2);
}

TEST(StepWatch, IsSilentWhileNobodySetsTheClock) {
  auto timer = make_step_timer();
  ASSERT_TRUE(timer) << timer.error().text;
  boost::asio::io_context io;
  int steps = 0;
  const StepWatch watch{io, std::move(*timer), [&] { ++steps; }};
  EXPECT_EQ(io.poll(), 0u);
  EXPECT_EQ(steps, 0);
}

}  // namespace
}  // namespace loa::station::health
