#include "headend/ward/ward.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "headend/ward/bundle.hpp"
#include "headend/ward/certificate.hpp"
#include "headend/ward/password.hpp"
#include "protocol/settings/settings.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::headend::ward {
namespace {

namespace fs = std::filesystem;
using Folder = tests::TempFolder;

Settings wanted() {
  Settings settings;
  settings.id = "phuong-1";
  settings.name = "Phường \"Một\"";
  settings.hosts = {"192.0.2.7", "loa.example.vn"};
  settings.mqtt_port = settings.https_port = settings.local_port = 0;
  return settings;
}

unsigned rights_of(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
}

TEST(Ward, IsFoundAgainAsItWasMade) {
  const Folder folder;
  const auto made = Ward::create(folder / "w", wanted());
  ASSERT_TRUE(made) << made.error().text;
  const auto opened = Ward::open(folder / "w");
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(opened->settings().id, "phuong-1");
  EXPECT_EQ(opened->settings().name, "Phường \"Một\"");
  EXPECT_EQ(opened->settings().hosts, wanted().hosts);
  EXPECT_NE(opened->settings().mqtt_port, 0);
  EXPECT_EQ(opened->settings().local_port, made->settings().local_port);
  EXPECT_EQ(opened->content_url(), fmt::format("https://192.0.2.7:{}/content/", opened->settings().https_port));
}

TEST(Ward, KeepsItsSecretsFromOthers) {
  const Folder folder;
  const auto ward = Ward::create(folder / "w", wanted());
  ASSERT_TRUE(ward);
  for (const char* secret :
       {"keys/plan.key", "keys/emergency.key", "keys/mqtt.password", "keys/api.token", "ca/ca.key", "ca/server.key"}) {
    EXPECT_EQ(rights_of(folder / "w" / secret), 0600U) << secret;
  }
  ASSERT_TRUE(ward->plan_key());
  EXPECT_NE(ward->plan_key()->public_key(), ward->emergency_key()->public_key());
  EXPECT_NE(*ward->mqtt_password(), *ward->api_token());
}

TEST(Ward, NeverReplacesAnotherWard) {
  const Folder folder;
  ASSERT_TRUE(Ward::create(folder / "w", wanted()));
  const auto before = read_file(folder / "w/keys/plan.key", 256);
  const auto again = Ward::create(folder / "w", wanted());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::exists);
  EXPECT_EQ(*read_file(folder / "w/keys/plan.key", 256), *before);
}

TEST(Ward, LeavesAFolderOfOtherThingsAlone) {
  const Folder folder;
  ASSERT_TRUE(save_file(folder / "letter.txt", "dear"));
  const auto made = Ward::create(folder.path(), wanted());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::exists);
  EXPECT_FALSE(fs::exists(folder / "ward.toml"));
}

TEST(Ward, CleansUpWhatAPowerCutLeft) {
  const Folder folder;
  ASSERT_TRUE(make_folders(folder / "w.making/keys"));
  ASSERT_TRUE(save_file(folder / "w.making/keys/plan.key", "torn"));
  ASSERT_FALSE(Ward::open(folder / "w"));
  const auto made = Ward::create(folder / "w", wanted());
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_TRUE(made->plan_key());
  EXPECT_FALSE(fs::exists(folder / "w.making"));
}

TEST(Ward, RefusesNonsenseAndMakesNothing) {
  const Folder folder;
  for (const auto change :
       {+[](Settings& s) { s.id = "Phường"; }, +[](Settings& s) { s.name.clear(); },
        +[](Settings& s) { s.hosts.clear(); }, +[](Settings& s) { s.hosts = {"a b"}; },
        +[](Settings& s) { s.bind = "x\ny"; }, +[](Settings& s) { s.mqtt_port = s.https_port = 9000; }}) {
    auto settings = wanted();
    change(settings);
    EXPECT_FALSE(Ward::create(folder / "w", settings));
    EXPECT_TRUE(fs::is_empty(folder.path()));
  }
}

