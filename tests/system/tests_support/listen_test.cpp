#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <random>

#include "content/media/ingest.hpp"
#include "protocol/base/file.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using testing::HasSubstr;
constexpr std::int64_t start_us = 1'795'557'600'000'000;

content::media::Pcm murmur() {
  content::media::Pcm pcm;
  std::mt19937 random(3);
  std::normal_distribution<float> noise(0, 1);
  float low = 0;
  for (int n = 0; n < 48'000 * 3; ++n) {
    low = 0.9F * low + 0.1F * noise(random);
    pcm.frames.push_back(0.3F * std::tanh(2 * low));
  }
  return pcm;
}

/// An object, and a take of it that began 100 samples late.
class ListenProgram : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = content::media::ingest(murmur(), content::media::Kind::speech);
    ASSERT_TRUE(made) << made.error().text;
    ASSERT_TRUE(save_file(object_, made->opus));
    const auto pcm = listen::decode(object_);
    ASSERT_TRUE(pcm) << pcm.error().text;
    std::vector<std::int16_t> take(100);
    take.insert(take.end(), pcm->begin(), pcm->end());
    std::filesystem::create_directory(folder_ / "takes");
    ASSERT_TRUE(Wav::save(folder_ / "takes/card.wav", 48'000, take));
    ASSERT_TRUE(save_file(folder_ / "takes/card.json",
                          fmt::format(R"({{"start_realtime_ns": {}000, "ppm": 0, "rate_hz": 48000}})", start_us)));
    ASSERT_TRUE(save_file(folder_ / "cues", fmt::format("# a plan\n{} {}\n", start_us, object_.string())));
  }

  Finished listen(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program_folder() / "loa-listen");
    return run({.argv = arguments}).value();
  }

  TempFolder folder_;
  std::filesystem::path object_ = folder_ / "object";
};

TEST_F(ListenProgram, SaysInJsonWhatARecordingHolds) {
  const auto said = listen({folder_ / "takes", folder_ / "cues", "--json"});
  ASSERT_TRUE(said.exit.ok()) << said.err;
  const auto cue = boost::json::parse(said.out).at(0);
  EXPECT_NEAR(cue.at("start_error_us").to_number<double>(), 100 / 0.048, 1);
  EXPECT_NEAR(cue.at("heard_s").to_number<double>(), 3, 0.002);
  EXPECT_TRUE(cue.at("gaps").as_array().empty());
}

TEST_F(ListenProgram, SaysItToPeople) {
  const auto said = listen({folder_ / "takes", folder_ / "cues"});
  EXPECT_THAT(said.out, HasSubstr("heard 3.000 s of 3.000 s · start +2083 µs"));
}

TEST_F(ListenProgram, NamesTheLineOfAMalformedList) {
  ASSERT_TRUE(save_file(folder_ / "cues", "soon tune.opus\n"));
  const auto said = listen({folder_ / "takes", folder_ / "cues"});
  EXPECT_EQ(said.exit.status, 1);
  EXPECT_THAT(said.err, HasSubstr("cue list, line 1: \"soon tune.opus\" is not"));
}

}  // namespace
}  // namespace loa::tests
