#include "content/opus/opus_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "protocol/base/file.hpp"
#include "tests/unit/content/scratch_folder.hpp"

namespace loa::content::opus {
namespace {

const std::filesystem::path data{LOA_TEST_DATA};
const auto chirp = data / "chirp-144123-frames.opus";
constexpr std::int64_t chirp_frames = 144'123;

std::vector<std::int16_t> read_some(OpusReader& reader, std::size_t frames) {
  std::vector<std::int16_t> pcm(frames);
  pcm.resize(reader.read(pcm).value());
  return pcm;
}

struct OpusReaderTest : testing::Test {
  OpusReader reader = OpusReader::open(chirp).value();
  std::vector<std::int16_t> whole = read_some(reader, chirp_frames + 48'000);
};

TEST_F(OpusReaderTest, KnowsTheExactLength) {
  EXPECT_EQ(reader.frames(), chirp_frames);
  EXPECT_EQ(static_cast<std::int64_t>(whole.size()), chirp_frames);
  EXPECT_EQ(reader.read(whole).value(), 0U);
}

TEST_F(OpusReaderTest, DecodesTheSameSamplesInPiecesOfAnySize) {
  ASSERT_TRUE(reader.seek(0));
  std::vector<std::int16_t> pieces;
  for (std::size_t size = 1;; size = size * 3 % 5'003) {
    const auto piece = read_some(reader, size);
    if (piece.empty()) break;
    pieces.insert(pieces.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(pieces, whole);
}

TEST_F(OpusReaderTest, LandsOnTheVeryFrame) {
  for (std::int64_t frame : {0L, 1L, 959L, 960L, 961L, 47'999L, 77'777L, 123'456L, chirp_frames - 1}) {
    ASSERT_TRUE(reader.seek(frame));
    const auto tail = read_some(reader, chirp_frames);
    ASSERT_EQ(static_cast<std::int64_t>(tail.size()), chirp_frames - frame);
    int worst = 0;
    for (std::size_t i = 0; i < tail.size(); ++i) {
      worst = std::max(worst, std::abs(tail[i] - whole[i + static_cast<std::size_t>(frame)]));
    }
    // A slip by one frame would show: the chirp moves by up to 1 800 units from frame to frame.
    EXPECT_LE(worst, 8) << "after a seek to " << frame;
  }
}

TEST_F(OpusReaderTest, TakesAFrameOutsideAsTheNearestEnd) {
  ASSERT_TRUE(reader.seek(chirp_frames + 5));
  EXPECT_TRUE(read_some(reader, 10).empty());
  ASSERT_TRUE(reader.seek(-5));
  EXPECT_EQ(read_some(reader, chirp_frames), whole);
}

TEST(OpusReader, RefusesWhatIsNotThere) {
  EXPECT_EQ(OpusReader::open(data / "nothing.opus").error().code, ErrorCode::missing);
  EXPECT_EQ(OpusReader::open(data).error().code, ErrorCode::missing);
}

TEST(OpusReader, RefusesOtherBytes) {
  ScratchFolder folder;
  for (const char* text : {"", "OggS", "this is a text, not a sound"}) {
    ASSERT_TRUE(save_file(folder / "x.opus", text));
    EXPECT_EQ(OpusReader::open(folder / "x.opus").error().code, ErrorCode::invalid);
  }
}

TEST(OpusReader, RefusesStereo) {
  const auto reader = OpusReader::open(data / "stereo.opus");
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().text.find("2 channels"), std::string::npos);
}

TEST(OpusReader, RefusesTwoStreamsInOneFile) {
  ScratchFolder folder;
  const auto once = read_file(chirp, 1 << 20).value();
  ASSERT_TRUE(save_file(folder / "x.opus", once + read_file(data / "stereo.opus", 1 << 20).value()));
  EXPECT_EQ(OpusReader::open(folder / "x.opus").error().code, ErrorCode::invalid);
}

// opusfile tells streams apart by their serial numbers. Found by the fuzzer.
TEST(OpusReader, NeverReadsOnIntoASecondStreamUnderTheSameNumber) {
  auto reader = OpusReader::open(data / "one-number-twice.opus").value();
  const std::int64_t frames = reader.frames();
  for (const std::int64_t from : {std::int64_t{0}, frames / 2, frames - 1, frames}) {
    ASSERT_TRUE(reader.seek(from));
    EXPECT_EQ(read_some(reader, 400'000).size(), static_cast<std::size_t>(frames - from));
  }
}

TEST(OpusReader, SurvivesEveryTruncationAndNeverInventsFrames) {
  ScratchFolder folder;
  const auto bytes = read_file(chirp, 1 << 20).value();
  for (std::size_t size = 0; size < bytes.size(); size += 199) {
    ASSERT_TRUE(save_file(folder / "x.opus", std::string_view{bytes}.substr(0, size)));
    auto reader = OpusReader::open(folder / "x.opus");
    if (!reader) continue;
    std::vector<std::int16_t> pcm(chirp_frames + 1);
    const auto got = reader->read(pcm);
    EXPECT_TRUE(!got || static_cast<std::int64_t>(*got) <= reader->frames());
  }
}

TEST(OpusReader, ReportsDamageInTheMiddle) {
  ScratchFolder folder;
  auto bytes = read_file(chirp, 1 << 20).value();
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 400; ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x5A);
  ASSERT_TRUE(save_file(folder / "x.opus", bytes));
  auto reader = OpusReader::open(folder / "x.opus");
  if (!reader) return;  // refusing it at once is as good
  std::vector<std::int16_t> pcm(chirp_frames);
  const auto got = reader->read(pcm);
  EXPECT_TRUE(!got || *got < pcm.size());
}

}  // namespace
}  // namespace loa::content::opus