TEST(Ward, ListensWhereItsHostsAreReached) {
  EXPECT_EQ(bind_for({"2001:db8::5"}), "::");
  EXPECT_EQ(bind_for({"192.0.2.7"}), "::");
  EXPECT_EQ(bind_for({"localhost", "192.0.2.7"}), "::");
  EXPECT_EQ(bind_for({"localhost", "127.0.0.1"}), "127.0.0.1");
  EXPECT_EQ(bind_for({"::1"}), "::1");
  EXPECT_EQ(bind_for({"::1", "localhost"}), "::") << "a name may be reached by either";
  EXPECT_EQ(host_and_port("2001:db8::5", 8443), "[2001:db8::5]:8443");
  const Folder folder;
  auto settings = wanted();
  settings.hosts = {"2001:db8::5"};
  const auto made = Ward::create(folder / "w", settings);
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_TRUE(made->content_url().starts_with("https://[2001:db8::5]:")) << made->content_url();
  settings.bind = "192.0.2.7";
  EXPECT_FALSE(Ward::create(folder / "v4", settings)) << "nobody could reach it";
  settings.bind = "::";
  settings.hosts = {"192.0.2.7:8443"};
  EXPECT_FALSE(Ward::create(folder / "port", settings));
}

TEST(Ward, AnOldWardThatGetsAnIpv6HostListensOnItToo) {
  const Folder folder;
  auto settings = wanted();
  settings.bind = "0.0.0.0";
  auto ward = Ward::create(folder / "w", settings);
  ASSERT_TRUE(ward) << ward.error().text;
  ASSERT_TRUE(ward->renew_server_certificate({"192.0.2.8"}));
  EXPECT_EQ(Ward::open(folder / "w")->settings().bind, "0.0.0.0") << "as somebody may have wanted it";
  ASSERT_TRUE(ward->renew_server_certificate({"192.0.2.8", "2001:db8::5"}));
  EXPECT_EQ(Ward::open(folder / "w")->settings().bind, "::");
}

