#include "station/sync/fetch_program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include "protocol/base/file.hpp"
#include "station/fetch/confine.hpp"
#include "station/sync/content_fetcher.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/station_sync/tiny_server.hpp"

namespace loa::station::sync {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::size_t size = 300'000;
const auto never = [] { return false; };

/// loa-fetch processes that this test has started.
std::vector<pid_t> children() {
  std::vector<pid_t> found;
  for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
    std::ifstream pids{thread.path() / "children"};
    for (pid_t pid = 0; pids >> pid;) {
      std::error_code gone;
      if (fs::read_symlink(fmt::format("/proc/{}/exe", pid), gone).filename() == "loa-fetch") found.push_back(pid);
    }
  }
  return found;
}

class FetchProgramTest : public ::testing::Test {
 protected:
  fs::path script(const std::string& text) {
    auto file = folder_ / "program";
    EXPECT_TRUE(save_file(file, "#!/bin/sh\n" + text, 0700));
    return file;
  }
  FetchProgram::Outcome fetch(const FetchProgram& program, const std::string& url) {
    return program.fetch(url + "object", partial_, size, never);
  }
  /// Runs a script in the place of loa-fetch. @return what the station says of it
  std::string run_script(const std::string& text, FetchSettings settings = {}) {
    settings.program = script(text);
    const auto outcome = fetch(FetchProgram{settings}, "http://127.0.0.1:1/");
    EXPECT_FALSE(outcome.result);
    return outcome.result ? "" : outcome.result.error().text;
  }

  tests::TempFolder folder_;
  const fs::path partial_ = folder_ / "partial";
  const std::string object_ = std::string(size, 'o');
};

