// A real chronyd with settings, port and folder of its own; its source is another one.
#include <gtest/gtest.h>

#include "firmware/clock/system_clock.hpp"
#include "tests/support/chronyd.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

class ChronyTest : public testing::Test {
 protected:
  /// @return its command port, once it answers
  std::uint16_t start(const std::string& name, const std::string& settings) {
    const int port = free_port();
    auto process = start_chronyd(folder_ / (name + ".conf"),
                                 fmt::format("{}\ncmdport {}\nbindcmdaddress 127.0.0.1", settings, port));
    EXPECT_TRUE(process) << process.error().text;
    if (process) processes_.push_back(std::move(*process));
    const auto answers = [&] {
      return firmware::ChronyClient{static_cast<std::uint16_t>(port), MonoTime{}}.report(MonoTime{}).has_value();
    };
    EXPECT_TRUE(wait_until(10s, answers)) << processes_.back().err();
    return static_cast<std::uint16_t>(port);
  }

  TempFolder folder_{"loa-chrony"};
  std::vector<Process> processes_;
};

TEST_F(ChronyTest, ItsOwnReportMakesTheGradeAndTheBound) {
  const int ntp = free_port();
  start("source", fmt::format("local stratum 5\nport {}\nbindaddress 127.0.0.1\nallow 127.0.0.1", ntp));
  const auto port = start("station", fmt::format("server 127.0.0.1 port {} iburst minpoll -2 maxpoll -2\nport 0", ntp));
  firmware::ClockReading reading;
  EXPECT_TRUE(wait_until(20s,
                         [&] {
                           reading = firmware::SystemClock{{.chrony_port = port, .assumed = {}}}.read();
                           return reading.now.grade == ClockGrade::disciplined && reading.error_bound > 0us &&
                                  reading.error_bound < 100ms;
                         }))
      << name_of(reading.now.grade) << ", " << reading.error_bound.count() << " us";
}

TEST_F(ChronyTest, WithoutASourceTheClockIsNotSetWhateverTheKernelThinks) {
  const auto port = start("alone", "port 0");
  EXPECT_EQ(firmware::SystemClock({.chrony_port = port, .assumed = {}}).read().now.grade, ClockGrade::none);
  const auto own = start("own", "local stratum 3\nport 0");
  EXPECT_EQ(firmware::SystemClock({.chrony_port = own, .assumed = {}}).read().now.grade, ClockGrade::none);
}

TEST_F(ChronyTest, WhenItIsGoneItsWordHoldsForAWhileAndThenTheKernelIsAsked) {
  const auto port = start("alone", "port 0");
  firmware::ChronyClient client{port, MonoTime{0s}};
  ASSERT_TRUE(client.report(MonoTime{1s}));
  processes_.back().kill();
  EXPECT_TRUE(client.report(MonoTime{149s}));
  EXPECT_FALSE(client.report(MonoTime{151s}));
  EXPECT_FALSE((firmware::ChronyClient{port, MonoTime{0s}}.report(MonoTime{0s})));
  firmware::SystemClock fallen_back{{.chrony_port = port, .assumed = {}}};
  firmware::SystemClock kernel{{.chrony_port = {}, .assumed = {}}};
  EXPECT_EQ(fallen_back.read().now.grade, kernel.read().now.grade);
}

TEST_F(ChronyTest, ItIsAskedAgainOnceItIsBack) {
  const auto port = start("alone", "port 0");
  firmware::ChronyClient client{port, MonoTime{0s}};
  const auto first = client.report(MonoTime{1s});
  ASSERT_TRUE(first);
  client.report(MonoTime{6s});  // asks again
  std::optional<firmware::ChronyReport> later;
  EXPECT_TRUE(wait_until(5s, [&] {
    later = client.report(MonoTime{152s});  // the first answer is too old by now
    return later.has_value();
  }));
}

}  // namespace
}  // namespace loa::tests
