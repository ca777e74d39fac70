#include "tests/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

bool is_alive(const std::string& pid) { return std::filesystem::exists("/proc/" + pid + "/exe"); }

TEST(Process, HandsBackStatusAndBothOutputs) {
  const auto done = run({.argv = {"sh", "-c", "cat; echo to-err >&2; exit 3"}, .in = "from-in"});
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->exit.status, 3);
  EXPECT_EQ(done->out, "from-in");
  EXPECT_EQ(done->err, "to-err\n");
}

TEST(Process, SetsAndRemovesEnvironment) {
  ::setenv("LOA_TEST_GONE", "1", 1);
  const auto done =
      run({.argv = {"sh", "-c", "echo $LOA_TEST_NEW-$LOA_TEST_GONE"}, .env = {"LOA_TEST_NEW=new", "LOA_TEST_GONE"}});
  EXPECT_EQ(done->out, "new-\n");
}

TEST(Process, SaysWhichProgramIsMissing) {
  const auto done = run({.argv = {"/no/such/program"}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::missing);
  EXPECT_THAT(done.error().text, HasSubstr("/no/such/program: No such file"));
}

TEST(Process, ReportsTheSignalThatEndedIt) {
  auto process = *Process::start({.argv = {"sleep", "60"}});
  EXPECT_TRUE(process.running());
  process.signal(SIGKILL);
  const auto exit = process.wait(5s);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->signal, SIGKILL);
}

TEST(Process, GivesUpWaitingAtTheDeadline) {
  auto process = *Process::start({.argv = {"sleep", "60"}});
  EXPECT_FALSE(process.wait(20ms));
  EXPECT_TRUE(process.running());
}

TEST(Process, TakesItsChildrenAlong) {
  std::string grandchild;
  {
    auto process = *Process::start({.argv = {"sh", "-c", "sleep 60 & echo $!; wait"}});
    ASSERT_TRUE(wait_until(5s, [&] { return process.out().find('\n') != std::string::npos; }));
    grandchild = process.out().substr(0, process.out().find('\n'));
    ASSERT_TRUE(is_alive(grandchild));
  }
  EXPECT_TRUE(wait_until(5s, [&] { return !is_alive(grandchild); }));
}

TEST(Process, TellsWhatALivingProcessUses) {
  auto process = *Process::start({.argv = {"sh", "-c", "while :; do :; done"}});
  EXPECT_TRUE(wait_until(10s, [&] { return usage_of(process.pid())->cpu >= 50ms; }));
  EXPECT_GT(usage_of(process.pid())->resident_bytes, 100'000U);
  EXPECT_GT(usage_of(process.pid())->private_bytes, 10'000U);
  const auto pid = process.pid();
  process.kill();
  EXPECT_FALSE(usage_of(pid));
}

TEST(TempFolder, GoesWithItsContent) {
  std::filesystem::path path;
  {
    const TempFolder folder;
    path = folder.path();
    ASSERT_TRUE(save_file(folder / "x", "y"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SourceFolder, IsTheCheckoutAboveTheBuild) {
  EXPECT_TRUE(std::filesystem::exists(source_folder() / "tests/support/process.hpp"));
}

}  // namespace
}  // namespace loa::tests
