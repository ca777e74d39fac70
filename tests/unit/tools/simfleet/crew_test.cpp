#include "tools/simfleet/crew.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>

namespace loa::tools::simfleet {
namespace {

/// A run that came to something else than any other.
Outcome outcome_of(std::uint64_t seed) {
  Outcome outcome;
  outcome.verdict.cues = seed;
  outcome.verdict.proofs_lost = seed % 3 == 0 ? 1 : 0;
  outcome.verdict.reported_us = static_cast<std::int64_t>(seed) * 1'000;
  outcome.counts = {{"kill", seed}, {fmt::format("only-{}", seed), 1}};
  outcome.digest = protocol::crypto::sha256(std::to_string(seed)).hex();
  outcome.events = 2 * seed;
  return outcome;
}

Result<Sum> job(std::uint64_t seed) {
  Sum sum;
  sum.add(seed, outcome_of(seed));
  return sum;
}

TEST(Crew, TheSumIsTheSameForAnyNumberOfProcesses) {
  constexpr std::uint64_t first = 100, runs = 10;
  const auto alone = run_alone(first, runs, job, [](const Sum&) {});
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->runs, runs);
  EXPECT_EQ(alone->failed, 3U) << "102, 105, 108";
  EXPECT_EQ(alone->verdict.cues, 1'045U);
  EXPECT_EQ(alone->counts.at("kill"), 1'045U);
  for (const unsigned jobs : {2U, 3U, 16U}) {
    std::uint64_t told = 0;
    const auto sum = run_crew(jobs, first, runs, job, [&](const Sum& so_far) { told = so_far.runs; });
    ASSERT_TRUE(sum) << sum.error().text;
    EXPECT_EQ(boost::json::serialize(sum->json()), boost::json::serialize(alone->json()));
    EXPECT_EQ(sum->digest(), alone->digest());
    EXPECT_EQ(told, runs);
  }
}

TEST(Crew, AProcessThatIsGoneIsNoGoodResult) {
  const Job dies = [](std::uint64_t seed) {
    if (seed == 4) ::_exit(0);
    return job(seed);
  };
  const auto sum = run_crew(2, 1, 6, dies, [](const Sum&) {});
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().text, "2 of 6 runs did not come to their end: a process of the crew is gone") << "4 and 6";
}

TEST(Sum, RefusesWhatIsNoSum) {
  for (const char* text : {"", "{}", "[1]", R"({"runs":-1})"}) EXPECT_FALSE(Sum::parse(text)) << text;
}

}  // namespace
}  // namespace loa::tools::simfleet
