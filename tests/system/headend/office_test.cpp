#include <gtest/gtest.h>
#include <signal.h>

#include "protocol/base/file.hpp"
#include "tests/system/headend/visitor.hpp"
#include "tests/system/headend/ward_at_work.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

/// A ward with two stations and its head-end running.
class Office : public testing::Test {
 protected:
  Office() {
    for (const std::string id : {"a", "b"}) {
      ward_.must({"station", "add", id, "--name", "Trạm " + id, "--out", (ward_ / id).string()});
    }
    office_.emplace(ward_.open_office());
    mqtt_port_ = ward_.number("mqtt_port");
  }

  [[nodiscard]] Visitor visitor(const std::string& login, const std::string& password) const {
    return Visitor{mqtt_port_, ward_.folder() / "ca/ca.crt", login, password};
  }
  [[nodiscard]] Visitor station(const std::string& id) const {
    return visitor(id, text_of(ward_ / id / "mqtt.password"));
  }
  [[nodiscard]] static std::string topic(const std::string& station, const std::string& leaf) {
    return "loa/1/phuong-1/station/" + station + "/" + leaf;
  }
  [[nodiscard]] std::string address(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(ward_.number("https_port")) + path;
  }
  [[nodiscard]] Finished curl(std::vector<std::string> words) const {
    Command command;
    command.argv = {
        "curl", "--silent", "--show-error", "--max-time", "20", "--cacert", (ward_.folder() / "ca/ca.crt").string()};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    auto done = run(command);
    if (!done) ADD_FAILURE() << done.error().text;
    return done ? *std::move(done) : Finished{};
  }

  WardAtWork ward_;
  std::optional<Process> office_;
  int mqtt_port_ = 0;
};

TEST_F(Office, LetsNobodyInWithoutTheRightPassword) {
  EXPECT_TRUE(station("a").enter());
  EXPECT_FALSE(visitor("", "").enter()) << "anonymous";
  EXPECT_FALSE(visitor("a", "wrong").enter());
  EXPECT_FALSE(visitor("c", "wrong").enter());
  EXPECT_FALSE(visitor("headend", "").enter());
  EXPECT_FALSE(visitor("a", text_of(ward_ / "b" / "mqtt.password")).enter()) << "another station's password";
  Visitor stranger{mqtt_port_, ward_ / "no-such-authority.crt", "a", text_of(ward_ / "a" / "mqtt.password")};
  EXPECT_FALSE(stranger.enter());
}

TEST_F(Office, LetsAStationWriteBelowItsOwnIdOnly) {
  auto a = station("a");
  ASSERT_TRUE(a.enter()) << a.refusal();
  for (const char* leaf : {"state", "status", "proof", "answer", "fault/storage"}) {
    EXPECT_TRUE(a.publish(topic("a", leaf), "x")) << leaf;
    EXPECT_FALSE(a.publish(topic("b", leaf), "x")) << leaf;
  }
  EXPECT_FALSE(a.publish(topic("a", "plan"), "x"));
  EXPECT_FALSE(a.publish(topic("a", "receipt"), "x"));
  EXPECT_FALSE(a.publish("loa/1/phuong-1/command/all", "x"));
  EXPECT_FALSE(a.publish("loa/1/other/station/a/state", "x"));
  EXPECT_FALSE(a.publish("anything", "x"));
}

TEST_F(Office, GivesAStationItsOwnPlanAndNoOther) {
  ASSERT_TRUE(wait_until(10s, [&] { return ward_.loa({"plan", "show", "a"}).exit.ok(); }));
  auto a = station("a");
  ASSERT_TRUE(a.enter()) << a.refusal();
  const auto heard = a.hear("#", 1s);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].topic, topic("a", "plan"));
  EXPECT_TRUE(heard[0].retained);
}

TEST_F(Office, NoticesAStationThatIsAddedOrRemovedWhileItRuns) {
  EXPECT_FALSE(visitor("c", "x").enter());
  ward_.must({"station", "add", "c", "--name", "Trạm c", "--out", (ward_ / "c").string()});
  EXPECT_TRUE(wait_until(10s, [&] { return station("c").enter(2s); }));
  ward_.must({"station", "remove", "c"});
  EXPECT_TRUE(wait_until(10s, [&] { return !station("c").enter(2s); }));
  EXPECT_TRUE(station("a").enter());
}

TEST_F(Office, BringsItsBrokerBackWithEveryPlan) {
  const int before = ward_.broker_pid();
  ASSERT_GT(before, 0);
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  std::error_code ignored;
  std::filesystem::remove(ward_.folder() / "broker/mosquitto.db", ignored);
  ASSERT_TRUE(wait_until(20s, [&] { return ward_.broker_pid() > 0 && ward_.broker_pid() != before; }));
  EXPECT_TRUE(wait_until(20s, [&] {
    auto a = station("a");
    return a.enter(2s) && !a.hear(topic("a", "plan"), 500ms).empty();
  }));
}

