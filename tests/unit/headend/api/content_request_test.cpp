#include "headend/api/content_request.hpp"

#include <gtest/gtest.h>

namespace loa::headend::api {
namespace {

struct RangeCase {
  const char* header;
  RangeVerdict verdict;
  ByteRange range;
};

TEST(Range, FollowsRfc9110) {
  const RangeCase cases[] = {
      {"", RangeVerdict::whole, {}},
      {"bytes=0-0", RangeVerdict::part, {0, 0}},
      {"bytes=10-19", RangeVerdict::part, {10, 19}},
      {"bytes=90-", RangeVerdict::part, {90, 99}},
      {"bytes=-5", RangeVerdict::part, {95, 99}},
      {"bytes=-500", RangeVerdict::part, {0, 99}},
      {"bytes=50-5000", RangeVerdict::part, {50, 99}},
      {"bytes=100-", RangeVerdict::unsatisfiable, {}},
      {"bytes=-0", RangeVerdict::unsatisfiable, {}},
      {"bytes=0-1,5-6", RangeVerdict::whole, {}},
      {"bytes=9-1", RangeVerdict::whole, {}},
      {"bytes=-", RangeVerdict::whole, {}},
      {"bytes=a-b", RangeVerdict::whole, {}},
      {"bytes=1-b", RangeVerdict::whole, {}},
      {"bytes=+1-2", RangeVerdict::whole, {}},
      {"bytes=99999999999999999999-", RangeVerdict::whole, {}},
      {"lines=1-2", RangeVerdict::whole, {}},
  };
  for (const auto& one : cases) {
    ByteRange range;
    EXPECT_EQ(parse_range(one.header, 100, range), one.verdict) << one.header;
    EXPECT_EQ(range, one.range) << one.header;
  }
  ByteRange range;
  EXPECT_EQ(parse_range("bytes=0-", 0, range), RangeVerdict::unsatisfiable);
}

TEST(ContentTarget, IsADigestAndNothingElse) {
  const std::string digest(64, 'a');
  EXPECT_TRUE(parse_content_target("/content/" + digest));
  for (const std::string& target :
       {std::string{"/content/"}, "/content/" + digest + "a", "/content/" + digest.substr(1),
        "/content/" + std::string(64, 'A'), "/content/" + digest + "?x=1", "/content/../" + digest.substr(3),
        std::string{"/content/..%2f..%2fkeys%2fplan.key"}, "//content/" + digest, "content/" + digest}) {
    EXPECT_FALSE(parse_content_target(target)) << target;
  }
}

TEST(ApiTarget, IsDecodedOrRefused) {
  const auto request =
      parse_api_target("/api/1/report?from=2026-11-01&to=2026-11-30&note=T%E1%BB%95%205+6&from=2026-10-01");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->path, "report");
  EXPECT_EQ(request->query.at("from"), "2026-10-01") << "the last counts";
  EXPECT_EQ(request->query.at("note"), "Tổ 5 6");
  EXPECT_TRUE(parse_api_target("/api/1/fleet?"));
  EXPECT_TRUE(parse_api_target("/api/1/fleet?a&=b&&"));
  EXPECT_FALSE(parse_api_target("/api/2/fleet"));
  EXPECT_FALSE(parse_api_target("/api/1/a%"));
  EXPECT_FALSE(parse_api_target("/api/1/a%2"));
  EXPECT_FALSE(parse_api_target("/api/1/a%zz"));
  EXPECT_FALSE(parse_api_target("/api/1/a%00"));
  EXPECT_FALSE(parse_api_target("/api/1/a?b=%ff"));
}

TEST(Token, IsTheWholeTokenOrNothing) {
  EXPECT_TRUE(is_authorised("Bearer secret", "secret"));
  EXPECT_FALSE(is_authorised("Bearer secre", "secret"));
  EXPECT_FALSE(is_authorised("Bearer secret2", "secret"));
  EXPECT_FALSE(is_authorised("Basic secret", "secret"));
  EXPECT_FALSE(is_authorised("", "secret"));
  EXPECT_FALSE(is_authorised("Bearer ", "")) << "a ward without a token opens to nobody";
}

TEST(Failure, SpeaksJson) {
  const auto response = failure(Error{ErrorCode::missing, "there is no \"x\""});
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.json, R"({"error":"missing","text":"there is no \"x\""})");
}

}  // namespace
}  // namespace loa::headend::api
