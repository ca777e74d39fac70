#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "firmware/sdl/load.hpp"
#include "protocol/base/file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

// What stands on the screen when the process that showed it is no more: on a real X server, seen from outside.
namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr int width = 64, height = 16;

class SignProcessEnd : public testing::Test {
 protected:
  void SetUp() override {
    Command command;
    command.argv = {"/bin/sh", "-c",
                    "exec Xvfb -displayfd 3 -nolisten tcp -screen 0 640x480x24 3>" + (folder_ / "display").string()};
    auto started = Process::start(command);
    ASSERT_TRUE(started) << started.error().text;
    server_.emplace(std::move(*started));
    ASSERT_TRUE(wait_until(20s, [this] {
      const auto number = read_file(folder_ / "display", 16);
      if (!number || number->empty() || number->back() != '\n') return false;
      display_ = ":" + number->substr(0, number->size() - 1);
      return true;
    })) << "no X server after 20 s";
  }

  /// A process that shows white until it is told to end.
  pid_t show() const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setenv("DISPLAY", display_.c_str(), 1);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigprocmask(SIG_BLOCK, &wanted, nullptr);
    auto sign = firmware::load_sdl_sign_out({.driver = "x11"});
    if (!sign || !(*sign)->open(width, height)) ::_exit(2);
    const std::vector<std::uint8_t> white(width * height * 3, 255);
    const timespec refresh{0, 50'000'000};
    while (sigtimedwait(&wanted, nullptr, &refresh) != SIGTERM) {
      if (!(*sign)->present({width, height, white})) ::_exit(3);
    }
    (*sign)->close();
    ::_exit(0);
  }

  /// White pixels on the whole screen.
  [[nodiscard]] std::int64_t lit() const {
    Command command;
    command.argv = {"ffmpeg",
                    "-v",
                    "error",
                    "-f",
                    "x11grab",
                    "-draw_mouse",
                    "0",
                    "-video_size",
                    "640x480",
                    "-i",
                    display_,
                    "-frames:v",
                    "1",
                    "-f",
                    "rawvideo",
                    "-pix_fmt",
                    "gray",
                    "-y",
                    (folder_ / "screen").string()};
    const auto finished = run(command, 30s);
    if (!finished || !finished->exit.ok()) return -1;
    const auto screen = read_file(folder_ / "screen", 1 << 20);
    return screen ? std::count(screen->begin(), screen->end(), '\xff') : -1;
  }

  void expect_dark_after(int signal) {
    const pid_t child = show();
    ASSERT_GT(child, 0);
    EXPECT_TRUE(wait_until(30s, [this] { return lit() == width * height; })) << lit() << " pixels are white";
    ASSERT_EQ(::kill(child, signal), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(wait_until(10s, [this] { return lit() == 0; })) << "a slogan that nobody answers for";
  }

  TempFolder folder_{"loa-process-end"};
  std::optional<Process> server_;
  std::string display_;
};

TEST_F(SignProcessEnd, OrderlyEndLeavesADarkScreen) { expect_dark_after(SIGTERM); }

TEST_F(SignProcessEnd, KilledProcessLeavesADarkScreen) { expect_dark_after(SIGKILL); }

}  // namespace
}  // namespace loa::tests