TEST_F(Office, TakesItsBrokerAlongHoweverItEnds) {
  const int broker = ward_.broker_pid();
  ASSERT_EQ(::kill(broker, 0), 0);
  ::kill(office_->pid(), SIGKILL);
  EXPECT_TRUE(wait_until(10s, [&] { return ::kill(broker, 0) != 0; }));
  EXPECT_FALSE(office_->wait(5s)->ok());
  office_.emplace(ward_.open_office());
  EXPECT_TRUE(station("a").enter()) << "and nothing is in the way of the next start";
}

TEST_F(Office, EndsInOrderOnSigterm) {
  const int broker = ward_.broker_pid();
  office_->signal(SIGTERM);
  const auto end = office_->wait(10s);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->ok()) << office_->err();
  EXPECT_NE(::kill(broker, 0), 0);
}

TEST_F(Office, IsTheOnlyOneOfItsWard) {
  Command command;
  command.argv = {(program_folder() / "loa-headend").string(), "--ward", ward_.folder().string()};
  const auto second = run(command);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->exit.status, 1);
  EXPECT_NE(second->err.find("another loa-headend"), std::string::npos) << second->err;
  EXPECT_TRUE(station("a").enter());
}

TEST_F(Office, ServesContentWholeAndInParts) {
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7 + i / 256);
  ASSERT_TRUE(save_file(ward_ / "bytes", bytes));
  const auto digest = run({{"sha256sum", (ward_ / "bytes").string()}})->out.substr(0, 64);
  ASSERT_TRUE(make_folders(ward_.folder() / "objects" / digest.substr(0, 2)));
  ASSERT_TRUE(save_file(ward_.folder() / "objects" / digest.substr(0, 2) / digest, bytes));
  const auto url = address("/content/" + digest);
  const auto out = (ward_ / "out").string();

  EXPECT_EQ(curl({"-o", out, "-w", "%{http_code} %header{etag}", url}).out, "200 \"" + digest + "\"");
  EXPECT_EQ(*read_file(out, 1 << 20), bytes);
  EXPECT_EQ(curl({"-o", out, "-w", "%{http_code} %header{content-range}", "-r", "1000-250000", url}).out,
            "206 bytes 1000-250000/300000");
  EXPECT_EQ(*read_file(out, 1 << 20), bytes.substr(1000, 249'001));

  ASSERT_TRUE(save_file(ward_ / "part", bytes.substr(0, 123'456)));
  EXPECT_TRUE(curl({"-C", "-", "-o", (ward_ / "part").string(), url}).exit.ok()) << "a broken download goes on";
  EXPECT_EQ(*read_file(ward_ / "part", 1 << 20), bytes);

  EXPECT_EQ(curl({"-o", out, "-w", "%{http_code} %header{content-range}", "-r", "300000-", url}).out,
            "416 bytes */300000");
  EXPECT_EQ(curl({"-o", out, "-w", "%{http_code}", "-H", "If-None-Match: \"" + digest + "\"", url}).out, "304");
  EXPECT_EQ(curl({"-I", "-o", out, "-w", "%{http_code} %header{content-length}", url}).out, "200 300000");
}

TEST_F(Office, ServesNothingElse) {
  const auto code = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"-o", (ward_ / "out").string(), "-w", "%{http_code}", "--path-as-is"});
    return curl(words).out;
  };
  EXPECT_EQ(code({address("/content/" + std::string(64, 'a'))}), "404");
  EXPECT_EQ(code({address("/content/../keys/plan.key")}), "404");
  EXPECT_EQ(code({address("/content/..%2f..%2fkeys%2fplan.key")}), "404");
  EXPECT_EQ(code({address("/")}), "404");
  EXPECT_EQ(code({"-X", "PUT", "-d", "x", address("/content/" + std::string(64, 'a'))}), "405");
  EXPECT_EQ(code({"-H", "X: " + std::string(20'000, 'x'), address("/")}), "413");
  EXPECT_EQ(code({address("/api/1/fleet")}), "401");
  EXPECT_EQ(code({"-H", "Authorization: Bearer wrong", address("/api/1/fleet")}), "401");
  const auto token = "Authorization: Bearer " + text_of(ward_.folder() / "keys/api.token");
  for (const char* path : {"version", "stations", "groups", "categories", "programmes", "slogans", "contents",
                           "policies", "fleet", "report?from=2026-11-01&to=2026-11-30"}) {
    EXPECT_EQ(code({"-H", token, address(std::string{"/api/1/"} + path)}), "200") << path;
    EXPECT_EQ(text_of(ward_ / "out").find("password"), std::string::npos) << path;
  }
  EXPECT_EQ(code({"-H", token, address("/api/1/report?from=x&to=y")}), "400");
  EXPECT_EQ(code({"-H", token, address("/api/1/nothing")}), "404");
  EXPECT_NE(text_of(ward_ / "out").find(R"("error":"missing")"), std::string::npos);
  EXPECT_FALSE(run({{"curl", "--silent", address("/api/1/version")}})->exit.ok()) << "not without the ward's authority";
}

}  // namespace
}  // namespace loa::tests
