#include <gmock/gmock.h>

#include <array>
#include <random>

#include "headend/planner/comparison.hpp"
#include "headend/planner/planner.hpp"
#include "headend/planner/sign_cues.hpp"
#include "headend/publisher/record.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/playlist.hpp"
#include "tests/unit/headend/sample_store.hpp"

// A sign follows an edit of its slogans within seconds, and what was promised stays exact through it.
namespace loa::headend::planner {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const WallTime dawn = sample::utc("2026-11-23T22:00:00Z");    // Tuesday 05:00 local
const WallTime during = sample::utc("2026-11-23T23:05:20Z");  // 06:05:20
constexpr std::array<const char*, 4> page_names{"page", "strip", "c", "d"};

/// A ward whose sign shows from 06:00 to 07:00 what stands in the catalogue, and what its store promised so far.
class SignEdit : public testing::Test {
 protected:
  SignEdit() {
    all_.policies = {sample::policy()};
    for (const char* name : {"c", "d"}) all_.contents.push_back(sample::picture(name, {192, 32}, 192));
    std::sort(all_.contents.begin(), all_.contents.end(), [](auto& one, auto& two) { return one.object < two.object; });
    all_.slogans = {sample::slogan("a", "page"), sample::slogan("b", "strip")};
    sample::fill(store_, all_);
  }

  static model::Slogan slogan(const std::string& id, const std::string& picture) {
    auto made = sample::slogan(id, picture);
    made.scroll_px_s = 0;
    return made;
  }

  /// Plans, keeps the promise, and hands back the plan.
  v1::Plan plan(WallTime now) {
    const auto begun =
        store_.promises().begun("bang-1", now - settings_.near_past, promised_until(now, settings_)).value();
    auto planned = compile(all_, *all_.station("bang-1"), now, settings_, begun).value();
    EXPECT_TRUE(publisher::record_plan(store_, {"bang-1", ++sequence_, now, now + std::chrono::days{31}, "sealed"},
                                       planned.cues));
    return planned.plan;
  }

  /// "06:00:00–06:05:23 page strip", local times; of the cues that touch a stretch.
  static std::vector<std::string> words(const v1::Plan& plan, WallTime from, WallTime to) {
    std::vector<std::string> lines;
    for (const auto& cue : plan.cues()) {
      if (cue.start_us() + cue.duration_us() <= to_us(from) || cue.start_us() >= to_us(to)) continue;
      lines.push_back(words(cue));
    }
    return lines;
  }
  static std::string words(const v1::Cue& cue) {
    std::string line = clock(cue.start_us()) + "-" + clock(cue.start_us() + cue.duration_us());
    for (const auto& page : cue.pages()) line += " " + name_of(page.object());
    return line;
  }
  static std::string clock(std::int64_t us) { return format_utc(wall_from_us(us) + 7h).substr(11, 8); }
  static std::string name_of(const std::string& object) {
    for (const char* name : page_names) {
      if (sample::object_of(name).view() == object) return name;
    }
    return "?";
  }

  /// The page that stands on the sign; empty: dark.
  static std::string standing(const v1::Plan& plan, WallTime at) {
    for (const auto& cue : plan.cues()) {
      if (cue.start_us() > to_us(at) || cue.start_us() + cue.duration_us() <= to_us(at)) continue;
      const auto turn = protocol::message::turn_at(cue, to_us(at));
      return name_of(protocol::message::page_of(cue, turn.page).object());
    }
    return "";
  }

