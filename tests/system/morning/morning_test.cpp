#include <gtest/gtest.h>

#include <cmath>

#include "tests/rehearsal/verdict.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

TEST(Morning, IsHeardSeenProvedAndReportedAsItWas) {
  const TempFolder folder{"loa-morning"};
  auto morning = Morning::prepare(folder.path(), source_folder() / "content/samples",
                                  [](const std::string& line) { std::puts(line.c_str()); });
  ASSERT_TRUE(morning) << morning.error().text;
  const auto aired = (*morning)->air();
  ASSERT_TRUE(aired) << aired.error().text;
  const auto verdict = judge(**morning);
  ASSERT_TRUE(verdict) << verdict.error().text;

  EXPECT_EQ(verdict->unexplained, 0U);
  EXPECT_EQ(verdict->planned, verdict->accounted);
  EXPECT_GE(verdict->planned, 3U * 6U + 2U);
  EXPECT_LE(verdict->worst_report_error_s, 0.020) << "the report says what the horns said";
  EXPECT_LE(verdict->worst_start_spread_us, 1'000);
  EXPECT_LE(verdict->worst_spread_us, 1'000);
  ASSERT_EQ(verdict->heard.size(), 18U);
  for (const auto& heard : verdict->heard) {
    SCOPED_TRACE(heard.cue.station + " " + heard.cue.title);
    std::printf("%s %-24s heard %7.3f s, reported %7.3f s, of %7.3f s; start %7.1f us, max %6.1f us\n",
                heard.cue.station.c_str(), heard.cue.title.c_str(), heard.match.heard_s, heard.cue.reported_s,
                static_cast<double>(heard.cue.duration_us) / 1e6, heard.match.start_error_us.value_or(NAN),
                heard.match.max_offset_us);
    EXPECT_TRUE(heard.match.strays.empty()) << "nothing is repeated, nothing is elsewhere";
    EXPECT_LE(heard.match.max_offset_us, 1'000);
    if (heard.cue.station != "cum-01") {  // only the killed one has a hole
      EXPECT_LT(heard.match.lost_s, 0.005);
    }
  }
  ASSERT_FALSE(verdict->pages.empty());
  for (const auto& page : verdict->pages) {
    EXPECT_TRUE(page.exact) << page.cue.station << ": the approved pixels are the displayed pixels";
  }
}

}  // namespace
}  // namespace loa::tests
