#include "headend/broker/configuration.hpp"

#include <gmock/gmock.h>

#include "headend/broker/station_rights.hpp"

namespace loa::headend::broker {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string section_of(const std::string& list, const std::string& user) {
  const auto begin = list.find("user " + user + "\n");
  return begin == std::string::npos ? "" : list.substr(begin, list.find("\n\n", begin) - begin);
}

TEST(AccessList, LetsAStationWriteBelowItsOwnIdOnly) {
  const auto mine = section_of(format_access_list("w1", "headend", {"a", "b"}), "a");
  for (const char* leaf : {"state", "status", "proof", "answer", "fault/storage", "fault/software-restart"}) {
    EXPECT_THAT(mine, HasSubstr(std::string{"topic write loa/1/w1/station/a/"} + leaf + "\n"));
  }
  EXPECT_THAT(mine, HasSubstr("topic read loa/1/w1/station/a/plan\n"));
  EXPECT_THAT(mine, HasSubstr("topic read loa/1/w1/station/a/receipt\n"));
  EXPECT_THAT(mine, HasSubstr("topic read loa/1/w1/station/a/emergency\n"));
  EXPECT_THAT(mine, HasSubstr("topic read loa/1/w1/command/#"));
  EXPECT_THAT(mine, Not(HasSubstr("station/b")));
  EXPECT_THAT(mine, Not(ContainsRegex("write[^\n]*[#+]"))) << "no more topics than there are faults";
  EXPECT_THAT(mine, Not(HasSubstr("readwrite")));
}

TEST(AccessList, HasNoRightsWithoutALogin) {
  const auto list = format_access_list("w1", "headend", {"a", "headend"});
  EXPECT_EQ(list.find("topic"), list.find("topic readwrite loa/1/w1/#")) << "nothing before the first user";
  EXPECT_EQ(list.find("user headend"), list.rfind("user headend")) << "no station gets into the head-end's entry";
  EXPECT_THAT(list, Not(HasSubstr("pattern")));
}

TEST(Configuration, IsClosedAndEncrypted) {
  const auto text = format_configuration(
      {"w1", "0.0.0.0", 8883, 8884, "/b", "/ca.crt", "/s.crt", "/s.key", "/guard.so", "headend", "root"});
  EXPECT_THAT(text, HasSubstr("allow_anonymous false\n"));
  EXPECT_THAT(text, HasSubstr("password_file /b/passwd\n"));
  EXPECT_THAT(text, HasSubstr("acl_file /b/acl\n"));
  EXPECT_THAT(text, HasSubstr("user root\n"));
  EXPECT_THAT(text, HasSubstr("listener 8883 0.0.0.0\n"));
  EXPECT_THAT(text, HasSubstr("listener 8884 127.0.0.1\n"));
  const auto first = text.find("tls_version tlsv1.2\n");
  EXPECT_NE(first, text.rfind("tls_version tlsv1.2\n")) << "on both listeners";
}

TEST(Configuration, BoundsWhatStationsCanDoToItsMemory) {
  const auto text = format_configuration(
      {"w1", "::", 8883, 8884, "/b", "/ca.crt", "/s.crt", "/s.key", "/guard.so", "headend", "root"});
  EXPECT_THAT(text, HasSubstr("listener 8883\n")) << "on every address, IPv4 too";
  EXPECT_THAT(text, HasSubstr("plugin /guard.so\nplugin_opt_headend headend\n"));
  EXPECT_THAT(text, HasSubstr("\nmemory_limit "));
}

TEST(StationRights, AStationSendsLittleAndHasKeptOnlyWhatIsItsState) {
  const auto topic = [](const char* leaf) { return std::string{"loa/1/w1/station/a/"} + leaf; };
  EXPECT_TRUE(may_publish(topic("proof"), 65'536, false));
  EXPECT_FALSE(may_publish(topic("proof"), 65'537, false));
  EXPECT_TRUE(may_publish(topic("status"), 4'000, true));
  EXPECT_TRUE(may_publish(topic("fault/storage"), 0, true));
  EXPECT_FALSE(may_publish(topic("fault/storage"), 4'100'000, true));
  EXPECT_FALSE(may_publish(topic("proof"), 500, true)) << "each counts, none is kept";
  EXPECT_FALSE(may_publish(topic("answer"), 500, true));
  EXPECT_FALSE(may_publish("elsewhere", 1, false));
}

}  // namespace
}  // namespace loa::headend::broker