TEST_F(FetchProgramTest, WhatAKilledProcessHadBroughtIsContinued) {
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    const std::string whole = proper_answer(request, object_);
    peer.send(nth == 0 ? whole.substr(0, 100'000) : whole);
    if (nth == 0) peer.wait_until_gone();
  }};
  const FetchProgram program{{}};
  auto first = std::async(std::launch::async, [&] { return fetch(program, server.url()); });
  std::error_code none;
  ASSERT_TRUE(tests::wait_until(10s, [&] { return fs::file_size(partial_, none) > 90'000 && !none; }));
  const auto running = children();
  ASSERT_EQ(running.size(), 1u);
  ::kill(running.front(), SIGKILL);
  const auto killed = first.get();
  ASSERT_FALSE(killed.result);
  EXPECT_EQ(killed.result.error().text, "loa-fetch ended without a verdict");
  EXPECT_TRUE(killed.progressed);
  EXPECT_TRUE(fetch(program, server.url()).result);
  EXPECT_GT(server.requests()[1].from.value_or(0), 90'000u);
  EXPECT_EQ(*read_file(partial_, size), object_);
}

TEST_F(FetchProgramTest, AMissingProgramIsSaidInOneSentence) {
  FetchSettings settings;
  settings.program = folder_ / "nowhere";
  const auto outcome = fetch(FetchProgram{settings}, "http://127.0.0.1:1/");
  ASSERT_FALSE(outcome.result);
  EXPECT_EQ(outcome.result.error().code, ErrorCode::missing);
  EXPECT_EQ(outcome.result.error().text, "the program loa-fetch is not there or may not be run (" +
                                             (folder_ / "nowhere").string() + "); install it again");
}

TEST_F(FetchProgramTest, AProcessThatHangsIsKilled) {
  FetchSettings settings;
  settings.silence_limit = 200ms;
  // It ignores what can be ignored, and tells its number before it hangs.
  const auto said = run_script("trap '' TERM INT HUP PIPE\necho $$ > $(dirname $0)/pid\nexec sleep 1000\n", settings);
  EXPECT_EQ(said, "loa-fetch hung for 200 ms and was killed");
  const auto pid = read_file(folder_ / "pid", 100);
  ASSERT_TRUE(pid);
  EXPECT_EQ(::kill(std::stoi(*pid), 0), -1) << "it is gone, and reaped";
}

TEST_F(FetchProgramTest, AProcessThatTalksForEverIsNotHeardOut) {
  const auto said = run_script("exec yes\n");
  EXPECT_EQ(said.find("loa-fetch ended without a verdict; it said: y y y"), 0u) << said;
}

TEST_F(FetchProgramTest, ItGetsNeitherDescriptorsNorSecrets) {
  constexpr int open_fd = 77;  // as a socket that somebody forgot to close on exec
  ASSERT_EQ(::dup2(STDERR_FILENO, open_fd), open_fd);
  ::setenv("LOA_TEST_SECRET", "geheim", 1);
  const auto said = run_script("[ -e /proc/$$/fd/77 ] && echo leaked\nexec env\n");
  ::close(open_fd);
  ::unsetenv("LOA_TEST_SECRET");
  EXPECT_EQ(said.find("leaked"), std::string::npos) << said;
  EXPECT_EQ(said.find("geheim"), std::string::npos) << said;
  EXPECT_NE(said.find("PWD"), std::string::npos) << said << ": the shell's own variable shows that env ran";
}

TEST_F(FetchProgramTest, AProcessThatLiesIsNotBelieved) {
  FetchSettings settings;
  settings.first_wait = 10ms;
  settings.program = script("echo ok\n");
  std::promise<Fetched> told;
  const auto object = protocol::crypto::sha256(object_);
  {
    ContentFetcher fetcher{folder_ / "store", settings, [](const auto& function) { function(); },
                           [&, once = true](const Fetched& fetched) mutable {
                             if (std::exchange(once, false)) told.set_value(fetched);
                           }};
    fetcher.want("http://127.0.0.1:1/", {{object, size, {}}});
    EXPECT_FALSE(told.get_future().get().result);
  }
  EXPECT_FALSE(content::store::ObjectStore::open(folder_ / "store")->has(object));
}

TEST_F(FetchProgramTest, ItDiesWithWhoeverStartedIt) {
  std::promise<void> asked;
  std::promise<void> gone;
  TinyServer server{[&](const Request&, int, const Peer& peer) {
    asked.set_value();
    peer.wait_until_gone();
    gone.set_value();
  }};
  const auto program = tests::program_folder() / "loa-fetch";
  auto parent = tests::Process::start({.argv = {"/bin/sh", "-c",
                                                fmt::format("{} url={}object partial={} bytes={} & wait",
                                                            program.string(), server.url(), partial_.string(), size)}});
  ASSERT_TRUE(parent);
  ASSERT_EQ(asked.get_future().wait_for(10s), std::future_status::ready);
  parent->signal(SIGKILL);  // to the shell alone
  EXPECT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(FetchProgramTest, ConfinedItWritesOnlyItsPartAndReadsOnlyTheSystemAndTheAuthority) {
  const auto key = folder_ / "station.key";
  const auto authority = folder_ / "ca.pem";
  for (const auto& file : {key, authority}) ASSERT_TRUE(save_file(file, "text", 0600));
  FetchJob job;
  job.partial = partial_;
  job.ca_file = authority;
  job.bytes = 10;
  const auto opens = [](const fs::path& file, int how) { return UniqueFd{::open(file.c_str(), how, 0600)}.valid(); };
  EXPECT_EXIT(
      {
        const auto confined = fetch::confine(job);
        std::string wrong;
        if (!confined || !*confined) wrong += "not confined; ";
        if (opens(key, O_RDONLY)) wrong += "reads a key; ";
        if (opens(key, O_WRONLY)) wrong += "writes a key; ";
        if (opens(folder_ / "new", O_WRONLY | O_CREAT)) wrong += "makes a file; ";
        if (::unlink(key.c_str()) == 0) wrong += "removes a file; ";
        if (::execl("/bin/true", "true", nullptr) == 0) wrong += "starts a program; ";
        if (!opens(authority, O_RDONLY)) wrong += "cannot read the authority; ";
        if (!opens("/etc/passwd", O_RDONLY)) wrong += "cannot read the system; ";
        const UniqueFd part{::open(partial_.c_str(), O_WRONLY)};
        if (::write(part.get(), "0123456789", 10) != 10) wrong += "cannot write its part; ";
        if (::write(part.get(), "x", 1) == 1) wrong += "writes beyond the size; ";
        std::fputs(wrong.c_str(), stderr);
        std::_Exit(wrong.empty() ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "^$");
}

}  // namespace
}  // namespace loa::station::sync
