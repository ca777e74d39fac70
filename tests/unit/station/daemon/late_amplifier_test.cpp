#include "station/daemon/late_amplifier.hpp"

#include <gtest/gtest.h>

namespace loa::station::daemon {
namespace {

class CountedAmplifier final : public firmware::Amplifier {
 public:
  Result<void> set(bool) override { return {}; }
  Result<std::optional<bool>> feedback() override { return std::optional{true}; }
};

TEST(LateAmplifierTest, IsAFaultUntilItsRelayIsThereAndNoReasonNotToStart) {
  bool there = false;
  LateAmplifier amplifier{[&]() -> Result<std::unique_ptr<firmware::Amplifier>> {
    if (there) return std::make_unique<CountedAmplifier>();
    return fail(ErrorCode::missing, "no such chip");
  }};
  EXPECT_EQ(amplifier.set(true).error().text, "no such chip");
  EXPECT_FALSE(*amplifier.feedback());
  there = true;
  EXPECT_TRUE(amplifier.set(true));
  EXPECT_TRUE(**amplifier.feedback());
}

}  // namespace
}  // namespace loa::station::daemon
