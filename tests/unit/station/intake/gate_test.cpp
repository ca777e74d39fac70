#include "station/intake/gate.hpp"

#include <gtest/gtest.h>

namespace loa::station::intake {
namespace {

using protocol::crypto::SecretKey;
using std::chrono::hours;

constexpr WallTime now = wall_from_us(1'795'219'200'000'000);  // 2026-11-21T00:00:00Z

SecretKey key_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return SecretKey::from_seed(bytes);
}

class GateTest : public testing::Test {
 protected:
  GateTest() {
    settings_.ward = "trung-hoa";
    settings_.station = "cum-01";
    settings_.plan_keys = {office_.public_key()};
    settings_.emergency_keys = {key_of(2).public_key()};
    settings_.headend_keys = {office_.public_key()};
    settings_.audio = settings::StationSettings::Audio{"default"};
    address_.ward = "trung-hoa";
    address_.sender = "headend";
    address_.audience = "station/cum-01";
    address_.sequence = 7;
    address_.not_before = now - hours{1};
    address_.not_after = now + hours{24 * 40};
  }

  static v1::Plan plan() {
    v1::Plan plan;
    plan.set_station("cum-01");
    plan.set_made_us(to_us(now));
    plan.set_horizon_us(to_us(now + hours{24 * 30}));
    plan.set_content_url("https://localhost:8443/content/");
    plan.add_groups("to-1");
    auto* policy = plan.mutable_policy();
    policy->set_reference("QĐ 1246/QĐ-UBND 2021");
    policy->set_valid_from_us(to_us(now - hours{24}));
    policy->set_valid_until_us(to_us(now + hours{24 * 365}));
    policy->set_utc_offset_s(25'200);
    return plan;
  }
  static v1::Command stop() {
    v1::Command command;
    command.set_id("c-1");
    command.mutable_stop()->set_reason("tang lễ");
    return command;
  }

  std::string sealed_plan(const v1::Plan& body, const SecretKey& key) {
    address_.kind = v1::KIND_PLAN;
    return protocol::seal::seal(address_, body.SerializeAsString(), key);
  }
  std::string sealed_command(const SecretKey& key) {
    address_.kind = v1::KIND_COMMAND;
    return protocol::seal::seal(address_, stop().SerializeAsString(), key);
  }

  static v1::Plan flood(v1::CueClass rank, const char* occurrence) {
    auto made = plan();
    auto& object = *made.add_objects();
    object.set_sha256(std::string(32, 'o'));
    object.set_bytes(1'000);
    object.set_medium(v1::MEDIUM_AUDIO);
    auto& cue = *made.add_cues();
    cue.set_occurrence(occurrence);
    cue.set_cue_class(rank);
    cue.set_medium(v1::MEDIUM_AUDIO);
    cue.set_category("khan-cap");
    cue.set_start_us(to_us(now) + 10'000'000);
    cue.set_duration_us(5'000'000);
    cue.set_object(object.sha256());
    return made;
  }
  static v1::Plan emergency() { return flood(v1::CUE_CLASS_EMERGENCY, "khan-cap/2026-11-21/070000"); }
  std::string sealed_emergency(const v1::Plan& body, const SecretKey& key) {
    address_.kind = v1::KIND_EMERGENCY;
    return protocol::seal::seal(address_, body.SerializeAsString(), key);
  }
  std::string emergency_verdict(const std::string& sealed, std::optional<std::uint64_t> after = std::nullopt,
                                std::optional<WallTime> at = now) {
    const auto accepted = Gate{settings_}.emergency(sealed, after, at);
    return accepted ? "accepted" : accepted.error().text;
  }

  /// The reason, or "accepted".
  std::string plan_verdict(const std::string& sealed, std::optional<std::uint64_t> after = std::nullopt) {
    const auto accepted = Gate{settings_}.plan(sealed, after, now);
    return accepted ? "accepted" : accepted.error().text;
  }
  std::string command_verdict(const std::string& sealed, std::uint64_t after = 0, std::optional<WallTime> at = now) {
    const auto accepted = Gate{settings_}.command(sealed, after, at, {"to-1"});
    return accepted ? "accepted" : accepted.error().text;
  }

  const SecretKey office_ = key_of(1), alarm_ = key_of(2);
  settings::StationSettings settings_;
  protocol::seal::Address address_;
};

#define EXPECT_SAYS(verdict, words) EXPECT_NE((verdict).find(words), std::string::npos) << (verdict)

TEST_F(GateTest, LetsInWhatTheOfficeSignedForThisStation) {
  EXPECT_EQ(plan_verdict(sealed_plan(plan(), office_)), "accepted");
  EXPECT_EQ(command_verdict(sealed_command(office_)), "accepted");
}

TEST_F(GateTest, TellsWhenTheOfficeSignedAndAnEarlierInstantOfAnOlderOffice) {
  EXPECT_EQ(Gate{settings_}.plan(sealed_plan(plan(), office_), {}, now)->signed_at, now - hours{1}) << "not before";
  address_.signed_at = now - std::chrono::seconds{3};
  EXPECT_EQ(Gate{settings_}.plan(sealed_plan(plan(), office_), {}, now)->signed_at, address_.signed_at);
  EXPECT_EQ(Gate{settings_}.command(sealed_command(office_), 0, now, {})->signed_at, address_.signed_at);
  EXPECT_EQ(Gate{settings_}.emergency(sealed_emergency(emergency(), alarm_), {}, now)->signed_at, address_.signed_at);
  address_.kind = v1::KIND_RECEIPT;
  const auto receipt = protocol::seal::seal(address_, v1::Receipt{}.SerializeAsString(), office_);
  EXPECT_EQ(Gate{settings_}.receipt(receipt).value_or(AcceptedReceipt{}).signed_at, std::nullopt) << "no receipt";
  v1::Receipt whole;
  whole.set_epoch(std::string(16, 'e'));
  whole.set_through(1);
  whole.set_head(std::string(32, 'h'));
  EXPECT_EQ(Gate{settings_}.receipt(protocol::seal::seal(address_, whole.SerializeAsString(), office_))->signed_at,
            address_.signed_at);
}

TEST_F(GateTest, RefusesAForgedPlan) {
  EXPECT_SAYS(plan_verdict(sealed_plan(plan(), key_of(9))), "not signed by a key that is trusted");
  EXPECT_SAYS(plan_verdict(sealed_plan(plan(), key_of(2))),
              "not signed by a key that is trusted");  // the emergency key
}

TEST_F(GateTest, RefusesAPlanWithAnyBitTurned) {
  const auto sealed = sealed_plan(plan(), office_);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto turned = sealed;
    turned[i] = static_cast<char>(turned[i] ^ 1);
    EXPECT_NE(plan_verdict(turned), "accepted") << "byte " << i;
  }
}

TEST_F(GateTest, RefusesATruncatedPlan) {
  const auto sealed = sealed_plan(plan(), office_);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_NE(plan_verdict(sealed.substr(0, size)), "accepted") << size;
  }
}

TEST_F(GateTest, RefusesAReplayedOrOlderPlan) {
  const auto sealed = sealed_plan(plan(), office_);
  EXPECT_SAYS(plan_verdict(sealed, 7), "replayed");
  EXPECT_SAYS(plan_verdict(sealed, 8), "replayed");
  EXPECT_EQ(plan_verdict(sealed, 6), "accepted");
}

TEST_F(GateTest, RefusesAnExpiredOrFuturePlan) {
  address_.not_after = now;
  EXPECT_SAYS(plan_verdict(sealed_plan(plan(), office_)), "expired");
  address_.not_after = now + hours{2};
  address_.not_before = now + hours{1};
  EXPECT_SAYS(plan_verdict(sealed_plan(plan(), office_)), "not valid before");
}

TEST_F(GateTest, RefusesAPlanForAnotherStationOrWard) {
  address_.audience = "station/cum-02";
  EXPECT_SAYS(plan_verdict(sealed_plan(plan(), office_)), "addressed to 'station/cum-02'");
  address_.audience = "all";
  EXPECT_SAYS(plan_verdict(sealed_plan(plan(), office_)), "addressed to 'all'");
  address_.audience = "station/cum-01";
  auto other = plan();
  other.set_station("cum-02");
  EXPECT_SAYS(plan_verdict(sealed_plan(other, office_)), "for station 'cum-02'");
  address_.ward = "yen-hoa";
  EXPECT_SAYS(plan_verdict(sealed_plan(plan(), office_)), "ward 'yen-hoa'");
}

TEST_F(GateTest, RefusesACommandSentAsAPlan) { EXPECT_SAYS(plan_verdict(sealed_command(office_)), "sealed as kind"); }

TEST_F(GateTest, RefusesAPlanForAnotherSign) {
  settings_.sign = settings::StationSettings::Sign{192, 32, "", std::nullopt};
  auto other = plan();
  other.mutable_sign()->set_width_px(512);
  other.mutable_sign()->set_height_px(256);
  EXPECT_SAYS(plan_verdict(sealed_plan(other, office_)), "512x256");
}

TEST_F(GateTest, RefusesAPlanThatMakesNoSense) {
  auto broken = plan();
  auto* cue = broken.add_cues();
  cue->set_occurrence("sang/2026-11-21/050000");
  cue->set_duration_us(-1);
  EXPECT_NE(plan_verdict(sealed_plan(broken, office_)), "accepted");
}

TEST_F(GateTest, RefusesForgedReplayedExpiredAndForeignCommands) {
  EXPECT_SAYS(command_verdict(sealed_command(key_of(9))), "not signed by a key that is trusted");
  EXPECT_SAYS(command_verdict(sealed_command(office_), 7), "replayed");
  address_.audience = "group/to-9";
  EXPECT_SAYS(command_verdict(sealed_command(office_)), "addressed to 'group/to-9'");
  address_.audience = "group/to-1";
  EXPECT_EQ(command_verdict(sealed_command(office_)), "accepted");
  address_.not_after = now;
  EXPECT_SAYS(command_verdict(sealed_command(office_)), "expired");
}

/// An order of a later head-end reaches the core, which answers that it does not know it.
TEST_F(GateTest, LetsInAnOrderThatIsNotKnownHereToBeAnsweredByName) {
  address_.kind = v1::KIND_COMMAND;
  v1::Command command;
  command.set_id("c-1");
  const std::string later{"\xfa\x06\x00", 3};  // field 111, an empty message
  const auto opened = Gate{settings_}.command(
      protocol::seal::seal(address_, command.SerializeAsString() + later, office_), 0, now, {"to-1"});
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(opened->command.id(), "c-1");
  EXPECT_EQ(opened->command.order_case(), v1::Command::ORDER_NOT_SET);
  command.set_id("#");
  EXPECT_FALSE(Gate{settings_}.command(protocol::seal::seal(address_, command.SerializeAsString() + later, office_), 0,
                                       now, {"to-1"}));
}

TEST_F(GateTest, ObeysNoCommandWhileTheClockIsNotSet) {
  EXPECT_SAYS(command_verdict(sealed_command(office_), 0, std::nullopt), "clock is not set");
}

// ---- emergencies ----------------------------------------------------------------------------------------------------

TEST_F(GateTest, LetsInAnEmergencyOfTheEmergencyKeyOnly) {
  EXPECT_EQ(emergency_verdict(sealed_emergency(emergency(), alarm_)), "accepted");
  EXPECT_EQ(emergency_verdict(sealed_emergency(plan(), alarm_)), "accepted") << "without cues: it calls one off";
  EXPECT_SAYS(emergency_verdict(sealed_emergency(emergency(), office_)), "not signed by a key that is trusted");
  EXPECT_SAYS(emergency_verdict(sealed_emergency(emergency(), key_of(9))), "not signed by a key that is trusted");
}

TEST_F(GateTest, KeepsEmergenciesOutOfPlansAndAllElseOutOfEmergencies) {
  EXPECT_SAYS(plan_verdict(sealed_plan(emergency(), office_)), "only the emergency key may order");
  const auto programme = flood(v1::CUE_CLASS_LIVE, "sang/2026-11-21/070000");
  EXPECT_EQ(plan_verdict(sealed_plan(programme, office_)), "accepted");
  EXPECT_SAYS(emergency_verdict(sealed_emergency(programme, alarm_)), "is no emergency");
  EXPECT_SAYS(emergency_verdict(sealed_plan(programme, alarm_)), "sealed as kind 1");
  EXPECT_SAYS(plan_verdict(sealed_emergency(emergency(), office_)), "sealed as kind 8");
}

TEST_F(GateTest, RefusesReplayedExpiredAndForeignEmergencies) {
  const auto sealed = sealed_emergency(emergency(), alarm_);
  EXPECT_SAYS(emergency_verdict(sealed, 7), "replayed");
  EXPECT_SAYS(emergency_verdict(sealed, std::nullopt, std::nullopt), "clock is not set");
  EXPECT_SAYS(emergency_verdict(sealed, std::nullopt, now + hours{24 * 50}), "expired");
  auto other = emergency();
  other.set_station("cum-02");
  EXPECT_SAYS(emergency_verdict(sealed_emergency(other, alarm_)), "for station 'cum-02'");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto turned = sealed;
    turned[i] = static_cast<char>(turned[i] ^ 1);
    EXPECT_NE(emergency_verdict(turned), "accepted") << "byte " << i;
  }
  address_.audience = "all";
  EXPECT_SAYS(emergency_verdict(sealed_emergency(emergency(), alarm_)), "addressed to 'all'");
}

TEST_F(GateTest, TakesUpTheEmergencyOnDiskWhateverTheClockSays) {
  address_.not_after = now - hours{1};
  EXPECT_TRUE(Gate{settings_}.emergency_on_disk(sealed_emergency(emergency(), alarm_)));
  EXPECT_FALSE(Gate{settings_}.emergency_on_disk(sealed_emergency(emergency(), office_)));
}

}  // namespace
}  // namespace loa::station::intake
