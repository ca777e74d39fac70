#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <thread>

#include "protocol/base/log.hpp"
#include "station/journal/progress_mark.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/station_power/expect_exact.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

/// Runs a writer for a random while, kills it, and takes what it said into account.
void run_and_kill(const std::filesystem::path& folder, std::chrono::microseconds life, Acknowledged& known,
                  std::int64_t& marked) {
  Command command;
  command.argv = {(program_folder() / "journal_writer").string(), folder.string()};
  auto writer = Process::start(command);
  ASSERT_TRUE(writer) << writer.error().text;
  ASSERT_TRUE(wait_until(20s, [&] { return writer->out().find("proof ") != std::string::npos; })) << writer->err();
  std::this_thread::sleep_for(life);
  ASSERT_TRUE(writer->running()) << writer->err();
  writer->kill();
  std::istringstream said{writer->out()};
  for (std::string line; std::getline(said, line) && !said.eof();) {
    if (line.rfind("mark ", 0) == 0) {
      marked = std::stoll(line.substr(5));
    } else {
      known.take(line);
    }
  }
}

TEST(Killed, FiftyTimesOverLosesNoProofAndDoublesNone) {
  log::set_level(log::Level::error);
  const TempFolder folder{"loa-kill"};
  Acknowledged known;
  std::int64_t marked = 0;
  std::minstd_rand random{20261121};
  for (int round = 0; round < 50; ++round) {
    run_and_kill(folder.path(), std::chrono::microseconds{random() % 30'000}, known, marked);
    const auto journal =
        station::journal::ProofJournal::open(folder / "journal", identity, station_key(), small_segments);
    ASSERT_TRUE(journal) << journal.error().text;
    expect_exact(*journal, known, fmt::format("round {}", round));
    if (HasFatalFailure()) return;
    // What was written and not said is part of the chain from now on.
    const auto unsaid = journal->waiting(known.last(), 10);
    ASSERT_TRUE(unsaid);
    for (const auto& one : *unsaid) known.digests[one.number] = digest_of(one.sealed).hex();
    known.receipted = journal->through();

    const auto mark = station::journal::ProgressMark::open(folder / "audio.mark");
    ASSERT_TRUE(mark && mark->recovered()) << "the mark was lost in round " << round;
    EXPECT_GE(mark->recovered()->to_us(), marked);
    EXPECT_LE(mark->recovered()->to_us(), marked + 20);
  }
  EXPECT_GE(known.last(), 50u) << "there was something to lose";
  RecordProperty("proofs", static_cast<int>(known.last()));
}

}  // namespace
}  // namespace loa::tests
