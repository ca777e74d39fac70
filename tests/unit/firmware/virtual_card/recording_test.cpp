#include "firmware/virtual_card/recording.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace loa::firmware::virtual_card {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

class RecordingTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("loa-recording-" + std::to_string(::getpid()));
  const TakeFacts facts_{"horn", 48'000, 1, 80, 1'795'000'000'000'000'001, 77};
};

TEST_F(RecordingTest, IsAWholeWavAfterEachAppend) {
  Recording recording;
  recording.begin(folder_, facts_);
  const auto wav = folder_ / "horn-1795000000000000001.wav";
  EXPECT_EQ(content(wav),
            std::string("RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\xbb\0\0\0\x77\1\0\2\0\x10\0data\0\0\0\0", 44));
  const std::int16_t samples[] = {1, -1, 256};
  recording.append(samples, 2);
  recording.append(samples + 2, 1);
  const std::string bytes = content(wav);
  EXPECT_EQ(bytes.substr(40), std::string("\6\0\0\0\1\0\xff\xff\0\1", 10));
  EXPECT_EQ(bytes.substr(4, 4), std::string("\x2a\0\0\0", 4));
}

TEST_F(RecordingTest, SidecarTellsWhenAndWhyItEnded) {
  Recording recording;
  recording.begin(folder_, facts_);
  const auto json = folder_ / "horn-1795000000000000001.json";
  EXPECT_NE(content(json).find("\"end\": \"open\""), std::string::npos);
  const std::int16_t samples[960] = {};
  recording.append(samples, 960);
  recording.note({500, 960, -60});
  recording.end("dry");
  EXPECT_EQ(
      content(json),
      "{\"name\": \"horn\", \"rate_hz\": 48000, \"channels\": 1, \"ppm\": 80, \"start_realtime_ns\": "
      "1795000000000000001, \"start_monotonic_ns\": 77, \"end\": \"dry\", \"frames\": 960, \"anchors\": "
      "[{\"frame\": 0, \"monotonic_ns\": 77, \"ppm\": 80}, {\"frame\": 960, \"monotonic_ns\": 500, \"ppm\": -60}]}\n");
}

TEST_F(RecordingTest, AFolderThatIsGoneStopsNothing) {
  Recording recording;
  recording.begin(folder_ / "none", facts_);
  EXPECT_FALSE(recording.is_open());
  const std::int16_t sample = 1;
  recording.append(&sample, 1);
  recording.end("stopped");
}

}  // namespace
}  // namespace loa::firmware::virtual_card
