#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <set>

#include "protocol/base/file.hpp"
#include "tests/system/headend/visitor.hpp"
#include "tests/system/headend/ward_at_work.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Somebody with the login of one station, and hosts that only hold connections.
class Strangers : public testing::Test {
 protected:
  Strangers() {
    ward_.must({"station", "add", "a", "--name", "Trạm a", "--out", (ward_ / "a").string()});
    office_.emplace(ward_.open_office());
  }

  [[nodiscard]] Visitor enter(const std::string& login) const {
    const auto secret = login == "headend" ? ward_.folder() / "keys/mqtt.password" : ward_ / login / "mqtt.password";
    // The head-end's login may be used on the stations' listener too, which replaces the client id by it.
    const int port = login == "headend" ? local_port() : ward_.number("mqtt_port");
    return Visitor{port, ward_.folder() / "ca/ca.crt", login, text_of(secret)};
  }
  [[nodiscard]] int local_port() const { return ward_.number("local_port"); }
  [[nodiscard]] static std::string topic(const std::string& leaf) { return "loa/1/phuong-1/station/a/" + leaf; }
  [[nodiscard]] std::uint64_t broker_memory() const { return usage_of(ward_.broker_pid())->private_bytes; }
  [[nodiscard]] std::size_t log_lines(const std::string& word) const {
    const auto log = office_->err();
    std::size_t found = 0;
    for (auto at = log.find(word); at != std::string::npos; at = log.find(word, at + 1)) ++found;
    return found;
  }
  /// What the broker keeps of the station's faults.
  [[nodiscard]] std::size_t kept_faults() const {
    auto office = enter("headend");
    EXPECT_TRUE(office.enter()) << office.refusal();
    const auto heard = office.hear(topic("fault/#"), 700ms);
    return static_cast<std::size_t>(
        std::count_if(heard.begin(), heard.end(), [](const auto& message) { return message.retained; }));
  }

  /// An object of the ward; @return its address
  std::string add_object(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(i * 7 + i / 251);
    EXPECT_TRUE(save_file(ward_ / "bytes", text));
    const auto digest = run({{"sha256sum", (ward_ / "bytes").string()}})->out.substr(0, 64);
    EXPECT_TRUE(make_folders(ward_.folder() / "objects" / digest.substr(0, 2)));
    EXPECT_TRUE(save_file(ward_.folder() / "objects" / digest.substr(0, 2) / digest, text));
    return "https://127.0.0.1:" + std::to_string(ward_.number("https_port")) + "/content/" + digest;
  }
  [[nodiscard]] Command curl(const std::string& url, const std::string& rate = "0") const {
    return {{"curl", "--silent", "--show-error", "--max-time", "30", "--limit-rate", rate, "--cacert",
             (ward_.folder() / "ca/ca.crt").string(), "-o", "/dev/null", "-w", "%{http_code} %{size_download}", url}};
  }
  /// Connects to HTTPS from 127.0.0.`host` and says nothing.
  void hold(int host, int connections) {
    sockaddr_in from{}, to{};
    from.sin_family = to.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<unsigned>(host) - 1);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(ward_.number("https_port")));
    for (int i = 0; i < connections; ++i) {
      UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
      ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from), 0);
      ASSERT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0) << errno_text();
      held_.push_back(std::move(fd));
    }
  }

  WardAtWork ward_;
  std::optional<Process> office_;
  std::vector<UniqueFd> held_;
};

