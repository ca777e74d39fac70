#include <gtest/gtest.h>

#include "protocol/base/log.hpp"
#include "tests/system/power_cuts/office/run.hpp"

namespace loa::tests {
namespace {

class PowerCuts : public testing::Test {
 protected:
  PowerCuts() { log::set_level(log::Level::error); }
  static PowerRunResult run(const PowerRun& run) {
    return run_power_cuts(run, [](const PowerRunResult&) {});
  }
};

TEST_F(PowerCuts, FiveHundredOfRealProcessesLoseNothingAndDoubleNothing) {
  PowerRun cuts;
  cuts.cuts = 500;
  cuts.seed = 3 + static_cast<std::uint64_t>(GTEST_FLAG_GET(random_seed));
  const auto result = run(cuts);
  for (const auto& broken : result.broken) {
    for (const auto& finding : broken.findings)
      ADD_FAILURE() << finding.kind << ": " << finding.text << "\n  again with: " << broken.replay;
  }
  EXPECT_EQ(result.tally.cuts, 500U);
  EXPECT_GT(result.tally.proofs, 500U) << "there was something to lose";
  for (const char* room : {"journal segment", "journal receipt", "plan", "objects", "objects, temporary"}) {
    for (const char* where : {"before sync", "after sync"})
      EXPECT_GT(result.tally.places.count({room, where}), 0U) << "no cut " << where << " of the " << room;
  }
  std::printf("%s\n%s\n", result.places().c_str(), result.totals().c_str());
}

// ---- the judge can say no -----------------------------------------------------------------------------------------

TEST_F(PowerCuts, ADiskWhoseSyncDoesNothingIsFoundOut) {
  PowerRun lying;
  lying.lie = "sync";
  lying.stop_at_first = true;
  const auto result = run(lying);
  EXPECT_GT(result.count("lost") + result.count("failed"), 0U) << result.totals();
}

TEST_F(PowerCuts, ADiskThatForgetsNamesIsFoundOut) {
  PowerRun lying;
  lying.lie = "folder-sync";
  lying.stop_at_first = true;
  const auto result = run(lying);
  EXPECT_GT(result.count("lost") + result.count("old"), 0U) << result.totals();
}

}  // namespace
}  // namespace loa::tests
