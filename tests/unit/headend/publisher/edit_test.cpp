#include "headend/publisher/edit.hpp"
#include "headend/fleet/keep.hpp"

#include <gmock/gmock.h>

#include "protocol/message/check.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");

/// The sample ward; its sign hangs in group to-1.
class EditTest : public testing::Test {
 protected:
  void SetUp() override {
    auto all = sample::catalogue();
    all.policies = {sample::policy()};
    sample::fill(store_, all);
  }

  static planner::Settings settings() {
    planner::Settings made;
    made.content_url = "https://headend:8443/content/";
    return made;
  }
  Result<Outlook> keep(const store::Work& work) { return edit(store_, settings(), noon, work); }
  Result<void> put_slogan(int number, model::Validity validity = {}) {
    const auto name = fmt::format("khau-hieu-{:03}", number);
    LOA_TRY(store_.library().put(sample::picture(name, {192, 32}, 192)));
    auto slogan = sample::slogan(name, name);
    slogan.from = 0s;
    slogan.to = 24h;
    slogan.validity = validity;
    return store_.schedule().put_slogan(slogan);
  }
  void fill_sign(int slogans) {
    ASSERT_TRUE(store_.write([&](store::Unit&) -> Result<void> {
      for (int i = 0; i < slogans; ++i) LOA_TRY(put_slogan(i));
      return {};
    }));
  }
  std::size_t slogans() { return store_.catalogue().value().slogans.size(); }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
};

TEST_F(EditTest, KeepsWhatTheStationsCanBeTold) {
  fill_sign(99);
  const auto kept = keep([&](store::Unit&) { return put_slogan(99); });
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_THAT(kept->cannot_obey, IsEmpty());
  EXPECT_EQ(slogans(), 100U);
}

TEST_F(EditTest, RefusesTheSloganThatNoPlanCanCarryAndKeepsNothingOfIt) {
  fill_sign(100);
  const auto kept = keep([&](store::Unit&) { return put_slogan(100); });
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, ErrorCode::invalid);
  EXPECT_THAT(kept.error().text, HasSubstr("101"));
  EXPECT_THAT(kept.error().text, HasSubstr("other hours, days or groups"));
  EXPECT_EQ(slogans(), 100U);
  EXPECT_EQ(store_.catalogue().value().content(sample::object_of("khau-hieu-100")), nullptr);
}

TEST_F(EditTest, KeepsWhatIsEnteredBeforeTheClockOfTheMachineIsSet) {
  const auto kept = edit(store_, settings(), WallTime{17h}, [&](store::Unit&) { return put_slogan(0); });
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_EQ(slogans(), 1U) << "in 1970 nothing can be planned, and nothing is";
}

TEST_F(EditTest, LooksAtTheDayOnWhichItBecomesValid) {
  fill_sign(99);
  const model::Validity spring{sample::date(2027, 3, 1), std::nullopt};
  ASSERT_TRUE(keep([&](store::Unit&) { return put_slogan(200, spring); }));
  const auto kept = keep([&](store::Unit&) { return put_slogan(201, spring); });
  ASSERT_FALSE(kept) << "not today and not this month, but in March the sign would be too full";
  EXPECT_THAT(kept.error().text, HasSubstr("101"));
}

TEST_F(EditTest, LetsAWardThatIsTooFullAlreadyChangeWhatMakesItNoFuller) {
  fill_sign(101);
  EXPECT_FALSE(keep([&](store::Unit&) { return put_slogan(101); }));
  auto later = sample::morning();
  later.start = std::chrono::hours{5} + 5min;
  EXPECT_TRUE(keep([&](store::Unit&) { return store_.schedule().put_programme(later); }));
}

TEST_F(EditTest, SaysWhichBoxCannotObeyForItsOlderSoftware) {
  v1::Status old;
  old.set_software("0.9.0");
  ASSERT_TRUE(fleet::keep_status(store_, "bang-1", old, noon));
  fill_sign(20);
  EXPECT_THAT(keep([&](store::Unit&) { return put_slogan(20); })->cannot_obey, IsEmpty());
  ASSERT_TRUE(store_.write([&](store::Unit&) -> Result<void> {
    // A page for each hour and weekday: more playlists than the first form holds.
    for (int i = 0; i < 79; ++i) {
      auto slogan = sample::slogan(fmt::format("gio-{}", i), "page");
      slogan.from = std::chrono::minutes{i};
      slogan.to = 24h - std::chrono::minutes{i};
      LOA_TRY(store_.schedule().put_slogan(slogan));
    }
    return {};
  }));
  const auto kept = keep([&](store::Unit&) { return store_.library().put_category({"moi", "Mới"}); });
  ASSERT_TRUE(kept) << kept.error().text;
  ASSERT_EQ(kept->cannot_obey.size(), 1U);
  EXPECT_THAT(kept->cannot_obey[0], HasSubstr("bang-1"));
  EXPECT_THAT(kept->cannot_obey[0], HasSubstr("older software"));
  v1::Status newer;
  newer.add_understands("plan-compact");
  ASSERT_TRUE(fleet::keep_status(store_, "bang-1", newer, noon));
  EXPECT_THAT(keep([&](store::Unit&) {
                return store_.library().put_category({"khac", "Khác"});
              })->cannot_obey,
              IsEmpty());
}

/// Every limit of a plan that an edit of the catalogue can pass.
TEST_F(EditTest, RefusesWhatWouldBreakALimitOfThePlan) {
  const auto refused = [&](const char* what, const store::Work& work) {
    const auto kept = keep(work);
    ASSERT_FALSE(kept) << what;
    EXPECT_THAT(kept.error().text, HasSubstr(what));
  };
  refused("groups", [&](store::Unit&) -> Result<void> {
    auto station = sample::station("loa-9", {}, 9);
    for (std::size_t i = 0; i <= protocol::message::max_groups; ++i) {
      const auto group = fmt::format("g{}", i);
      LOA_TRY(store_.stations().put_group({group, group}));
      station.groups.push_back(group);
    }
    return store_.stations().put(station);
  });
  refused("windows", [&](store::Unit&) {
    auto policy = sample::policy();
    for (std::size_t i = 0; i < protocol::message::max_windows; ++i) policy.windows.push_back({1, 0, 1, 0});
    return store_.schedule().put_policy(policy);
  });
  refused("brightness", [&](store::Unit&) {
    std::vector<model::Brightness> stretches;
    for (std::uint32_t i = 0; i <= protocol::message::max_brightness; ++i) stretches.push_back({i, i + 1, 50});
    return store_.schedule().put_brightness(stretches);
  });
  refused("width_px", [&](store::Unit&) {
    auto station = sample::station("bang-9", {}, 9);
    station.sign = model::Geometry{8'192, 32};
    return store_.stations().put(station);
  });
  refused("gain_cb", [&](store::Unit&) {
    auto station = sample::station("loa-1", {"to-1"}, 1);
    station.gain_cb = 5;
    return store_.stations().put(station);
  });
  refused("more than a plan can carry", [&](store::Unit&) -> Result<void> {
    auto programme = sample::morning();
    programme.segments.assign(700, programme.segments[0]);
    return store_.schedule().put_programme(programme);
  });
}

}  // namespace
}  // namespace loa::headend::publisher
