#include "headend/api/admission.hpp"

#include <gtest/gtest.h>

namespace loa::headend::api {
namespace {

using namespace std::chrono_literals;

constexpr Admission::Time start{};

TEST(Admission, TheOldestThatOwesItsRequestGivesWay) {
  Admission places{3, 3, 10s};
  const auto served = places.arrive("a", start).admitted;
  const auto silent = places.arrive("b", start + 1s).admitted;
  const auto younger = places.arrive("c", start + 2s).admitted;
  places.serve(*served, start + 2s);
  const auto fourth = places.arrive("d", start + 3s);
  EXPECT_TRUE(fourth.admitted);
  EXPECT_EQ(fourth.ends, silent);
  EXPECT_EQ(places.size(), 3U);
  EXPECT_EQ(places.arrive("e", start + 4s).ends, younger);
}

TEST(Admission, ATransferThatMovesIsNeverEnded) {
  Admission places{2, 2, 10s};
  const auto moving = places.arrive("a", start).admitted, still = places.arrive("b", start).admitted;
  places.serve(*moving, start);
  places.serve(*still, start);
  places.progress(*moving, start + 9s);
  EXPECT_FALSE(places.arrive("c", start + 9s).admitted) << "both are being served";
  const auto later = places.arrive("c", start + 11s);
  EXPECT_TRUE(later.admitted);
  EXPECT_EQ(later.ends, still);
}

TEST(Admission, OneAddressHasItsOwnLimitAndEndsItsOwn) {
  Admission places{1'000, 64, 10s};
  const auto other = places.arrive("b", start).admitted;
  std::optional<Admission::Id> first;
  for (int i = 0; i < 64; ++i) {
    const auto one = places.arrive("a", start + 1s + i * 1ms);
    EXPECT_FALSE(one.ends);
    if (i == 0) first = one.admitted;
  }
  EXPECT_EQ(places.arrive("a", start + 2s).ends, first) << "and not " << *other << ", who waits longer";
}

TEST(Admission, WhoWasAnsweredWaitsAnew) {
  Admission places{2, 2, 10s};
  const auto one = places.arrive("a", start).admitted, other = places.arrive("b", start + 1s).admitted;
  places.serve(*one, start + 2s);
  places.wait(*one, start + 3s);
  EXPECT_EQ(places.arrive("c", start + 4s).ends, other);
  places.leave(*one);
  EXPECT_FALSE(places.arrive("d", start + 5s).ends);
}

TEST(Admission, OneCustomerIsOneAddress) {
  EXPECT_EQ(address_key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_key("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_key("2001:db8:1:2:3:4:5:6"), address_key("2001:db8:1:2::9"));
  EXPECT_NE(address_key("2001:db8:1:2::9"), address_key("2001:db8:1:3::9"));
  EXPECT_EQ(address_key("fe80::1%eth0"), "fe80::/64");
}

}  // namespace
}  // namespace loa::headend::api
