#include "station/daemon/box_check.hpp"

#include <gtest/gtest.h>

namespace loa::station::daemon {
namespace {

TEST(BoxCheckText, IsALineForPeopleAndAnArrayForPrograms) {
  const std::vector<Finding> findings{{"sound", "card", Finding::State::good, "opens"},
                                      {"sign", "bảng", Finding::State::bad, "no \"display\"\nhere"}};
  EXPECT_EQ(format(findings, false), "✓ card: opens\n✗ bảng: no \"display\"\nhere\n");
  EXPECT_EQ(format(findings, true),
            "[{\"part\":\"sound\",\"state\":\"good\",\"text\":\"opens\"},"
            "{\"part\":\"sign\",\"state\":\"bad\",\"text\":\"no \\\"display\\\" here\"}]\n");
}

}  // namespace
}  // namespace loa::station::daemon
