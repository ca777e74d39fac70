#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/link/broker.hpp"
#include "tests/system/link/desk.hpp"
#include "tests/system/link/lookup.hpp"
#include "tests/system/link/old_broker.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
using protocol::link::Link;
using protocol::link::LinkSettings;
using protocol::link::Qos;
using protocol::link::Tls;
using protocol::link::Will;
using ::testing::HasSubstr;

constexpr auto past = "20200101000000Z", soon_over = "20200102000000Z", future = "20900101000000Z",
               end = "20950101000000Z";

LinkSettings settings_for(int port, const std::string& id = "tester") {
  LinkSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port;
  settings.client_id = id;
  settings.backoff_min = 5ms;
  settings.backoff_max = 50ms;
  return settings;
}

/// A broker, a desk, and links to it.
class LinkTest : public ::testing::Test {
 protected:
  void start_broker(const std::string& extra = "allow_anonymous true") { broker.emplace(folder / "broker", extra); }

  LinkSettings plain(const std::string& id = "tester") { return settings_for(broker->port(), id); }

  std::string tls_lines(const std::string& name) {
    return fmt::format("allow_anonymous true\ncafile {}\ncertfile {}\nkeyfile {}\n", certificates().ca().string(),
                       certificates().file(name + ".crt").string(), certificates().file(name + ".key").string());
  }
  LinkSettings secure() {
    auto settings = plain();
    settings.tls = Tls{certificates().ca(), {}, {}};
    return settings;
  }
  Certificates& certificates() {
    if (!certificates_) certificates_.emplace(folder / "pki");
    return *certificates_;
  }
  /// @return the first sentence with which a link fails
  std::string first_loss(const LinkSettings& settings) {
    Link link{settings, desk.events(), desk.post()};
    EXPECT_TRUE(link.start());
    EXPECT_TRUE(desk.run_until([&] { return !desk.losses.empty(); }));
    EXPECT_EQ(desk.connected, 0);
    return desk.losses.empty() ? "" : desk.losses.front();
  }

  TempFolder folder;
  std::optional<Broker> broker;
  std::optional<Certificates> certificates_;
  Desk desk;
};

