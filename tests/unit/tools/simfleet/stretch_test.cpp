#include "tools/simfleet/stretch.hpp"

#include <gtest/gtest.h>

#include "tools/simfleet/well_times.hpp"

namespace loa::tools::simfleet {

static bool operator==(const Stretch& one, const Stretch& other) {
  return one.from_us == other.from_us && one.to_us == other.to_us;
}
static void PrintTo(const Stretch& one, std::ostream* out) { *out << one.from_us << "…" << one.to_us; }

namespace {

TEST(Stretch, JoinsWhatOverlapsOrAdjoins) {
  EXPECT_EQ(joined({{5, 7}, {1, 3}, {3, 4}, {6, 9}, {20, 20}}), (Stretches{{1, 4}, {5, 9}}));
  EXPECT_TRUE(joined({}).empty());
}

TEST(Stretch, TakesOneSetFromAnother) {
  EXPECT_EQ(without({{0, 10}, {20, 30}}, {{2, 4}, {8, 22}}), (Stretches{{0, 2}, {4, 8}, {22, 30}}));
  EXPECT_EQ(without({{0, 10}}, {}), (Stretches{{0, 10}}));
  EXPECT_TRUE(without({{0, 10}}, {{-5, 3}, {3, 11}}).empty());
}

TEST(Stretch, MeasuresTheUnionAndWhatCameAgain) {
  const auto heard = measure({{0, 10}, {5, 12}, {30, 31}});
  EXPECT_EQ(heard.once_us, 13);
  EXPECT_EQ(heard.again_us, 5);
  EXPECT_EQ(measure({}).once_us, 0);
}

TEST(WellTimes, AsksNothingWhileABoxSettles) {
  WellTimes times;
  times.set(false, 5);
  times.set(true, 10);
  times.set(false, 12);
  times.set(true, 20);
  times.set(true, 25);
  EXPECT_EQ(times.settled(5), (Stretches{{25, INT64_MAX}}));
  EXPECT_EQ(times.settled(1), (Stretches{{11, 12}, {21, INT64_MAX}}));
}

}  // namespace
}  // namespace loa::tools::simfleet
