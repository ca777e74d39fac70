#include "headend/publisher/sign_watch.hpp"
#include "headend/fleet/keep.hpp"

#include <gmock/gmock.h>

#include "headend/publisher/publisher.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono_literals;
using State = SignProgress::State;

const WallTime during = sample::utc("2026-11-23T23:05:20Z");  // 06:05:20

class SignWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto all = sample::catalogue();
    all.policies = {sample::policy()};
    all.slogans = {sample::slogan("a", "page")};
    sample::fill(store_, all);
    issue(during - 1h);
  }

  void issue(WallTime now) {
    ASSERT_TRUE(publisher_.issue(now, [](const Publication&) {}));
  }
  void say(std::uint64_t plan, std::uint64_t held, WallTime at) {
    v1::Status status;
    status.set_plan_sequence(plan);
    status.set_objects_wanted(2);
    status.set_objects_held(held);
    ASSERT_TRUE(fleet::keep_online(store_, "bang-1", true, "b", at));
    ASSERT_TRUE(fleet::keep_status(store_, "bang-1", status, at));
  }
  SignProgress look(const SignWatch& watch, WallTime now) {
    const auto progress = watch.look(store_, now).value();
    EXPECT_EQ(progress.size(), 1U) << "loudspeakers are not asked";
    return progress.empty() ? SignProgress{} : progress[0];
  }
  [[nodiscard]] std::uint64_t newest() { return store_.plans().newest("bang-1").value()->sequence; }

  static planner::Settings settings() {
    planner::Settings made;
    made.content_url = "https://headend:8443/content/";
    return made;
  }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Publisher publisher_{"phuong-1", sample::key_of(100), settings(), store_};
};

TEST_F(SignWatchTest, SaysHowFarAnOrderHasComeByTheStationsOwnWord) {
  const auto watch = SignWatch::begin(store_, {"all"}).value();
  EXPECT_FALSE(watch.is_anybody_there(store_, during).value());
  ASSERT_TRUE(store_.schedule().put_slogan(sample::slogan("b", "strip")));
  EXPECT_EQ(look(watch, during).state, State::not_issued);
  issue(during);
  EXPECT_EQ(look(watch, during).state, State::unreachable) << "it never said anything";
  say(newest() - 1, 2, during);
  EXPECT_TRUE(watch.is_anybody_there(store_, during).value());
  EXPECT_EQ(look(watch, during).state, State::not_taken);
  EXPECT_EQ(look(watch, during).at, during + 2s) << "the cue on air is cut there";
  say(newest(), 1, during);
  EXPECT_EQ(look(watch, during).state, State::fetching);
  say(newest(), 2, during);
  EXPECT_EQ(look(watch, during).state, State::ready);
  EXPECT_EQ(look(watch, during + 10min).state, State::unreachable);
}

TEST_F(SignWatchTest, WaitsOnlyForWhatIsToChangeWithinSeconds) {
  const auto worth = [](State state, std::optional<WallTime> at, Micros waited) {
    return SignWatch::is_worth_waiting({{"bang-1", state, at}}, during, waited);
  };
  EXPECT_TRUE(worth(State::not_issued, {}, 1s));
  EXPECT_FALSE(worth(State::not_issued, {}, 2s)) << "the head-end does not run";
  EXPECT_TRUE(worth(State::fetching, during + 2s, 3s));
  EXPECT_FALSE(worth(State::fetching, during + 2s, 6s));
  EXPECT_FALSE(worth(State::not_taken, during + 1h, 1s));
  EXPECT_FALSE(worth(State::unreachable, during + 2s, 0s));
  EXPECT_FALSE(worth(State::ready, during + 2s, 0s));
}

}  // namespace
}  // namespace loa::headend::publisher
