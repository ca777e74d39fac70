#include "headend/ward/certificate.hpp"

#include <gtest/gtest.h>

namespace loa::headend::ward {
namespace {

using namespace std::chrono_literals;
const Validity validity{WallTime{}, WallTime{std::chrono::hours{24 * 365 * 60}}};

TEST(Certificate, NamesEveryHostAndLastsAsAsked) {
  const auto authority = make_authority("Loa phường", validity);
  ASSERT_TRUE(authority) << authority.error().text;
  const auto server = issue_server(*authority, {"192.0.2.7", "loa.example.vn", "::1"}, validity);
  ASSERT_TRUE(server) << server.error().text;
  const auto facts = examine_certificate(server->certificate);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->hosts, (std::vector<std::string>{"192.0.2.7", "loa.example.vn", "::1"}));
  EXPECT_EQ(facts->validity.not_before, validity.not_before);
  EXPECT_EQ(facts->validity.not_after, validity.not_after) << "also beyond 2049, where X.509 changes its notation";
  EXPECT_EQ(facts->fingerprint.size(), 64U);
}

TEST(Certificate, IsSignedByItsOwnAuthorityOnly) {
  const auto one = make_authority("Loa", validity);
  const auto other = make_authority("Loa", validity);
  const auto server = issue_server(*one, {"localhost"}, validity);
  ASSERT_TRUE(server);
  EXPECT_TRUE(is_signed_by(server->certificate, one->certificate));
  EXPECT_FALSE(is_signed_by(server->certificate, other->certificate));
  EXPECT_FALSE(is_signed_by("", one->certificate));
}

TEST(Certificate, CutsALongNameBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 100; ++i) name += "ườ";
  const auto authority = make_authority(name, validity);
  ASSERT_TRUE(authority) << authority.error().text;
  EXPECT_TRUE(examine_certificate(authority->certificate));
}

TEST(Certificate, DoesNotLetAHostAddEntries) {
  const auto authority = make_authority("Loa", validity);
  const auto server = issue_server(*authority, {"a.vn,DNS:evil.vn"}, validity);
  ASSERT_TRUE(server);
  EXPECT_EQ(examine_certificate(server->certificate)->hosts.size(), 1U);
}

TEST(Certificate, RefusesWhatIsNone) {
  EXPECT_FALSE(examine_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n"));
  EXPECT_FALSE(issue_server({"x", "y"}, {"localhost"}, validity));
  EXPECT_FALSE(issue_server(*make_authority("Loa", validity), {}, validity));
}

}  // namespace
}  // namespace loa::headend::ward