TEST(Ward, RefusesSettingsItDoesNotUnderstand) {
  const Folder folder;
  const auto ward = Ward::create(folder / "w", wanted());
  ASSERT_TRUE(ward);
  auto text = *read_file(folder / "w/ward.toml", 65'536);
  ASSERT_TRUE(save_file(folder / "w/ward.toml", text + "mqqt_port = 1\n"));
  EXPECT_EQ(Ward::open(folder / "w").error().code, ErrorCode::invalid);
  text.replace(text.find("version = 1"), 11, "version = 9");
  ASSERT_TRUE(save_file(folder / "w/ward.toml", text));
  EXPECT_EQ(Ward::open(folder / "w").error().code, ErrorCode::unsupported);
}

TEST(Ward, RemembersAnOutsideBroker) {
  auto settings = wanted();
  settings.outside_broker = OutsideBroker{"broker.example.vn", 1883, "loa", "keys/outside.password", "", false};
  settings.mqtt_port = 8883, settings.local_port = 8884, settings.https_port = 8443;
  const Folder folder;
  ASSERT_TRUE(save_file(folder / "ward.toml", format_settings(settings)));
  const auto ward = Ward::open(folder.path());
  ASSERT_TRUE(ward) << ward.error().text;
  ASSERT_TRUE(ward->settings().outside_broker);
  EXPECT_EQ(ward->settings().outside_broker->host, "broker.example.vn");
  EXPECT_EQ(ward->settings().outside_broker->password_file, folder / "keys/outside.password");
  EXPECT_FALSE(ward->settings().outside_broker->tls);
}

TEST(Ward, RenewsItsCertificateUnderTheSameAuthority) {
  const Folder folder;
  auto ward = Ward::create(folder / "w", wanted());
  ASSERT_TRUE(ward);
  const auto authority = *read_file(ward->ca_file(), 65'536);
  const auto before = *read_file(ward->server_certificate_file(), 65'536);
  ASSERT_TRUE(ward->renew_server_certificate({"10.1.2.3"}));
  const auto after = *read_file(ward->server_certificate_file(), 65'536);
  EXPECT_NE(after, before);
  EXPECT_TRUE(is_signed_by(after, authority));
  EXPECT_EQ(*read_file(ward->ca_file(), 65'536), authority);
  EXPECT_EQ(Ward::open(folder / "w")->settings().hosts, std::vector<std::string>{"10.1.2.3"});
}

TEST(Bundle, HoldsWhatTheStationNeedsAndNothingOfTheOffice) {
  const Folder folder;
  const auto ward = Ward::create(folder / "w", wanted());
  ASSERT_TRUE(ward);
  const auto enrolment = make_bundle(*ward, {.id = "cho-1", .pcm = "hw:0", .sign = SignSize{192, 32}}, folder / "b");
  ASSERT_TRUE(enrolment) << enrolment.error().text;

  const auto key = protocol::crypto::SecretKey::load(folder / "b/station.key");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), enrolment->key);
  auto password = *read_file(folder / "b/mqtt.password", 256);
  password.pop_back();
  EXPECT_TRUE(is_password(password, enrolment->password_hash));
  EXPECT_EQ(rights_of(folder / "b/mqtt.password"), 0600U);
  EXPECT_EQ(*read_file(folder / "b/ca.crt", 65'536), *read_file(ward->ca_file(), 65'536));

  const auto file = protocol::settings::Section::load(folder / "b/station.toml");
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_EQ(*file->text("station"), "cho-1");
  EXPECT_EQ(*file->section("mqtt")->text("host"), "192.0.2.7");
  EXPECT_EQ(*file->section("keys")->path("station"), folder / "b/station.key");
  EXPECT_EQ(file->section("keys")->texts("plan")->at(0), ward->plan_key()->public_key().hex());
  EXPECT_EQ(file->section("keys")->texts("emergency")->at(0), ward->emergency_key()->public_key().hex());
  EXPECT_EQ(*file->section("audio")->text("pcm"), "hw:0");
  EXPECT_EQ(*file->section("sign")->number("width", 0, 9999), 192);
}

TEST(Bundle, IsMadeWholeOrNotAtAll) {
  const Folder folder;
  const auto ward = Ward::create(folder / "w", wanted());
  ASSERT_TRUE(ward);
  ASSERT_TRUE(make_folders(folder / "b"));
  EXPECT_EQ(make_bundle(*ward, {.id = "a"}, folder / "b").error().code, ErrorCode::exists);
  EXPECT_FALSE(make_bundle(*ward, {.id = "../a"}, folder / "c"));
  EXPECT_FALSE(make_bundle(*ward, {.id = "headend"}, folder / "c"));
  EXPECT_FALSE(make_bundle(*ward, {.id = "a", .sign = SignSize{0, 32}}, folder / "c"));
  fs::remove(ward->ca_file());
  EXPECT_FALSE(make_bundle(*ward, {.id = "a"}, folder / "c"));
  EXPECT_FALSE(fs::exists(folder / "c"));
  EXPECT_FALSE(fs::exists(folder / "c.making"));
}

TEST(Password, IsKnownByItsHashAlone) {
  const auto password = make_password();
  const auto hash = hash_password(password);
  EXPECT_TRUE(is_password(password, hash));
  EXPECT_FALSE(is_password(password + "x", hash));
  EXPECT_NE(hash_password(password), hash) << "the salt is new each time";
  EXPECT_FALSE(is_password("", ""));
  EXPECT_FALSE(is_password("x", "$7$101$AAAA$"));
  EXPECT_FALSE(is_password("x", "$6$AAAA$AAAA"));
}

TEST(Password, AgreesWithMosquittoPasswd) {
  // mosquitto_passwd 2.0.11 -b file u 'loa'
  EXPECT_TRUE(is_password("loa",
                          "$7$101$c/2xXfIspSzSCe+m$VmKYS1GWl63b606jJwFOdqTWlo+wp41Vknwhiw7MBQrU+cp3us0MgGjO0ph0IdiE"
                          "1RiFudd9fwxwxcLw4Sl01A=="));
}

}  // namespace
}  // namespace loa::headend::ward