TEST_F(Strangers, AStolenLoginFillsNoMemoryOfTheBroker) {
  auto thief = enter("a");
  ASSERT_TRUE(thief.enter()) << thief.refusal();
  ASSERT_TRUE(thief.publish(topic("status"), std::string(60'000, 'x'), true)) << "as large as a station may be";
  const auto before = broker_memory();
  const std::string giant(4'100'000, 'x');
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(thief.publish(topic("fault/x") + std::to_string(i), giant, true)) << i;
  for (const char* leaf : {"fault/storage", "status", "state", "proof", "answer"}) {
    EXPECT_FALSE(thief.publish(topic(leaf), giant, true)) << leaf;
    EXPECT_FALSE(thief.publish(topic(leaf), std::string(66'000, 'x'), false)) << leaf;
  }
  EXPECT_FALSE(thief.publish(topic("proof"), "x", true)) << "proofs are not kept";
  EXPECT_FALSE(thief.publish(topic("fault/no-such-fault"), "x", true)) << "not one of the faults there are";
  EXPECT_TRUE(thief.publish(topic("fault/storage"), "x", true)) << "its own place it has still";
  const auto after = broker_memory();
  std::printf("broker: %.1f MB before, %.1f MB after\n", static_cast<double>(before) / 1e6,
              static_cast<double>(after) / 1e6);
  EXPECT_LT(after, before + 30'000'000);
}

TEST_F(Strangers, WhatIsRefusedIsTakenOffTheBrokerAndToldInSums) {
  auto thief = enter("a");
  ASSERT_TRUE(thief.enter()) << thief.refusal();
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(thief.publish(topic("fault/storage"), "rác", true));
  ASSERT_TRUE(thief.publish(topic("status"), "rác", true));
  auto other = enter("headend");  // what an older access list let pass
  ASSERT_TRUE(other.enter()) << other.refusal();
  ASSERT_TRUE(other.publish(topic("fault/no-such-fault"), std::string(200'000, 'x'), true));
  EXPECT_TRUE(wait_until(15s, [&] { return kept_faults() == 0; }));
  EXPECT_GE(log_lines("message.refused"), 2U);
  EXPECT_LT(log_lines("message.refused"), 10U) << office_->err();
}

TEST_F(Strangers, TwoThousandSilentConnectionsKeepNobodyFromFetching) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8'192);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  const auto url = add_object(1'000'000);
  auto running = Process::start(curl(url, "200k"));
  ASSERT_TRUE(running);
  for (int host = 2; host <= 6; ++host) hold(host, 500);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(run(curl(url))->out, "200 1000000");
  hold(1, 600);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(run(curl(url))->out, "200 1000000") << "also from the address that holds them";
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 15s);
  const auto ended = running->wait(20s);
  ASSERT_TRUE(ended);
  EXPECT_TRUE(ended->ok()) << running->err();
  EXPECT_EQ(running->out(), "200 1000000") << "a transfer that runs is not cut";
}

TEST_F(Strangers, TheBrokerHasNoSocketOfTheHeadEnds) {
  const auto sockets_of = [](pid_t pid) {
    std::set<std::string> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{"/proc/" + std::to_string(pid) + "/fd", ignored}) {
      const auto target = fs::read_symlink(entry.path(), ignored).string();
      if (target.starts_with("socket:") && std::stoi(entry.path().filename().string()) > 2) found.insert(target);
    }
    return found;
  };
  hold(2, 20);
  const int before = ward_.broker_pid();
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  ASSERT_TRUE(wait_until(20s, [&] { return ward_.broker_pid() > 0 && ward_.broker_pid() != before; }));
  const auto office = sockets_of(office_->pid()), broker = sockets_of(ward_.broker_pid());
  ASSERT_GT(office.size(), 20U) << "the listener and its clients";
  std::vector<std::string> shared;
  std::set_intersection(office.begin(), office.end(), broker.begin(), broker.end(), std::back_inserter(shared));
  EXPECT_TRUE(shared.empty()) << shared.size() << " sockets of the head-end are the broker's too";
}

TEST(AWardOnIpv6, IsReachedByBothFamilies) {
  WardAtWork ward{"2001:db8::5"};
  ward.must({"ward", "renew", "--host", "::1", "--host", "127.0.0.1"});
  ward.must({"station", "add", "a", "--name", "Trạm a", "--out", (ward / "a").string()});
  const auto office = ward.open_office();
  const int port = ward.number("https_port");
  for (const std::string host : {"::1", "127.0.0.1"}) {
    Visitor station{ward.number("mqtt_port"), ward.folder() / "ca/ca.crt", "a", text_of(ward / "a" / "mqtt.password"),
                    host};
    EXPECT_TRUE(station.enter()) << host << ": " << station.refusal();
    const auto address = host == "::1" ? "[::1]" : host;
    const auto answer = run({{"curl", "--silent", "--show-error", "--cacert", (ward.folder() / "ca/ca.crt").string(),
                              "-o", "/dev/null", "-w", "%{http_code}",
                              "https://" + address + ":" + std::to_string(port) + "/content/" + std::string(64, 'a')}});
    EXPECT_EQ(answer->out, "404") << host << ": " << answer->err;
  }
  EXPECT_NE(ward.must({"ward", "show"}).find("[::]:"), std::string::npos);
}

}  // namespace
}  // namespace loa::tests
