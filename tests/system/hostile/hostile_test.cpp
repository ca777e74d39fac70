#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "protocol/crypto/hash.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/hostile/hostile_ward.hpp"

namespace loa::tests {
namespace {

namespace seal = protocol::seal;
using namespace std::chrono_literals;
using protocol::crypto::SecretKey;
using protocol::topic::Leaf;
using seal::Address;

constexpr const char* untrusted = "not signed by a key that is trusted for this";

/// One thing that an attacker publishes, and what the station must say.
struct Attack {
  /// Where: what is sound and meant for somebody else stands in the log only.
  enum class Told { log, status };
  const char* name;
  const char* what;  ///< as which it is refused: "plan", "command", "receipt"
  std::string reason;
  std::string topic;
  std::string payload;
  Told told = Told::status;
};

class Hostile : public testing::Test {
 protected:
  /// The plan in force made loud, sealed by the head-end's key; the caller spoils the address first.
  std::string plan(const std::function<void(Address&)>& spoil = {}, const std::function<void(v1::Plan&)>& alter = {}) {
    auto address = ward_.address(v1::KIND_PLAN);
    auto body = ward_.loud_plan();
    if (spoil) spoil(address);
    if (alter) alter(body);
    return seal::seal(address, body.SerializeAsString(), ward_.plan_key());
  }
  std::string plan_by(const SecretKey& key) {
    return seal::seal(ward_.address(v1::KIND_PLAN), ward_.loud_plan().SerializeAsString(), key);
  }
  std::string mute(const std::function<void(Address&)>& spoil = {}) {
    auto address = ward_.address(v1::KIND_COMMAND);
    if (spoil) spoil(address);
    return seal::seal(address, HostileWard::mute().SerializeAsString(), ward_.plan_key());
  }
  std::string mute_by(const SecretKey& key) {
    return seal::seal(ward_.address(v1::KIND_COMMAND), HostileWard::mute().SerializeAsString(), key);
  }
  std::string receipt_by(const SecretKey& key) {
    v1::Receipt receipt;
    receipt.set_epoch(std::string(16, 'e'));
    receipt.set_through(1'000);
    receipt.set_head(std::string(32, 'h'));
    return seal::seal(ward_.address(v1::KIND_RECEIPT), receipt.SerializeAsString(), key);
  }

  std::string emergency_by(const SecretKey& key, const std::function<void(Address&)>& spoil = {}) {
    auto address = ward_.address(v1::KIND_EMERGENCY);
    if (spoil) spoil(address);
    return seal::seal(address, ward_.loud_emergency().SerializeAsString(), key);
  }

  std::vector<Attack> attacks_by_emergency();
  std::vector<Attack> attacks_by_plan();
  std::vector<Attack> attacks_by_command();
  void make(const Attack& attack);
  void make_unnoticed(const Attack& attack);
  void expect_nothing_changed();
  void refuse_a_retained_command();
  void refuse_a_poisoned_broker();
  void expect_only_the_good_sounds();
  void expect_objects_refused();
  void expect_report(int cues);
  void wait_for_the_good_cue();
  void expect_that_the_attack_would_be_obeyed();
  std::size_t refusals(const char* what, const std::string& reason) {
    return ward_.log_lines({"message.refused", std::string{"what="} + what, reason}).size();
  }

  const TempFolder temp_{"loa-hostile"};
  HostileWard ward_{temp_.path()};
  const SecretKey stranger_ = SecretKey::generate();
};

std::vector<Attack> Hostile::attacks_by_plan() {
  const std::string topic = ward_.topic_of(Leaf::plan);
  const std::string genuine = ward_.genuine_plans(HostileWard::station).back();
  std::string other_signature = plan();
  other_signature[other_signature.size() / 2] = static_cast<char>(other_signature[other_signature.size() / 2] ^ 1);
  v1::Envelope claimed;
  claimed.ParseFromString(plan_by(stranger_));
  claimed.set_key_id(ward_.plan_key().public_key().id());
  const auto another_kind = [](Address& address) { address.kind = v1::KIND_COMMAND; };
  const auto sequence_in_force = [this](Address& address) { address.sequence = ward_.sequence_in_force(); };
  return {
      {"forged", "plan", untrusted, topic, plan_by(stranger_)},
      {"forged in the name of the right key", "plan", untrusted, topic, claimed.SerializeAsString()},
      {"one bit changed", "plan", untrusted, topic, other_signature},
      {"by the emergency key", "plan", untrusted, topic, plan_by(ward_.emergency_key())},
      {"an older one again", "plan", "replayed: sequence", topic, ward_.genuine_plans(HostileWard::station).front()},
      {"another of the same number", "plan", "replayed: sequence", topic, plan(sequence_in_force)},
      {"expired", "plan", "expired at", topic, plan([](Address& a) { a.not_after = wall_now() - 1s; })},
      {"of tomorrow", "plan", "not valid before", topic, plan([](Address& a) { a.not_before = wall_now() + 24h; })},
      {"another station's", "plan", "addressed to 'station/cum-02'", topic,
       ward_.genuine_plans(HostileWard::other_station).back()},
      {"another station's in our envelope", "plan", "the plan is for station 'cum-02'", topic,
       plan({}, [](v1::Plan& p) { p.set_station("cum-02"); })},
      {"of another ward", "plan", "sealed for ward 'khac'", topic, plan([](Address& a) { a.ward = "khac"; })},
      {"of another kind", "plan", "sealed as kind 2", topic, plan(another_kind)},
      {"sent by a station", "plan", "sent by 'station/cum-02'", topic,
       plan([](Address& a) { a.sender = "station/cum-02"; })},
      {"senseless, well signed", "plan", "duration", topic,
       plan({}, [](v1::Plan& p) { p.mutable_cues(0)->set_duration_us(-1); })},
      {"truncated", "plan", "are not a whole envelope", topic, genuine.substr(0, genuine.size() / 2)},
      {"noise", "plan", "are not a whole envelope", topic, std::string(300, '\xff')},
      {"empty", "plan", untrusted, topic, ""},
  };
}

std::vector<Attack> Hostile::attacks_by_emergency() {
  const std::string topic = ward_.topic_of(Leaf::emergency), plan_topic = ward_.topic_of(Leaf::plan);
  const auto& right = ward_.emergency_key();
  const auto as_plan =
      seal::seal(ward_.address(v1::KIND_PLAN), ward_.loud_emergency().SerializeAsString(), ward_.plan_key());
  const auto programme = seal::seal(ward_.address(v1::KIND_EMERGENCY), ward_.loud_plan().SerializeAsString(), right);
  return {
      {"by the plan key", "emergency", untrusted, topic, emergency_by(ward_.plan_key())},
      {"by nobody we know", "emergency", untrusted, topic, emergency_by(stranger_)},
      {"in a plan", "plan", "only the emergency key may order", plan_topic, as_plan},
      {"right, in the plan's place", "plan", untrusted, plan_topic, emergency_by(right)},
      {"a programme as one", "emergency", "is no emergency", topic, programme},
      {"an expired one", "emergency", "expired at", topic,
       emergency_by(right, [](Address& a) { a.not_after = wall_now() - 1s; })},
      {"another station's", "emergency", "addressed to 'station/cum-02'", topic,
       emergency_by(right, [](Address& a) { a.audience = "station/cum-02"; })},
  };
}

std::vector<Attack> Hostile::attacks_by_command() {
  const std::string topic = HostileWard::command_topic("to-1");
  const auto other_group = [](Address& address) { address.audience = "group/to-2"; };
  const auto taken = ward_.wire().heard(HostileWard::command_topic("all"));
  EXPECT_FALSE(taken.empty());
  return {
      {"forged order", "command", untrusted, topic, mute_by(stranger_)},
      {"order by the emergency key", "command", untrusted, topic, mute_by(ward_.emergency_key())},
      {"an order again", "command", "replayed: sequence", topic, taken.empty() ? std::string{} : taken.back()},
      {"expired order", "command", "expired at", topic, mute([](Address& a) { a.not_after = wall_now() - 1s; })},
      {"order for others", "command", "addressed to 'group/to-2'", topic, mute(other_group), Attack::Told::log},
      {"a plan as order", "command", "sealed as kind 1", topic, plan()},
      {"truncated order", "command", "are not a whole envelope", topic, mute().substr(0, 60)},
      {"forged receipt", "receipt", untrusted, ward_.topic_of(Leaf::receipt), receipt_by(stranger_)},
      {"receipt for another journal", "receipt", "epoch", ward_.topic_of(Leaf::receipt), receipt_by(ward_.plan_key()),
       Attack::Told::log},
  };
}

void Hostile::expect_nothing_changed() {
  const auto status = ward_.status();
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->plan_sequence(), ward_.sequence_in_force());
  EXPECT_EQ(status->on_air(), "");
}

void Hostile::make_unnoticed(const Attack& attack) {
  SCOPED_TRACE(attack.name);
  const auto refused = ward_.status().value_or(v1::Status{}).refused();
  const auto published = ward_.wire().publish(attack.topic, attack.payload);
  ASSERT_TRUE(published) << published.error().text;
  const std::string event = std::string{attack.what} + ".elsewhere";
  EXPECT_TRUE(wait_until(3s, [&] { return ward_.log_lines({event, attack.reason}).size() == 1; }));
  EXPECT_EQ(ward_.status().value_or(v1::Status{}).refused(), refused) << "it is no order to this station";
  expect_nothing_changed();
}

/// One line in the log with the reason, the same in the status, and the plan in force stays in force.
void Hostile::make(const Attack& attack) {
  if (attack.told == Attack::Told::log) return make_unnoticed(attack);
  SCOPED_TRACE(attack.name);
  const auto before = ward_.log_lines({"message.refused"}).size();
  const auto before_like_this = refusals(attack.what, attack.reason);
  const auto published = ward_.wire().publish(attack.topic, attack.payload);
  ASSERT_TRUE(published) << published.error().text;
  const bool said = wait_until(3s, [&] {
    const auto status = ward_.status();
    return refusals(attack.what, attack.reason) > before_like_this && status &&
           status->refused().rfind(std::string{attack.what} + ": ", 0) == 0 &&
           status->refused().find(attack.reason) != std::string::npos;
  });
  const auto lines = ward_.log_lines({"message.refused"});
  EXPECT_TRUE(said) << "last refusal: " << (lines.empty() ? "none" : lines.back());
  EXPECT_EQ(lines.size(), before + 1) << "one line for each";
  expect_nothing_changed();
}

/// A well-signed order that the broker kept: nobody can tell how old its wish is.
void Hostile::refuse_a_retained_command() {
  const auto topic = HostileWard::command_topic("to-1");
  ASSERT_TRUE(ward_.wire().publish(topic, mute(), true));
  const auto started = ward_.start_station();
  ASSERT_TRUE(started) << started.error().text;
  EXPECT_TRUE(wait_until(5s, [&] { return refusals("command", "never retained") == 1; }));
  EXPECT_TRUE(ward_.log_lines({"command.accepted"}).empty());
  ASSERT_TRUE(ward_.wire().publish(topic, "", true));  // takes it away again
  EXPECT_TRUE(wait_until(5s, [&] { return refusals("command", untrusted) == 1; }));
}

/// The broker holds a forged plan for whoever connects; the station starts anew and has only its disk.
void Hostile::refuse_a_poisoned_broker() {
  ASSERT_TRUE(ward_.wire().publish(ward_.topic_of(Leaf::plan), plan_by(stranger_), true));
  ASSERT_TRUE(wait_until(3s, [&] { return !ward_.log_lines({"message.refused"}).empty(); }));
  std::this_thread::sleep_for(300ms);
  const auto before = ward_.log_lines({"message.refused"}).size();
  const auto restarted = ward_.restart_station();
  ASSERT_TRUE(restarted) << restarted.error().text;
  EXPECT_TRUE(wait_until(5s, [&] { return ward_.log_lines({"message.refused"}).size() > before; }));
  EXPECT_TRUE(wait_until(5s, [&] {
    const auto status = ward_.status();
    return status && status->uptime_s() <= 3 && status->plan_sequence() == ward_.sequence_in_force() &&
           status->refused().find(untrusted) != std::string::npos;
  }));
}

void Hostile::expect_only_the_good_sounds() {
  const auto takes = Recording::load_folder(ward_.kit().recording_of(HostileWard::station));
  ASSERT_TRUE(takes) << takes.error().text;
  const std::int64_t from_ns = (to_us(ward_.good_start()) - 1'000) * 1'000;
  const std::int64_t to_ns = (to_us(ward_.good_start()) + 3'001'000) * 1'000;
  std::size_t strange = 0, frames = 0;
  for (const auto& take : *takes) {
    for (std::size_t i = 0; i < take.frames.size(); ++i, ++frames) {
      const auto at =
          take.start_realtime_ns + static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / take.true_rate());
      if (take.frames[i] != 0 && (at < from_ns || at > to_ns)) ++strange;
    }
  }
  EXPECT_EQ(strange, 0U) << "samples that are not silence, of " << frames;
  const auto content = listen::decode(ward_.kit().object(ward_.good_object()));
  ASSERT_TRUE(content) << content.error().text;
  const auto match = listen::align(*takes, {*content, to_us(ward_.good_start())});
  EXPECT_NEAR(match.heard_s, 3.0, 0.02) << "it is alive and obeys the good plan";
  std::printf("%zu takes, %.1f s recorded, %zu strange samples, the good cue heard %.3f s\n", takes->size(),
              static_cast<double>(frames) / 48'000, strange, match.heard_s);
}

/// What the head-end's disk says falsely: each object by name, with its reason.
void Hostile::expect_objects_refused() {
  const auto refused = [&](const std::string& object, const char* reason) {
    return ward_.log_lines({"object.fetch_failed", object, reason}).size();
  };
  EXPECT_GE(refused(ward_.changed_object(), "is something else"), 1U);
  EXPECT_GE(refused(ward_.short_object(), "the server ended after"), 1U);
  EXPECT_GE(ward_.log_lines({"object.inspected", ward_.foreign_object()}).size(), 1U);
  for (const auto& object : {ward_.changed_object(), ward_.short_object(), ward_.foreign_object()}) {
    const auto lines = ward_.log_lines({object});
    std::printf("%zu lines about %.8s, the last: %s\n", lines.size(), object.c_str(),
                lines.empty() ? "" : lines.back().c_str());
    EXPECT_LE(lines.size(), 40U) << "it does not fill the disk with complaints";
    const auto statuses = ward_.statuses();
    EXPECT_TRUE(std::any_of(statuses.begin(), statuses.end(), [&](const v1::Status& status) {
      return status.refused().rfind("object: ", 0) == 0 && status.refused().find(object) != std::string::npos;
    })) << "no status names it";
  }
}

void Hostile::wait_for_the_good_cue() {
  std::printf("%zu refusals in the log, %.1f s before the good cue\n", ward_.log_lines({"message.refused"}).size(),
              ward_.seconds_left());
  ASSERT_GT(ward_.seconds_left(), 0.5) << "the machine is too slow for this test";
  std::this_thread::sleep_for(std::chrono::milliseconds{static_cast<int>(ward_.seconds_left() * 1e3) + 3'300});
}

void Hostile::expect_report(int cues) {
  const auto date = local_date(ward_.good_start());
  boost::json::value report;
  EXPECT_TRUE(wait_until(10s, [&] {
    auto now = ward_.kit().loa_json({"report", "--from", date, "--to", date});
    if (!now) return false;
    report = *std::move(now);
    return report.at("cues_accounted").to_number<int>() == cues;
  }));
  EXPECT_TRUE(report.at("anomalies").as_array().empty());
  for (const auto& difference : report.at("differences").as_array()) {
    EXPECT_EQ(difference.at("bucket").as_string(), "content-missing") << difference.at("title").as_string();
    EXPECT_NE(difference.at("title").as_string(), "Tốt");
  }
}

/// The control: the very plan that the attacks spoil, without a flaw, is obeyed. It is signed by the office's key and
/// the office has not given it: the office gives a newer one at once.
void Hostile::expect_that_the_attack_would_be_obeyed() {
  const auto sequence = ward_.sequence_in_force() + 1'000;
  ASSERT_TRUE(ward_.wire().publish(ward_.topic_of(Leaf::plan), plan()));
  EXPECT_TRUE(wait_until(5s, [&] {
    const auto statuses = ward_.statuses();
    return std::any_of(statuses.begin(), statuses.end(),
                       [&](const v1::Status& status) { return status.plan_sequence() == sequence; });
  }));
  EXPECT_TRUE(wait_until(5s, [&] {
    const auto status = ward_.status();
    return status && status->plan_sequence() > sequence;
  }));
}

TEST_F(Hostile, WordsAreRefusedOneByOneAndTheGoodPlanStillPlays) {
  const auto prepared = ward_.prepare(false);
  ASSERT_TRUE(prepared) << prepared.error().text;
  refuse_a_retained_command();
  const auto asked = ward_.kit().loa({"command", "report", "--station", HostileWard::station});
  ASSERT_TRUE(asked) << asked.error().text;
  for (const auto& attack : attacks_by_plan()) make(attack);
  for (const auto& attack : attacks_by_emergency()) make(attack);
  for (const auto& attack : attacks_by_command()) make(attack);
  refuse_a_poisoned_broker();
  wait_for_the_good_cue();
  expect_report(1);
  expect_only_the_good_sounds();
  expect_that_the_attack_would_be_obeyed();
}

TEST_F(Hostile, ObjectsThatNobodyApprovedAreSilentAndTheGoodOneStillPlays) {
  const auto prepared = ward_.prepare(true);
  ASSERT_TRUE(prepared) << prepared.error().text;
  const auto started = ward_.start_station();
  ASSERT_TRUE(started) << started.error().text;
  wait_for_the_good_cue();
  expect_report(4);
  expect_only_the_good_sounds();
  expect_objects_refused();
}

}  // namespace
}  // namespace loa::tests
