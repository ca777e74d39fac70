#include "protocol/topic/topic.hpp"

#include <gtest/gtest.h>

#include <string>

namespace loa::protocol::topic {
namespace {

constexpr Leaf leaves[] = {Leaf::plan,    Leaf::state, Leaf::status, Leaf::proof,
                           Leaf::receipt, Leaf::fault, Leaf::answer, Leaf::emergency};

TEST(Topic, ParsesWhatItBuilds) {
  for (const Leaf leaf : leaves) {
    const auto topic = of_station("phuong-lang", "loa-01", leaf, "storage");
    const auto parsed = parse(topic);
    ASSERT_TRUE(parsed) << topic;
    EXPECT_EQ(parsed->ward, "phuong-lang");
    EXPECT_EQ(parsed->station, "loa-01");
    EXPECT_EQ(parsed->leaf, leaf);
    EXPECT_EQ(parsed->code, leaf == Leaf::fault ? "storage" : "");
    EXPECT_EQ(parsed->group, "");
  }
  const auto topic = of_command("w", "all");
  EXPECT_EQ(topic, "loa/1/w/command/all");
  const auto parsed = parse(topic);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->group, "all");
  EXPECT_EQ(parsed->station, "");
  EXPECT_FALSE(parsed->leaf);
}

TEST(Topic, HasTheWordsOfTheProtocol) {
  EXPECT_EQ(of_station("w", "s", Leaf::plan), "loa/1/w/station/s/plan");
  EXPECT_EQ(of_station("w", "s", Leaf::fault, "device-gone"), "loa/1/w/station/s/fault/device-gone");
  EXPECT_EQ(of_every_station("w", Leaf::proof), "loa/1/w/station/+/proof");
  EXPECT_EQ(of_every_station("w", Leaf::fault), "loa/1/w/station/+/fault/+");
}

TEST(Topic, RefusesWhatIsNotOurs) {
  for (const char* text : {"",
                           "/",
                           "loa",
                           "loa/1/w",
                           "loa/1/w/station",
                           "loa/1/w/station/s",
                           "loa/1/w/station/s/",
                           "loa/1/w/station/s/plans",
                           "loa/1/w/station/s/plan/x",
                           "loa/1/w/station/s/fault",
                           "loa/1/w/station/s/fault/",
                           "loa/1/w/station/s/fault/A",
                           "loa/1/w/station/s/fault/x/y",
                           "loa/1/w/station/+/plan",
                           "loa/1/+/station/s/plan",
                           "loa/1/w/station//plan",
                           "loa/1//station/s/plan",
                           "loa/2/w/station/s/plan",
                           "LOA/1/w/station/s/plan",
                           "/loa/1/w/station/s/plan",
                           "loa/1/w/command",
                           "loa/1/w/command/",
                           "loa/1/w/command/a/b",
                           "loa/1/w/command/#",
                           "loa/1/w/other/s/plan",
                           "loa/1/w/station/../plan"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(Topic, RetainsStateAndNothingElse) {
  for (const Leaf leaf : {Leaf::plan, Leaf::state, Leaf::status, Leaf::receipt, Leaf::fault, Leaf::emergency})
    EXPECT_TRUE(is_retained(leaf));
  for (const Leaf leaf : {Leaf::proof, Leaf::answer}) EXPECT_FALSE(is_retained(leaf));
}

}  // namespace
}  // namespace loa::protocol::topic
