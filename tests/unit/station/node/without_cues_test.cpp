#include "station/node/without_cues.hpp"

#include <gtest/gtest.h>

namespace loa::station::node {
namespace {

TEST(Memory, APlanWithoutItsCuesKeepsAllElseAndLeavesThePlanWhole) {
  v1::Plan plan;
  plan.set_content_url("https://a/");
  plan.add_groups("to-1");
  plan.add_objects()->set_bytes(5);
  plan.add_cues()->set_occurrence("sang");
  plan.add_cues()->set_occurrence("chieu");
  const std::string whole = plan.SerializeAsString();
  const v1::Plan rest = without_cues(plan);
  EXPECT_EQ(plan.SerializeAsString(), whole);
  EXPECT_EQ(rest.cues_size(), 0);
  plan.clear_cues();
  EXPECT_EQ(rest.SerializeAsString(), plan.SerializeAsString());
}

}  // namespace
}  // namespace loa::station::node
