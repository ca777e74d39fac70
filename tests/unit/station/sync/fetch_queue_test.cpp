#include "station/sync/fetch_queue.hpp"

#include <gtest/gtest.h>

namespace loa::station::sync {
namespace {

using namespace std::chrono_literals;

Sha256 object(char name) { return protocol::crypto::sha256(std::string(1, name)); }
Want want(char name, int needed) { return {object(name), 1000, wall_from_us(needed)}; }

class FetchQueueTest : public ::testing::Test {
 protected:
  void fail(char name, Blame blame, bool progressed = false, double dice = 0.5) {
    queue_.failed(object(name), blame, progressed, now_, dice);
  }
  bool next_is(char name) const {
    const auto next = queue_.next(now_);
    return next && next->object == object(name);
  }
  FetchQueue queue_{2s, 60s};
  MonoTime now_{1h};
};

TEST_F(FetchQueueTest, IsIdleWhenNothingIsMissing) {
  EXPECT_FALSE(queue_.next(now_));
  EXPECT_FALSE(queue_.next_deadline());
}

TEST_F(FetchQueueTest, TakesTheSoonestNeededFirst) {
  queue_.replace({want('a', 30), want('b', 10), want('c', 20)});
  EXPECT_TRUE(next_is('b'));
  queue_.succeeded(object('b'));
  EXPECT_TRUE(next_is('c'));
}

TEST_F(FetchQueueTest, WhatIsUnderWayGivesWayToWhatIsNeededSooner) {
  queue_.replace({want('a', 20)});
  EXPECT_FALSE(queue_.gives_way(object('a'), now_)) << "to nothing, and not to itself";
  queue_.replace({want('a', 20), want('b', 30)});
  EXPECT_FALSE(queue_.gives_way(object('a'), now_));
  queue_.replace({want('a', 20), want('b', 10)});
  EXPECT_TRUE(queue_.gives_way(object('a'), now_));
  EXPECT_FALSE(queue_.gives_way(object('b'), now_));
  fail('b', Blame::object);
  EXPECT_FALSE(queue_.gives_way(object('a'), now_)) << "while that has to wait anyway";
}

TEST_F(FetchQueueTest, AMissingObjectDoesNotHoldUpTheOthers) {
  queue_.replace({want('a', 10), want('b', 20)});
  fail('a', Blame::object);
  EXPECT_TRUE(next_is('b'));
  queue_.succeeded(object('b'));
  EXPECT_FALSE(queue_.next(now_));
  EXPECT_EQ(queue_.next_deadline(), now_ + 2s);
  now_ += 2s;
  EXPECT_TRUE(next_is('a'));
}

TEST_F(FetchQueueTest, AServerThatIsAwayHoldsUpAll) {
  queue_.replace({want('a', 10), want('b', 20)});
  fail('a', Blame::server);
  EXPECT_FALSE(queue_.next(now_));
  EXPECT_EQ(queue_.next_deadline(), now_ + 2s);
  now_ += 2s;
  EXPECT_TRUE(next_is('a')) << "the soonest is tried again, not the next";
}

TEST_F(FetchQueueTest, PatienceDoublesUpToItsLimit) {
  queue_.replace({want('a', 10)});
  for (const auto wait : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    fail('a', Blame::server);
    ASSERT_EQ(queue_.next_deadline(), now_ + wait);
    now_ += wait;
  }
  for (int i = 0; i < 1000; ++i) fail('a', Blame::server);
  EXPECT_EQ(queue_.next_deadline(), now_ + 60s) << "no overflow after years";
}

TEST_F(FetchQueueTest, DiceSpreadsByAQuarter) {
  queue_.replace({want('a', 10)});
  fail('a', Blame::server, false, 0.0);
  EXPECT_EQ(queue_.next_deadline(), now_ + 1500ms);
  queue_.hurry();
  fail('a', Blame::server, false, 1.0);
  EXPECT_EQ(queue_.next_deadline(), now_ + 2500ms);
}

TEST_F(FetchQueueTest, ProgressRestoresPatience) {
  queue_.replace({want('a', 10)});
  for (int i = 0; i < 5; ++i) fail('a', Blame::server);
  fail('a', Blame::server, true);
  EXPECT_EQ(queue_.next_deadline(), now_ + 2s);
}

TEST_F(FetchQueueTest, SuccessForgivesTheServer) {
  queue_.replace({want('a', 10), want('b', 20)});
  for (int i = 0; i < 5; ++i) fail('a', Blame::server);
  queue_.succeeded(object('a'));
  EXPECT_TRUE(next_is('b'));
}

TEST_F(FetchQueueTest, HurryTriesAllAtOnce) {
  queue_.replace({want('a', 10), want('b', 20)});
  fail('a', Blame::object);
  fail('b', Blame::server);
  queue_.hurry();
  EXPECT_TRUE(next_is('a'));
}

TEST_F(FetchQueueTest, ANewListKeepsTheWaitOfWhatStays) {
  queue_.replace({want('a', 10), want('b', 20)});
  fail('a', Blame::object);
  queue_.replace({want('a', 5), want('c', 30)});
  EXPECT_FALSE(queue_.holds(object('b')));
  EXPECT_TRUE(next_is('c'));
}

}  // namespace
}  // namespace loa::station::sync
