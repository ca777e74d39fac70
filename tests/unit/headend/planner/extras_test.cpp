#include "headend/planner/extras.hpp"

#include <gmock/gmock.h>

#include "protocol/message/check.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::planner {
namespace {

using namespace std::chrono_literals;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");

model::Catalogue ward() {
  auto all = sample::catalogue();
  all.policies = {sample::policy()};
  return all;
}

v1::Plan plan(const model::Catalogue& all, const std::vector<model::PlannedCue>& begun = {}, WallTime now = noon) {
  Settings settings;
  settings.content_url = "https://headend:8443/content/";
  return compile(all, *all.station("loa-1"), now, settings, begun).value().plan;
}

std::vector<v1::Cue> fillers_of(const v1::Plan& plan) {
  std::vector<v1::Cue> fillers;
  for (const auto& cue : plan.cues()) {
    if (cue.cue_class() == v1::CUE_CLASS_FILLER) fillers.push_back(cue);
  }
  return fillers;
}

TEST(Filler, LiesUnderEachSoundCutToItsOwnLength) {
  auto all = ward();
  EXPECT_TRUE(fillers_of(plan(all)).empty()) << "the ward has named none";
  all.filler = sample::object_of("nhac hieu");  // 10 s; the second segment has 20 s
  const auto planned = plan(all);
  EXPECT_TRUE(protocol::message::check(planned));
  const auto fillers = fillers_of(planned);
  ASSERT_EQ(fillers.size(), 60U);
  EXPECT_EQ(fillers[0].occurrence(), "lap-cho-trong/2026-11-24/050000");
  EXPECT_EQ(fillers[0].start_us(), planned.cues(0).start_us());
  EXPECT_EQ(fillers[0].duration_us(), fillers[1].duration_us());
  EXPECT_EQ(fillers[1].occurrence(), "lap-cho-trong/2026-11-24/050010");
  EXPECT_EQ(fillers[1].object(), sample::object_of("nhac hieu").view());
}

TEST(Filler, OfARunningProgrammeStaysUnderWhatIsToCome) {
  auto all = ward();
  all.filler = sample::object_of("nhac hieu");
  const auto on_air = sample::utc("2026-11-23T22:00:05Z");
  std::vector<model::PlannedCue> begun;
  const auto whole = plan(all);
  for (const auto& cue : whole.cues()) {
    const bool running = cue.occurrence() == "sang/2026-11-24/050000" || cue.start_us() < to_us(on_air);
    if (running) begun.push_back({"loa-1", cue, wall_from_us(whole.cues(0).start_us()), 1, std::nullopt});
  }
  const auto before = fillers_of(whole), after = fillers_of(plan(all, begun, on_air));
  ASSERT_GE(after.size(), 2U);
  EXPECT_EQ(after[0].SerializeAsString(), before[0].SerializeAsString());
  EXPECT_EQ(after[1].SerializeAsString(), before[1].SerializeAsString());
}

TEST(Volume, FollowsTheHourOfTheCuesStart) {
  auto all = ward();
  auto& station = all.stations[1];
  station.gain_cb = -100;
  station.volumes = {{0, 300, -900}, {300, 301, -600}};
  station.stagger = 250ms;
  const auto planned = plan(all);
  EXPECT_EQ(planned.cues(0).gain_cb(), -600) << "05:00";
  const timetable::Zone zone;
  EXPECT_EQ(gain_at(station, zone, sample::utc("2026-11-23T21:59:59Z")), -900) << "04:59:59";
  EXPECT_EQ(gain_at(station, zone, sample::utc("2026-11-23T22:01:00Z")), -100) << "05:01";
}

}  // namespace
}  // namespace loa::headend::planner