  model::Catalogue all_ = sample::catalogue();
  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Settings settings_ = [] {
    Settings made;
    made.content_url = "https://headend:8443/content/";
    return made;
  }();
  std::uint64_t sequence_ = 0;
};

TEST_F(SignEdit, ANewSloganHasTheFirstTurnWithinFiveSeconds) {
  plan(dawn);
  all_.slogans.push_back(slogan("c", "c"));
  const auto edited = plan(during);
  EXPECT_THAT(words(edited, during - 1min, during + 1min),
              ElementsAre("06:00:00-06:05:22 page strip", "06:05:22-06:29:36 c page strip"));
  EXPECT_EQ(standing(edited, during + 5s), "c");
  EXPECT_TRUE(protocol::message::check(edited));
}

TEST_F(SignEdit, ARemovedSloganIsGoneAndThePageThatStandsGoesOn) {
  plan(dawn);
  const auto before = plan(during);
  ASSERT_EQ(standing(before, during + 2s - 1us), "strip");
  all_.slogans.erase(all_.slogans.begin());
  const auto edited = plan(during);
  EXPECT_THAT(words(edited, during - 1min, during + 1min),
              ElementsAre("06:00:00-06:05:22 page strip", "06:05:22-06:29:44 strip"));
}

TEST_F(SignEdit, AfterARemovalTheNextOneOfTheOldOrderStands) {
  all_.slogans = {slogan("a", "page"), slogan("c", "c"), slogan("d", "d")};
  plan(dawn);
  const auto at = dawn + 1h + 4s;  // 06:00:04, the change is obeyed in the turn of the first page
  all_.slogans.erase(all_.slogans.begin());
  EXPECT_THAT(words(plan(at), at, at + 1min), ElementsAre("06:00:00-06:00:06 page c d", "06:00:06-06:30:00 c d"));
}

TEST_F(SignEdit, TheLastSloganRemovedLeavesTheSignDark) {
  plan(dawn);
  all_.slogans.clear();
  const auto edited = plan(during);
  EXPECT_THAT(words(edited, during, during + 24h), ElementsAre("06:00:00-06:05:22 page strip"));
}

TEST_F(SignEdit, TheFirstSloganIsSeenWithinFiveSeconds) {
  all_.slogans.clear();
  plan(dawn);
  all_.slogans = {slogan("c", "c")};
  EXPECT_EQ(standing(plan(during), during + 2s), "c");
}

TEST_F(SignEdit, WhatIsNotEditedIsNotTouched) {
  const auto first = plan(dawn);
  EXPECT_TRUE(same_orders(first, plan(during), during));
  all_.programmes.clear();
  EXPECT_EQ(words(plan(during + 1min), during, during + 1h), words(first, during, during + 1h));
}

TEST_F(SignEdit, APlanMadeAgainAfterAnEditSaysTheSame) {
  plan(dawn);
  all_.slogans.push_back(slogan("c", "c"));
  auto before = plan(during);
  for (const auto later : {100ms, 1'900ms, 2s + 0ms, 3s + 0ms, 30s + 0ms, 1'400s + 0ms, 1'500s + 0ms, 3'000s + 0ms}) {
    const auto after = plan(during + later);
    EXPECT_TRUE(same_orders(before, after, during + later)) << later.count() << " ms after the edit";
    before = after;
  }
}

TEST_F(SignEdit, HoursThatBeginInTheMiddleOfARunningCueAreKept) {
  plan(dawn);
  auto short_one = slogan("c", "c");
  short_one.from = 6h + 10min, short_one.to = 6h + 12min;
  all_.slogans.push_back(short_one);
  const auto edited = plan(during);
  EXPECT_THAT(
      words(edited, during, during + 8min),
      ElementsAre("06:00:00-06:10:00 page strip", "06:10:00-06:12:00 page strip c", "06:12:00-06:41:36 page strip"));
}

TEST_F(SignEdit, ASecondEditLeavesWhatTheFirstOnePromised) {
  plan(dawn);
  all_.slogans.push_back(slogan("c", "c"));
  plan(during);
  all_.slogans.push_back(slogan("d", "d"));
  const auto edited = plan(during + 100ms);
  EXPECT_THAT(words(edited, during, during + 1min),
              ElementsAre("06:00:00-06:05:22 page strip", "06:05:22-06:05:23 c page strip",
                          "06:05:23-06:29:38 d page strip c"));
}

TEST_F(SignEdit, ACueThatIsAboutToBeginKeepsItsPromiseAndIsCutInstead) {
  plan(dawn);
  all_.slogans.erase(all_.slogans.begin());
  const auto at = dawn + 1h - 1500ms;  // a station may have armed what begins at 06:00
  const auto edited = plan(at);
  EXPECT_THAT(words(edited, at, at + 1min), ElementsAre("06:00:00-06:00:01 page strip", "06:00:01-06:29:44 strip"));
}

TEST_F(SignEdit, TheReportsSumStaysThatOfTheHour) {
  plan(dawn);
  std::mt19937 random{7};
  for (auto now = dawn + 1h + 1min; now < dawn + 2h - 1min; now += std::chrono::seconds{random() % 40}) {
    all_.slogans.clear();
    for (std::size_t i = 0; i < 4; ++i) {
      if (random() % 2 == 0 || i == 3) all_.slogans.push_back(slogan(page_names[i], page_names[i]));
    }
    const auto made = plan(now);
    ASSERT_TRUE(protocol::message::check(made));
    ASSERT_NE(standing(made, now + 4s), "");
  }
  Micros promised{0};
  WallTime end = dawn + 1h;
  const auto cues = store_.promises().in({dawn, dawn + 2h}, "bang-1").value();
  for (const auto& one : cues) {
    if (one.cancelled || one.cue.medium() != v1::MEDIUM_SIGN) continue;
    ASSERT_EQ(wall_from_us(one.cue.start_us()), end) << "no hole and no overlap in what was promised";
    end += Micros{one.cue.duration_us()};
    promised += Micros{one.cue.duration_us()};
  }
  EXPECT_EQ(promised, 1h);
}

}  // namespace
}  // namespace loa::headend::planner
