#include "station/sync/fetch_job.hpp"

#include <gtest/gtest.h>

namespace loa::station::sync {
namespace {

using namespace std::chrono_literals;

TEST(FetchJob, ArgumentsSayAllOfIt) {
  const FetchJob job{"https://a/b?c=d", "/state/partial/00", 12'345'678'901, "/ca.pem", 15'000ms, 500, 30s};
  const auto read = FetchJob::from_arguments(job.to_arguments());
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->url, job.url);
  EXPECT_EQ(read->partial, job.partial);
  EXPECT_EQ(read->bytes, job.bytes);
  EXPECT_EQ(read->ca_file, job.ca_file);
  EXPECT_EQ(read->connect_timeout, job.connect_timeout);
  EXPECT_EQ(read->low_speed_bytes_s, job.low_speed_bytes_s);
  EXPECT_EQ(read->low_speed_time, job.low_speed_time);
}

TEST(FetchJob, RefusesWhatItDoesNotUnderstand) {
  const std::vector<std::string> good{"url=u", "partial=p", "bytes=1"};
  ASSERT_TRUE(FetchJob::from_arguments(good));
  for (const char* bad : {"bytes=", "bytes=1x", "bytes=-1", "bytes=99999999999999999999", "colour=red", "", "bytes"}) {
    auto arguments = good;
    arguments.emplace_back(bad);
    const auto read = FetchJob::from_arguments(arguments);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().text, fmt::format("the argument '{}' is not known or not a number", bad));
  }
  for (std::size_t missing = 0; missing < good.size(); ++missing) {
    auto arguments = good;
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_FALSE(FetchJob::from_arguments(arguments)) << good[missing];
  }
}

TEST(FetchEnd, OneLineSaysAllOfIt) {
  EXPECT_TRUE(FetchEnd::from_words(FetchEnd{{}, Blame::object}.to_line() + "\n").result);
  for (const Blame blame : {Blame::server, Blame::object}) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::unsupported); ++code) {
      const FetchEnd end{pass(Error{static_cast<ErrorCode>(code), "máy chủ im lặng"}), blame};
      const auto read = FetchEnd::from_words(end.to_line() + "\n");
      ASSERT_FALSE(read.result);
      EXPECT_EQ(read.result.error().code, static_cast<ErrorCode>(code));
      EXPECT_EQ(read.result.error().text, "máy chủ im lặng");
      EXPECT_EQ(read.blame, blame);
    }
  }
}

TEST(FetchEnd, WhateverIsSaidBecomesOneCleanLine) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "loa-fetch ended without a verdict"},
      {"okay", "loa-fetch ended without a verdict; it said: okay"},
      {"ok\nfailed", "loa-fetch ended without a verdict; it said: ok failed"},
      {"failed nobody io why", "loa-fetch ended without a verdict; it said: failed nobody io why"},
      {"failed server strange why", "loa-fetch ended without a verdict; it said: failed server strange why"},
      {"failed server io a\nb", "a b"},
      {"failed server io \x1b[2J\xff", "?[2J?"},
      {"failed server io", ""},
      {"failed object invalid " + std::string(5000, 'x'), std::string(300, 'x')}};
  for (const auto& [words, text] : cases) {
    const auto end = FetchEnd::from_words(words);
    ASSERT_FALSE(end.result) << words;
    EXPECT_EQ(end.result.error().text, text) << words;
  }
}

}  // namespace
}  // namespace loa::station::sync