TEST_F(LinkTest, CarriesMessagesBothWaysOverTls) {
  certificates().issue("good", "broker.test", past, end);
  start_broker(tls_lines("good"));
  auto settings = secure();
  settings.host = "broker.test";
  Link link{settings, desk.events(), desk.post()};
  ASSERT_TRUE(link.subscribe("loa/1/w/#", Qos::at_least_once));
  ASSERT_TRUE(link.start());
  const auto id = link.publish("loa/1/w/a", std::string(100'000, 'x'), Qos::at_least_once, false);
  ASSERT_TRUE(id);
  EXPECT_TRUE(desk.run_until([&] { return desk.has_delivered(*id) && !desk.messages.empty(); }));
  EXPECT_TRUE(link.is_connected());
  EXPECT_EQ(link.waiting(), 0U);
  ASSERT_FALSE(desk.messages.empty());
  EXPECT_EQ(desk.messages[0].topic, "loa/1/w/a");
  EXPECT_EQ(desk.messages[0].payload, std::string(100'000, 'x'));
  EXPECT_FALSE(desk.messages[0].retained);
}

TEST_F(LinkTest, ComesBackAfterTheBrokerWasKilledAndLosesNothing) {
  start_broker();
  Link link{plain(), desk.events(), desk.post()};
  ASSERT_TRUE(link.subscribe("t/#", Qos::at_least_once));
  ASSERT_TRUE(link.start());
  ASSERT_TRUE(desk.run_until([&] { return desk.connected == 1; }));
  broker->kill();
  ASSERT_TRUE(desk.run_until([&] { return !desk.losses.empty(); }));
  EXPECT_FALSE(link.is_connected());
  EXPECT_EQ(link.publish("t/now", "x", Qos::at_most_once, false).error().code, ErrorCode::busy);
  std::vector<protocol::link::MessageId> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(*link.publish("t/x", std::to_string(i), Qos::at_least_once, false));
  broker->start();
  EXPECT_TRUE(desk.run_until([&] { return desk.delivered.size() >= ids.size() && desk.has_message("99"); }));
  EXPECT_EQ(desk.delivered, ids);
  EXPECT_EQ(desk.connected, 2);
}

TEST_F(LinkTest, SendsTheNewestRetainedStateOnly) {
  start_broker();
  auto settings = plain();
  Link link{settings, desk.events(), desk.post()};
  ASSERT_TRUE(link.subscribe("s", Qos::at_least_once));
  ASSERT_TRUE(link.start());
  ASSERT_TRUE(desk.run_until([&] { return desk.connected == 1; }));
  broker->kill();
  ASSERT_TRUE(desk.run_until([&] { return !desk.losses.empty(); }));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(link.publish("s", std::to_string(i), Qos::at_least_once, true));
  EXPECT_EQ(link.waiting(), 1U);
  broker->start();
  EXPECT_TRUE(desk.run_until([&] { return desk.delivered.size() == 50 && !desk.messages.empty(); }));
  EXPECT_EQ(desk.messages[0].payload, "49");
}

TEST_F(LinkTest, SaysAtOnceUnderTlsThatNobodyListens) {
  auto settings = settings_for(free_port());
  settings.tls = Tls{certificates().ca(), {}, {}};
  EXPECT_THAT(first_loss(settings), HasSubstr("Connection refused"));
}

TEST_F(LinkTest, RefusesABrokerOfAnotherCa) {
  certificates().issue("good", "broker.test", past, end);
  start_broker(tls_lines("good"));
  auto settings = secure();
  settings.tls->ca_file = certificates().stranger();
  EXPECT_THAT(first_loss(settings), HasSubstr("the broker's certificate is not accepted: "));
}

TEST_F(LinkTest, RefusesACertificateThatIsNotYetValid) {
  certificates().issue("early", "broker.test", future, end);
  start_broker(tls_lines("early"));
  EXPECT_THAT(first_loss(secure()), HasSubstr("certificate is not accepted: certificate is not yet valid"));
}

TEST_F(LinkTest, RefusesAnExpiredCertificate) {
  certificates().issue("late", "broker.test", past, soon_over);
  start_broker(tls_lines("late"));
  EXPECT_THAT(first_loss(secure()), HasSubstr("certificate is not accepted: certificate has expired"));
}

TEST_F(LinkTest, RefusesACertificateForAnotherName) {
  certificates().issue("other", "other.test", past, end, true);
  start_broker(tls_lines("other"));
  auto settings = secure();
  settings.host = "broker.test";
  EXPECT_THAT(first_loss(settings), HasSubstr("does not bear the name broker.test"));
}

TEST_F(LinkTest, RefusesAPlainBrokerWhenTlsIsWanted) {
  start_broker();
  EXPECT_THAT(first_loss(secure()), HasSubstr("cannot connect to 127.0.0.1"));
}

TEST_F(LinkTest, TellsThatTheLoginIsRefusedAndTriesAgain) {
  ASSERT_TRUE(run({{"mosquitto_passwd", "-b", "-c", folder / "passwords", "station-1", "right"}}));
  start_broker(fmt::format("allow_anonymous false\npassword_file {}", (folder / "passwords").string()));
  auto settings = plain();
  settings.username = "station-1";
  settings.password = "wrong";
  {
    Link link{settings, desk.events(), desk.post()};
    ASSERT_TRUE(link.start());
    ASSERT_TRUE(desk.run_until([&] { return desk.losses.size() >= 3; }));
    EXPECT_THAT(desk.losses.front(), HasSubstr("the broker says: Not authorized"));
    EXPECT_EQ(desk.connected, 0);
  }
  settings.password = "right";
  Link link{settings, desk.events(), desk.post()};
  ASSERT_TRUE(link.start());
  EXPECT_TRUE(desk.run_until([&] { return desk.connected == 1; }));
}

TEST_F(LinkTest, TellsAPublishThatTheAccessListRefuses) {
  std::ofstream{folder / "acl"} << "topic read #\ntopic write mine/#\n";
  start_broker(fmt::format("allow_anonymous true\nacl_file {}", (folder / "acl").string()));
  Link link{plain(), desk.events(), desk.post()};
  ASSERT_TRUE(link.start());
  const auto foreign = link.publish("theirs/x", "x", Qos::at_least_once, false);
  const auto own = link.publish("mine/x", "x", Qos::at_least_once, false);
  ASSERT_TRUE(foreign && own);
  EXPECT_TRUE(desk.run_until([&] { return desk.has_delivered(*own) && !desk.failed.empty(); }));
  ASSERT_EQ(desk.failed.size(), 1U);
  EXPECT_EQ(desk.failed[0].first, *foreign);
  EXPECT_THAT(desk.failed[0].second, HasSubstr("Not authorized"));
  EXPECT_FALSE(desk.has_delivered(*foreign));
}

TEST_F(LinkTest, RefusesAPayloadOverItsOwnLimit) {
  start_broker();
  auto settings = plain();
  settings.max_packet_bytes = 1'000;
  Link link{settings, desk.events(), desk.post()};
  ASSERT_TRUE(link.start());
  EXPECT_EQ(link.publish("t", std::string(1'001, 'x'), Qos::at_least_once, false).error().code, ErrorCode::invalid);
  EXPECT_TRUE(link.publish("t", std::string(1'000, 'x'), Qos::at_least_once, false));
}

TEST_F(LinkTest, GivesUpAnOversizedMessageAndDeliversTheOthers) {
  start_broker("allow_anonymous true\nmax_packet_size 2000");
  for (const bool speaks_5 : {true, false}) {
    Desk own;
    auto settings = plain();
    settings.clean_session = speaks_5;
    Link link{settings, own.events(), own.post()};
    ASSERT_TRUE(link.start());
    const auto before = link.publish("t/a", "small", Qos::at_least_once, false);
    ASSERT_TRUE(own.run_until([&] { return own.has_delivered(*before); }));
    const auto large = link.publish("t/b", std::string(5'000, 'x'), Qos::at_least_once, false);
    const auto after = link.publish("t/c", "small", Qos::at_least_once, false);
    EXPECT_TRUE(own.run_until([&] { return own.has_delivered(*after) && !own.failed.empty(); }))
        << "MQTT 5: " << speaks_5;
    ASSERT_EQ(own.failed.size(), 1U);
    EXPECT_EQ(own.failed[0].first, *large);
  }
}

TEST_F(LinkTest, DropsAReceivedMessageOverItsLimit) {
  start_broker();
  auto small = plain("small");
  small.max_packet_bytes = 1'000;
  Link receiver{small, desk.events(), desk.post()};
  ASSERT_TRUE(receiver.subscribe("t", Qos::at_least_once));
  ASSERT_TRUE(receiver.start());
  Desk other;
  Link sender{plain("sender"), other.events(), other.post()};
  ASSERT_TRUE(sender.publish("t", "x", Qos::at_least_once, false).error().code == ErrorCode::refused);
  ASSERT_TRUE(sender.start());
  ASSERT_TRUE(desk.run_until([&] { return desk.connected == 1; }));
  ASSERT_TRUE(sender.publish("t", std::string(1'001, 'x'), Qos::at_least_once, true));
  ASSERT_TRUE(sender.publish("u", "x", Qos::at_least_once, true));
  ASSERT_TRUE(other.run_until([&] { return other.delivered.size() == 2; }));
  ASSERT_TRUE(receiver.subscribe("u", Qos::at_least_once));
  EXPECT_TRUE(desk.run_until([&] { return desk.has_message("x"); }));
  EXPECT_EQ(desk.messages.size(), 1U);
}

TEST_F(LinkTest, BlocksNobodyWhileANameLookupHangs) {
  auto settings = settings_for(1883);
  settings.host = "slow.test";
  auto link = std::make_unique<Link>(settings, desk.events(), desk.post());
  ASSERT_TRUE(link->start());
  ASSERT_TRUE(wait_until(10s, [] { return lookup::waiting() == 1; }));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(link->publish("t", "x", Qos::at_least_once, false));
  EXPECT_TRUE(link->subscribe("t", Qos::at_least_once));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 500ms);  // the lookup hangs for ever
  link->stop(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
  link.reset();
  EXPECT_EQ(lookup::waiting(), 1);
  lookup::release();
  EXPECT_TRUE(wait_until(10s, [] { return lookup::waiting() == 0; }));
  EXPECT_FALSE(desk.run_until([&] { return !desk.losses.empty() || desk.connected > 0; }, 50ms)) << "news after stop()";
}

TEST_F(LinkTest, WorksWithMoreThan1024OpenFiles) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = 2'048;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  start_broker();
  std::vector<UniqueFd> files;
  for (int i = 0; i < 1'100; ++i) files.emplace_back(::dup(2));
  ASSERT_GT(files.back().get(), 1'024);
  Link link{plain(), desk.events(), desk.post()};
  ASSERT_TRUE(link.subscribe("t", Qos::at_least_once));
  ASSERT_TRUE(link.start());
  ASSERT_TRUE(link.publish("t", "high", Qos::at_least_once, false));
  EXPECT_TRUE(desk.run_until([&] { return desk.has_message("high"); }));
}

TEST_F(LinkTest, LeavesItsWillOnlyWhenItVanishes) {
  start_broker();
  Link witness{plain("witness"), desk.events(), desk.post()};
  ASSERT_TRUE(witness.subscribe("will/#", Qos::at_least_once));
  ASSERT_TRUE(witness.subscribe("hello", Qos::at_least_once));
  ASSERT_TRUE(witness.start());
  Desk other;
  const auto start_mortal = [&](const std::string& name) {
    auto settings = plain("mortal");
    settings.will = Will{"will/" + name, "gone"};
    auto link = std::make_unique<Link>(settings, other.events(), other.post());
    EXPECT_TRUE(link->start());
    EXPECT_TRUE(other.run_until([&] { return other.connected == 1; }));
    other.connected = 0;
    return link;
  };
  auto polite = start_mortal("polite");
  polite->stop(1s);
  // The same client id again: the broker throws the first one out, which is how a vanished one looks.
  auto first = start_mortal("first");
  auto settings = plain("mortal");
  Desk usurper_desk;
  Link usurper{settings, usurper_desk.events(), usurper_desk.post()};
  ASSERT_TRUE(usurper.start());
  EXPECT_TRUE(desk.run_until([&] { return !desk.messages.empty(); }));
  ASSERT_FALSE(desk.messages.empty());
  EXPECT_EQ(desk.messages[0].topic, "will/first");
}

TEST_F(LinkTest, DrainsItsQueueBeforeItStops) {
  start_broker();
  Link link{plain(), desk.events(), desk.post()};
  ASSERT_TRUE(link.start());
  ASSERT_TRUE(desk.run_until([&] { return desk.connected == 1; }));
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(link.publish("t", std::to_string(i), Qos::at_least_once, true));
  link.stop(5s);
  EXPECT_EQ(link.waiting(), 0U);
  EXPECT_TRUE(desk.delivered.empty()) << "no event may arrive after stop()";
  EXPECT_EQ(link.publish("t", "x", Qos::at_least_once, false).error().code, ErrorCode::refused);
}

TEST_F(LinkTest, GivesUpOnABrokerThatNeverAnswers) {
  OldBroker silent{OldBroker::Manner::silent};
  auto settings = settings_for(silent.port());
  settings.connect_timeout = 100ms;
  EXPECT_THAT(first_loss(settings), HasSubstr("no answer within 100 ms"));
}

TEST_F(LinkTest, Speaks311WithABrokerThatDoesNotKnow5) {
  for (const auto manner : {OldBroker::Manner::refuses_5, OldBroker::Manner::hangs_up_on_5}) {
    Desk own;
    OldBroker old{manner};
    Link link{settings_for(old.port()), own.events(), own.post()};
    ASSERT_TRUE(link.start());
    EXPECT_TRUE(own.run_until([&] { return own.connected == 1; }));
  }
}

TEST_F(LinkTest, TriesTheOtherAddressFamilyOfANameWithTwo) {
  start_broker();  // listens on 127.0.0.1 only; "localhost" is ::1 first where the machine has IPv6
  auto settings = plain();
  settings.host = "localhost";
  Link link{settings, desk.events(), desk.post()};
  ASSERT_TRUE(link.start());
  EXPECT_TRUE(desk.run_until([&] { return desk.connected == 1; }));
}

TEST_F(LinkTest, HoldsAFloodBackInsteadOfKeepingItInMemory) {
  start_broker("allow_anonymous true\nmax_queued_messages 0");
  Link receiver{plain("receiver"), desk.events(), desk.post()};
  ASSERT_TRUE(receiver.subscribe("t", Qos::at_least_once));
  ASSERT_TRUE(receiver.start());
  ASSERT_TRUE(desk.run_until([&] { return desk.connected == 1; }));
  Desk other;
  auto settings = plain("sender");
  settings.max_queued_messages = 10'000;
  Link sender{settings, other.events(), other.post()};
  ASSERT_TRUE(sender.start());
  for (int i = 0; i < 3'000; ++i) ASSERT_TRUE(sender.publish("t", std::to_string(i), Qos::at_least_once, false));
  ASSERT_TRUE(other.run_until([&] { return other.delivered.size() == 3'000; }));
  EXPECT_TRUE(wait_until(10s, [&] { return desk.posted() >= 1'000; }));
  EXPECT_FALSE(wait_until(300ms, [&] { return desk.posted() > 1'500; }))
      << "the idle desk: the rest must wait in the broker";
  EXPECT_TRUE(desk.run_until([&] { return desk.messages.size() == 3'000; }));
  EXPECT_EQ(desk.messages.back().payload, "2999");
}

TEST(LinkSettings, AreCheckedAtStart) {
  Desk desk;
  const auto start = [&](auto&& change) {
    auto settings = settings_for(1883);
    change(settings);
    auto started = Link{settings, desk.events(), desk.post()}.start();
    return started ? std::string{"started"} : started.error().text;
  };
  EXPECT_THAT(start([](auto& s) { s.host = ""; }), HasSubstr("host is not given"));
  EXPECT_THAT(start([](auto& s) { s.port = 70'000; }), HasSubstr("port 70000"));
  EXPECT_THAT(start([](auto& s) { s.client_id = ""; }), HasSubstr("client id"));
  EXPECT_THAT(start([](auto& s) { s.keepalive = 4s; }), HasSubstr("keepalive 4 s"));
  EXPECT_THAT(start([](auto& s) { s.backoff_max = 1ms; }), HasSubstr("back-off"));
  EXPECT_THAT(start([](auto& s) {
                s.tls = Tls{"/nowhere/ca.crt", {}, {}};
              }),
              HasSubstr("/nowhere/ca.crt is not there"));
  EXPECT_THAT(start([](auto& s) { s.tls = Tls{"/dev/null", {}, {}, "tlsv1"}; }), HasSubstr("TLS version 'tlsv1'"));
  EXPECT_THAT(start([](auto& s) { s.will = Will{"a/#", ""}; }), HasSubstr("'a/#' is no topic"));
}

TEST(LinkSettings, TopicsAndFiltersAreChecked) {
  Desk desk;
  Link link{settings_for(1883), desk.events(), desk.post()};
  for (const std::string& topic :
       {std::string{}, std::string{"a/+"}, std::string{"#"}, std::string{"a\0b", 3}, std::string{"\xff"}}) {
    EXPECT_EQ(link.publish(topic, "x", Qos::at_least_once, false).error().code, ErrorCode::invalid) << topic;
  }
  EXPECT_EQ(link.publish(std::string(70'000, 'a'), "x", Qos::at_least_once, false).error().code, ErrorCode::invalid);
  EXPECT_EQ(link.subscribe("a/#/b", Qos::at_least_once).error().code, ErrorCode::invalid);
  EXPECT_EQ(link.subscribe("", Qos::at_least_once).error().code, ErrorCode::invalid);
  EXPECT_TRUE(link.subscribe("a/+/b/#", Qos::at_least_once));
}

}  // namespace
}  // namespace loa::tests
