#include "protocol/message/reason.hpp"

#include <gtest/gtest.h>

#include "protocol/base/text.hpp"

namespace loa::protocol::message {
namespace {

TEST(Reasons, EachHasAWordOfItsOwnThatFitsTheWire) {
  for (std::size_t i = 0; i < reason_words.size(); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_TRUE(is_id(name_of(reason))) << name_of(reason);
    EXPECT_EQ(reason_of(name_of(reason)), reason) << name_of(reason);
  }
  EXPECT_EQ(reason_of("of-a-newer-build"), std::nullopt);
}

TEST(Reasons, AClockThatIsNotBelievedNamesItsGrade) {
  for (const auto grade : {ClockGrade::none, ClockGrade::last_known, ClockGrade::network, ClockGrade::disciplined})
    EXPECT_EQ(name_of(reason_of(grade)), std::string{"clock-"} + loa::name_of(grade));
}

}  // namespace
}  // namespace loa::protocol::message
