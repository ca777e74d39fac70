#include "station/sync/eviction.hpp"

#include <gtest/gtest.h>

namespace loa::station::sync {
namespace {

constexpr WallTime now = wall_from_us(1'795'212'000'000'000);
constexpr std::uint64_t megabyte = 1 << 20;

Stored stored(std::uint8_t name, std::uint64_t megabytes, std::optional<std::chrono::hours> in = {}) {
  Stored one;
  one.object.bytes.fill(name);
  one.bytes = megabytes * megabyte;
  if (in) one.needed = now + *in;
  return one;
}

std::vector<int> names(const Eviction& eviction) {
  std::vector<int> result;
  for (const auto& one : eviction.objects) result.push_back(one.object.bytes[0]);
  return result;
}

using std::chrono::hours;
const std::vector<Stored> card{stored(1, 5, hours{1}), stored(2, 5, hours{700}), stored(3, 2), stored(4, 5, hours{24}),
                               stored(5, 3)};

TEST(Eviction, TakesFirstWhatNoCueWantsThenWhatIsNeededLatest) {
  const auto all = choose_evictions(card, 100 * megabyte, now);
  EXPECT_EQ(names(all), (std::vector<int>{5, 3, 2, 4, 1}));
  EXPECT_EQ(all.bytes, 20 * megabyte) << "and says that it was not enough";
}

TEST(Eviction, TakesNoMoreThanItNeeds) {
  EXPECT_EQ(names(choose_evictions(card, 0, now)), (std::vector<int>{}));
  EXPECT_EQ(names(choose_evictions(card, 1, now)), (std::vector<int>{5}));
  EXPECT_EQ(names(choose_evictions(card, 3 * megabyte, now)), (std::vector<int>{5}));
  EXPECT_EQ(names(choose_evictions(card, 3 * megabyte + 1, now)), (std::vector<int>{5, 3}));
  EXPECT_EQ(names(choose_evictions(card, 6 * megabyte, now)), (std::vector<int>{5, 3, 2}));
}

TEST(Eviction, SparesWhatIsNeededSoonOrSounds) {
  EXPECT_EQ(names(choose_evictions(card, 100 * megabyte, now + hours{1})), (std::vector<int>{5, 3, 2, 4}));
  EXPECT_EQ(names(choose_evictions(card, 100 * megabyte, now + hours{700})), (std::vector<int>{5, 3}));
  EXPECT_EQ(names(choose_evictions({stored(1, 5, hours{-1})}, 1, now)), (std::vector<int>{})) << "it is on air";
}

TEST(Eviction, IsTheSameWhateverTheOrderOfTheFolder) {
  const std::vector<Stored> alike{stored(1, 1), stored(2, 1), stored(3, 1)};
  const std::vector<Stored> turned{alike[2], alike[0], alike[1]};
  EXPECT_EQ(names(choose_evictions(alike, 1, now)), names(choose_evictions(turned, 1, now)));
}

}  // namespace
}  // namespace loa::station::sync
