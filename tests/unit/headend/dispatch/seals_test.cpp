#include "headend/dispatch/seals.hpp"

#include <gmock/gmock.h>

#include "protocol/seal/seal.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::dispatch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const WallTime noon = sample::utc("2026-11-23T05:00:00Z");

class SealsTest : public testing::Test {
 protected:
  static v1::Plan plan() {
    v1::Plan plan;
    plan.set_station("loa-1");
    plan.set_horizon_us(to_us(noon + 720h));
    return plan;
  }
  static v1::Command command() {
    v1::Command command;
    command.set_id("ra-lenh");
    command.mutable_report();
    return command;
  }
  /// @param now  what the station's clock says
  static Result<protocol::seal::Opened> open(const Result<Sealed>& sealed, v1::Kind kind, const std::string& audience,
                                             WallTime now) {
    protocol::seal::Expectation want;
    want.ward = "phuong-1";
    want.kind = kind;
    want.sender = "headend";
    want.audiences = {audience};
    want.keys = {sample::key_of(100).public_key()};
    want.now = now;
    return protocol::seal::open(sealed.value().bytes, want);
  }
  Result<protocol::seal::Opened> hear(v1::Kind kind, WallTime station_clock) {
    switch (kind) {
      case v1::KIND_PLAN:
        return open(seals_.plan(plan(), noon), kind, "station/loa-1", station_clock);
      case v1::KIND_EMERGENCY:
        return open(seals_.emergency(plan(), noon), kind, "station/loa-1", station_clock);
      case v1::KIND_RECEIPT:
        return open(seals_.receipt("loa-1", {}, noon), kind, "station/loa-1", station_clock);
      default:
        return open(seals_.command("all", command(), noon), kind, "all", station_clock);
    }
  }

  store::sqlite::SqliteStore store_ = store::sqlite::SqliteStore::open(":memory:").value();
  Seals seals_{"phuong-1", sample::key_of(100), store_};
};

constexpr auto kinds = {v1::KIND_PLAN, v1::KIND_EMERGENCY, v1::KIND_RECEIPT, v1::KIND_COMMAND};

TEST_F(SealsTest, EveryKindOfOrderReachesAStationWhoseClockIsUpToAnHourBehind) {
  for (const auto kind : kinds) {
    for (const auto behind : {0s, 6s, 16s, 3600s}) {
      const auto heard = hear(kind, noon - behind);
      EXPECT_TRUE(heard) << kind << " " << behind.count() << " s: " << heard.error().text;
    }
    EXPECT_FALSE(hear(kind, noon - 3601s));
  }
}

TEST_F(SealsTest, SaysWhenItWasSigned) {
  for (const auto kind : kinds) EXPECT_EQ(hear(kind, noon)->header.signed_us(), to_us(noon));
}

TEST_F(SealsTest, ACommandIsForNowOrNever) {
  EXPECT_TRUE(hear(v1::KIND_COMMAND, noon + command_life - 1us));
  EXPECT_FALSE(hear(v1::KIND_COMMAND, noon + command_life));
}

TEST_F(SealsTest, NumbersAllCommandsOfAWardFromOneCounter) {
  const auto one = seals_.command("all", command(), noon), other = seals_.command("station/loa-1", command(), noon);
  EXPECT_GT(other->sequence, one->sequence);
  EXPECT_GE(one->sequence, static_cast<std::uint64_t>(to_us(noon) / 1'000'000));
}

TEST_F(SealsTest, SignsNoNumberThatNoStationTakes) {
  ASSERT_TRUE(store_.sequences().next("command", 1ULL << 62U));
  const auto sealed = seals_.command("all", command(), noon);
  ASSERT_FALSE(sealed);
  EXPECT_THAT(sealed.error().text, HasSubstr("counter command"));
}

}  // namespace
}  // namespace loa::headend::dispatch
