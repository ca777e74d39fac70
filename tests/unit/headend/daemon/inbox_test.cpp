#include "headend/daemon/inbox.hpp"

#include <gtest/gtest.h>

#include "protocol/seal/seal.hpp"

namespace loa::headend::daemon {
namespace {

using protocol::crypto::SecretKey;
using protocol::topic::Leaf;

constexpr WallTime now = wall_from_us(1'795'000'000'000'000);

SecretKey key_of(std::uint8_t number) { return SecretKey::from_seed({number}); }

/// A ward with stations a and b, whose keys have the numbers 1 and 2.
class InboxTest : public testing::Test {
 protected:
  InboxTest() {
    for (const auto& [id, number] : {std::pair{"a", 1}, {"b", 2}}) {
      store::Station station;
      station.id = station.name = id;
      station.key = key_of(static_cast<std::uint8_t>(number)).public_key();
      EXPECT_TRUE(store_.put_station(station));
    }
    inbox_.know(store_.catalogue()->stations);
  }

  static std::string sealed(v1::Kind kind, const std::string& body, std::uint64_t sequence, std::uint8_t key = 1,
                            const std::string& ward = "w") {
    protocol::seal::Address address;
    address.ward = ward;
    address.sender = "station/a";
    address.audience = "headend";
    address.kind = kind;
    address.sequence = sequence;
    address.not_before = now;
    address.not_after = now + std::chrono::hours{1};
    return protocol::seal::seal(address, body, key_of(key));
  }
  static std::string status(std::uint64_t plan) {
    v1::Status status;
    status.set_at_us(to_us(now));
    status.set_plan_sequence(plan);
    return status.SerializeAsString();
  }
  static std::string status_with_faults(const std::vector<std::string>& codes) {
    v1::Status status;
    status.set_at_us(to_us(now));
    status.mutable_faults();
    for (const auto& code : codes) status.mutable_faults()->add_codes(code);
    return status.SerializeAsString();
  }
  static std::string fault(const std::string& code) {
    v1::Fault fault;
    fault.set_code(code);
    fault.set_since_us(to_us(now));
    fault.set_count(1);
    fault.set_text("một lỗi");
    return fault.SerializeAsString();
  }
  static protocol::topic::Parsed from(Leaf leaf, std::string_view station = "a", std::string_view code = {}) {
    return {"w", station, leaf, code, {}};
  }
  std::uint64_t plan_kept() { return store_.statuses()->at(0).status->plan_sequence(); }

  store::Store store_ = *store::Store::open(":memory:");
  Inbox inbox_{"w", store_};
};

TEST_F(InboxTest, KeepsAStatusOnce) {
  EXPECT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10), now));
  EXPECT_EQ(plan_kept(), 7U);
  EXPECT_EQ(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(6), 9), now).error().code,
            ErrorCode::refused);
  EXPECT_EQ(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10), now).error().code,
            ErrorCode::refused);
  EXPECT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(8), 11), now));
  EXPECT_EQ(plan_kept(), 8U);
}

TEST_F(InboxTest, BelievesOnlyTheStationItself) {
  const auto refused = [&](const protocol::topic::Parsed& place, const std::string& payload) {
    return !inbox_.take(place, payload, now).has_value();
  };
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10, 2))) << "another's key";
  EXPECT_TRUE(refused(from(Leaf::status, "b"), sealed(v1::KIND_STATUS, status(7), 10))) << "under another's topic";
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10, 1, "v"))) << "another ward";
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_FAULT, status(7), 10))) << "another kind";
  EXPECT_TRUE(refused(from(Leaf::status), status(7))) << "unsigned";
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_STATUS, "\xff\xff", 10))) << "not a status";
  EXPECT_TRUE(refused(from(Leaf::status, "c"), sealed(v1::KIND_STATUS, status(7), 10))) << "nobody's";
  EXPECT_TRUE(refused(from(Leaf::plan), sealed(v1::KIND_STATUS, status(7), 10))) << "not to be sent";
  EXPECT_TRUE(store_.statuses()->empty());
}

TEST_F(InboxTest, KeepsFaultsUnderTheirOwnCode) {
  EXPECT_FALSE(inbox_.take(from(Leaf::fault, "a", "storage"), sealed(v1::KIND_FAULT, fault("device-gone"), 1), now));
  EXPECT_TRUE(inbox_.take(from(Leaf::fault, "a", "storage"), sealed(v1::KIND_FAULT, fault("storage"), 2), now));
  EXPECT_TRUE(inbox_.take(from(Leaf::fault, "a", "device-gone"), sealed(v1::KIND_FAULT, fault("device-gone"), 3), now));
  EXPECT_EQ(store_.faults()->size(), 2U);
  EXPECT_TRUE(inbox_.take(from(Leaf::fault, "a", "storage"), "", now)) << "taken back on the broker: no news";
  EXPECT_EQ(store_.faults()->size(), 2U);
}

TEST_F(InboxTest, FindingsOfTheHeadEndAreNotForStationsToTell) {
  ASSERT_TRUE(store_.put_fault({"a", "proof-fork", v1::FAULT_STATE_NEW, now, now, 1, "mâu thuẫn"}));
  for (const char* code : {"proof-fork", "unreachable"}) {
    EXPECT_EQ(inbox_.take(from(Leaf::fault, "a", code), sealed(v1::KIND_FAULT, fault(code), 1), now).error().code,
              ErrorCode::refused);
  }
  EXPECT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status_with_faults({}), 2), now));
  ASSERT_EQ(store_.faults()->size(), 1U);
  EXPECT_EQ(store_.faults()->at(0).text, "mâu thuẫn");
}

TEST_F(InboxTest, AStatusSettlesWhatWasResetWhileNobodyHeard) {
  for (const char* code : {"storage", "panel", "underruns"}) {
    ASSERT_TRUE(inbox_.take(from(Leaf::fault, "a", code), sealed(v1::KIND_FAULT, fault(code), 5), now));
  }
  ASSERT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 6), now));
  EXPECT_EQ(store_.faults()->size(), 3U) << "an older station tells nothing of its faults";
  ASSERT_TRUE(inbox_.take(from(Leaf::fault, "a", "panel"), sealed(v1::KIND_FAULT, fault("panel"), 9), now));
  ASSERT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status_with_faults({"storage"}), 8), now));
  const auto left = *store_.faults();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].code, "panel") << "told after that status was made";
  EXPECT_EQ(left[1].code, "storage");
}

TEST_F(InboxTest, TakesStateAsAHint) {
  v1::State state;
  state.set_online(true);
  state.set_since_us(to_us(now));
  state.set_boot("boot1");
  EXPECT_TRUE(inbox_.take(from(Leaf::state), state.SerializeAsString(), now));
  EXPECT_TRUE(store_.statuses()->at(0).online);
  EXPECT_FALSE(inbox_.take(from(Leaf::state), "\xff\xff", now));
}

TEST_F(InboxTest, ForgetsAStationThatWasRemoved) {
  ASSERT_TRUE(store_.remove_station("a", now));
  inbox_.know(store_.catalogue()->stations);
  EXPECT_EQ(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10), now).error().code,
            ErrorCode::missing);
}

}  // namespace
}  // namespace loa::headend::daemon
