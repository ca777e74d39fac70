#include "protocol/link/outgoing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/link/backoff.hpp"

namespace loa::protocol::link {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Outgoing::Item item(MessageId id, const std::string& topic = "t", bool retained = false, Qos qos = Qos::at_least_once) {
  return {id, topic, std::make_shared<const std::string>("payload"), qos, retained};
}

/// Takes and sends everything the window allows. @return the ids; the packet number is the id + 100
std::vector<MessageId> send_all(Outgoing& outgoing) {
  std::vector<MessageId> ids;
  while (const auto next = outgoing.take()) {
    ids.push_back(next->id);
    outgoing.sent(next->id, static_cast<int>(next->id) + 100);
  }
  return ids;
}

TEST(Outgoing, SendsInOrderWithinItsWindow) {
  Outgoing outgoing{100, 100'000};
  for (MessageId id = 1; id <= 30; ++id) ASSERT_TRUE(outgoing.add(item(id)));
  EXPECT_EQ(send_all(outgoing).size(), Outgoing::window);
  EXPECT_THAT(outgoing.acknowledged(103), ElementsAre(3));
  EXPECT_THAT(send_all(outgoing), ElementsAre(21));
  EXPECT_THAT(outgoing.acknowledged(103), IsEmpty()) << "acknowledged twice";
  EXPECT_THAT(outgoing.acknowledged(999), IsEmpty());
  EXPECT_EQ(outgoing.size(), 29U);
}

TEST(Outgoing, IsBoundedInMessagesAndBytes) {
  Outgoing few{2, 100'000};
  ASSERT_TRUE(few.add(item(1)));
  ASSERT_TRUE(few.add(item(2)));
  EXPECT_EQ(few.add(item(3)).error().code, ErrorCode::full);
  Outgoing small{100, 20};
  ASSERT_TRUE(small.add(item(1)));
  ASSERT_TRUE(small.add(item(2)));
  EXPECT_EQ(small.add(item(3)).error().code, ErrorCode::full);
  EXPECT_EQ(small.bytes(), 16U);
  EXPECT_THAT(small.give_up(1), ElementsAre(1));
  EXPECT_EQ(small.bytes(), 8U);
  EXPECT_TRUE(small.add(item(3)));
}

TEST(Outgoing, ReplacesAnUnsentRetainedMessageAndAnswersForBoth) {
  Outgoing outgoing{2, 100'000};
  ASSERT_TRUE(outgoing.add(item(1, "state", true)));
  ASSERT_TRUE(outgoing.add(item(2, "state", true)));
  ASSERT_TRUE(outgoing.add(item(3, "other", true)));
  ASSERT_TRUE(outgoing.add(item(4, "state", true))) << "replacing needs no room";
  EXPECT_THAT(send_all(outgoing), ElementsAre(4, 3));
  EXPECT_THAT(outgoing.acknowledged(104), ElementsAre(1, 2, 4));
}

TEST(Outgoing, DoesNotReplaceWhatIsUnderWayOrNotRetained) {
  Outgoing outgoing{10, 100'000};
  ASSERT_TRUE(outgoing.add(item(1, "state", true)));
  EXPECT_THAT(send_all(outgoing), ElementsAre(1));
  ASSERT_TRUE(outgoing.add(item(2, "state", true)));
  ASSERT_TRUE(outgoing.add(item(3, "state", false)));
  EXPECT_THAT(send_all(outgoing), ElementsAre(2, 3));
}

TEST(Outgoing, SendsEverythingAgainAfterALoss) {
  Outgoing outgoing{10, 100'000};
  for (MessageId id = 1; id <= 3; ++id) ASSERT_TRUE(outgoing.add(item(id)));
  ASSERT_TRUE(outgoing.add(item(4, "t", false, Qos::at_most_once)));
  EXPECT_THAT(send_all(outgoing), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(outgoing.size(), 3U) << "QoS 0 is done when sent";
  ASSERT_TRUE(outgoing.add(item(5, "t", false, Qos::at_most_once)));
  EXPECT_THAT(outgoing.connection_lost(), IsEmpty());
  EXPECT_EQ(outgoing.size(), 3U) << "QoS 0 does not outlive a connection";
  EXPECT_THAT(outgoing.acknowledged(101), IsEmpty()) << "a packet of the connection before";
  EXPECT_THAT(send_all(outgoing), ElementsAre(1)) << "suspects go one at a time";
  outgoing.acknowledged(101);
  EXPECT_THAT(send_all(outgoing), ElementsAre(2));
}

TEST(Outgoing, GivesUpTheOneMessageThatBreaksTheConnection) {
  Outgoing outgoing{10, 100'000};
  for (MessageId id = 1; id <= 3; ++id) ASSERT_TRUE(outgoing.add(item(id)));
  send_all(outgoing);
  std::vector<Outgoing::Failure> failures;
  unsigned losses = 0;
  for (; failures.empty() && losses < 20; ++losses) {
    failures = outgoing.connection_lost();
    send_all(outgoing);
  }
  EXPECT_EQ(losses, Outgoing::max_losses);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].id, 1U);
  EXPECT_NE(failures[0].why.find("7 bytes"), std::string::npos);
  EXPECT_THAT(outgoing.acknowledged(102), ElementsAre(2));
}

TEST(Backoff, DoublesItsCeilingUpToTheMost) {
  Backoff backoff{100ms, 1'000ms, 1};
  std::vector<long> ceilings;
  for (int i = 0; i < 6; ++i) {
    const auto ceiling = backoff.ceiling();
    ceilings.push_back(ceiling.count());
    const auto wait = backoff.next();
    EXPECT_GE(wait, 0ms);
    EXPECT_LE(wait, ceiling);
  }
  EXPECT_THAT(ceilings, ElementsAre(100, 200, 400, 800, 1'000, 1'000));
  backoff.reset();
  EXPECT_EQ(backoff.ceiling(), 100ms);
}

TEST(Backoff, NeverOverflowsAndSpreadsItsWaits) {
  Backoff backoff{1'000ms, 60'000ms, 7};
  for (int i = 0; i < 1'000; ++i) backoff.next();
  EXPECT_EQ(backoff.ceiling(), 60'000ms);
  int early = 0;
  for (int i = 0; i < 1'000; ++i) early += backoff.next() < 30'000ms ? 1 : 0;
  EXPECT_GT(early, 400);
  EXPECT_LT(early, 600);
}

}  // namespace
}  // namespace loa::protocol::link
