#include "headend/model/promise.hpp"

#include <gtest/gtest.h>

namespace loa::headend::model {
namespace {

TEST(PromiseFacts, AreReadWithoutWhatALaterBuildAdds) {
  const auto facts = parse_facts(R"({"station":"Chợ","campaign":["tet","Tết"],"column":["tin","Bản tin"]})").value();
  EXPECT_EQ(facts.station, "Chợ");
  EXPECT_EQ(facts.column, (Named{"tin", "Bản tin"}));
  EXPECT_EQ(parse_facts("[]").error().code, ErrorCode::invalid);
  EXPECT_EQ(parse_facts("{").error().code, ErrorCode::invalid);
  EXPECT_EQ(format_facts({}), "{}");
}

}  // namespace
}  // namespace loa::headend::model
