#include <algorithm>

#include "tests/guest/guest_test.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* loa = "runuser -u loa -- loa --ward /var/lib/loa/ward ";
constexpr const char* both_ports = "bash -c '</dev/tcp/127.0.0.1/8883 && </dev/tcp/127.0.0.1/8443'";

class OfficeBoot : public GuestTest {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(install());
    const auto made = Guest::make_disk(disk(), {});
    ASSERT_TRUE(made) << made.error().text;
    ASSERT_NO_FATAL_FAILURE(boot());
  }
  std::string main_pid() { return run("systemctl show -P MainPID loa-headend"); }
};

TEST_F(OfficeBoot, LivesUnderSystemdAndKeepsWhatItWasTold) {
  for (auto line : lines_to_type("loa-headend")) {
    const std::string to_fill_in = "ID --name … --host …";
    if (const auto at = line.find(to_fill_in); at != std::string::npos)
      line.replace(at, to_fill_in.size(), "trung-hoa --name 'Phường Trung Hòa' --host van-phong.test");
    run(line);
  }
  EXPECT_TRUE(holds(both_ports, 30s)) << log_of("loa-headend");
  EXPECT_EQ(run("ps -o user= -C loa-headend,mosquitto | sort | uniq -c | tr -s ' '"), " 2 loa\n");
  run("systemd-analyze security --no-pager --threshold=25 loa-headend");
  run(loa + std::string{"group add to-1 --name 'Tổ dân phố 1'"});
  run(loa + std::string{"category add tin --name 'Tin tức'"});
  run("echo 'Xin chào bà con.' > /tmp/tin.txt; chmod 644 /tmp/tin.txt");
  run(loa + std::string{"content add --text-file /tmp/tin.txt --title 'Bản tin' --category tin"});
  run(loa + std::string{"station add cho-1 --name 'Loa chợ' --group to-1 --out /var/lib/loa/bundle"});

  const auto before = main_pid();
  run("systemctl kill --kill-whom=main -s KILL loa-headend");
  EXPECT_TRUE(holds("test $(systemctl show -P NRestarts loa-headend) = 1", 20s));
  EXPECT_TRUE(holds(both_ports, 30s)) << "with a broker of its own again\n" << log_of("loa-headend");
  EXPECT_NE(main_pid(), before);

  guest_->power_cut();
  ASSERT_NO_FATAL_FAILURE(boot());
  EXPECT_TRUE(holds(both_ports, 60s)) << "enabled, so it starts\n" << log_of("loa-headend");
  EXPECT_NE(run(loa + std::string{"station list"}).find("cho-1"), std::string::npos);
  EXPECT_NE(run(loa + std::string{"content list"}).find("Bản tin"), std::string::npos);
  if (HasFailure()) std::printf("%s", log_of("loa-headend").c_str());
}

}  // namespace
}  // namespace loa::tests
