#include "station/display/scene.hpp"

#include <gtest/gtest.h>

namespace loa::station::display {
namespace {

using namespace std::chrono_literals;

/// A picture whose column c has the value c + 1 everywhere.
Picture columns(int width, int height) {
  Picture pixels{width, height, {}};
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column)
      pixels.rgb.insert(pixels.rgb.end(), 3, static_cast<std::uint8_t>(column + 1));
  }
  return pixels;
}

/// The first row of the frame, one value a column, after a check that all rows are alike.
std::vector<int> drawn(const Picture& pixels, bool scrolls, std::int64_t offset, int width) {
  std::vector<std::uint8_t> frame(static_cast<std::size_t>(width * pixels.height_px * 3), 99);
  draw(pixels, scrolls, offset, width, frame);
  std::vector<int> row;
  for (int column = 0; column < width; ++column) row.push_back(frame[static_cast<std::size_t>(column) * 3]);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    EXPECT_EQ(frame[i], row[i / 3 % static_cast<std::size_t>(width)]) << "byte " << i;
  }
  return row;
}

Assignment assignment(std::int64_t start_us, std::int64_t from_us, MonoTime from_mono) {
  Assignment result;
  result.cue.set_start_us(start_us);
  result.cue.set_duration_us(10'000'000);
  result.from = wall_from_us(from_us);
  result.from_mono = from_mono;
  return result;
}

TEST(Scene, AWholeCueBeginsAtItsOrigin) {
  const Span span = span_of(assignment(5'000'000, 5'000'000, MonoTime{100s}));
  EXPECT_EQ(span.origin, MonoTime{100s});
  EXPECT_EQ(span.begin, MonoTime{100s});
  EXPECT_EQ(span.end, MonoTime{110s});
}

TEST(Scene, AJoinedCueHasItsOriginInThePast) {
  const auto joined = assignment(5'000'000, 8'000'000, MonoTime{100s});
  const Span span = span_of(joined);
  EXPECT_EQ(span.origin, MonoTime{97s});
  EXPECT_EQ(span.begin, MonoTime{100s});
  EXPECT_EQ(span.end, MonoTime{107s});
  EXPECT_EQ(planned_us(joined, MonoTime{100s + 250ms}), 8'250'000);
}

TEST(Scene, AStripMovesByWholePixels) {
  const Span span{MonoTime{50s}, MonoTime{50s}, MonoTime{90s}};
  EXPECT_EQ(scroll_px(span, 60, MonoTime{50s}), 0);
  EXPECT_EQ(scroll_px(span, 60, MonoTime{50s + 16'666'666ns}), 0);
  EXPECT_EQ(scroll_px(span, 60, MonoTime{50s + 16'666'667ns}), 1);
  EXPECT_EQ(scroll_px(span, 60, MonoTime{51s}), 60);
  EXPECT_EQ(scroll_px(span, 60, MonoTime{49s}), 0) << "not before its beginning";
  EXPECT_EQ(scroll_px(span, 0, MonoTime{60s}), 0) << "a page stands still";
}

TEST(Scene, AStripMayRunForYears) {
  const Span span{MonoTime{0s}, MonoTime{0s}, MonoTime{24h * 400}};
  EXPECT_EQ(scroll_px(span, 1000, MonoTime{24h * 365}), 31'536'000'000);
}

TEST(Scene, FramesLieOnAGridThatStartsWithTheCue) {
  const Span span{MonoTime{50s}, MonoTime{52s}, MonoTime{90s}};
  for (std::int64_t number = 0; number < 2000; ++number) {
    const MonoTime at = frame_time(span, 30, number);
    ASSERT_EQ(frame_number(span, 30, at), number);
    ASSERT_EQ(frame_number(span, 30, at - 1ns), std::max<std::int64_t>(number - 1, 0));
  }
  EXPECT_EQ(frame_time(span, 30, 60), MonoTime{52s}) << "no drift";
}

TEST(Scene, FramesComeAtThePanelsRateOrAWholePartOfIt) {
  EXPECT_EQ(frame_rate(60, 60), 60);
  EXPECT_EQ(frame_rate(50, 60), 50);
  EXPECT_EQ(frame_rate(25, 60), 25);
  EXPECT_EQ(frame_rate(120, 60), 60);
  EXPECT_EQ(frame_rate(144, 60), 48);
  EXPECT_EQ(frame_rate(240, 60), 60);
  EXPECT_EQ(frame_rate(1, 60), 1);
  EXPECT_EQ(frame_rate(0, 60), 1) << "a panel that does not know";
  EXPECT_EQ(frame_rate(240, 1), 1);
}

TEST(Scene, APageCoversTheSign) { EXPECT_EQ(drawn(columns(4, 2), false, 0, 4), (std::vector{1, 2, 3, 4})); }

TEST(Scene, AStripEntersFromTheRightAndLeavesToTheLeft) {
  const Picture strip = columns(6, 2);
  EXPECT_EQ(drawn(strip, true, 0, 4), (std::vector{0, 0, 0, 0}));
  EXPECT_EQ(drawn(strip, true, 1, 4), (std::vector{0, 0, 0, 1}));
  EXPECT_EQ(drawn(strip, true, 4, 4), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(drawn(strip, true, 6, 4), (std::vector{3, 4, 5, 6}));
  EXPECT_EQ(drawn(strip, true, 9, 4), (std::vector{6, 0, 0, 0}));
}

TEST(Scene, AStripComesRoundAgain) {
  const Picture strip = columns(6, 2);
  EXPECT_EQ(drawn(strip, true, 10, 4), (std::vector{0, 0, 0, 0}));
  EXPECT_EQ(drawn(strip, true, 13, 4), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(drawn(strip, true, 10'000'000'013, 4), (std::vector{0, 1, 2, 3}));
}

TEST(Scene, AStripMayBeNarrowerThanTheSign) {
  EXPECT_EQ(drawn(columns(2, 3), true, 3, 5), (std::vector{0, 0, 1, 2, 0}));
}

TEST(Scene, NoStretchIsShorterThanTheWholeMicrosecondsOfWhatWasShownInIt) {
  Assignment assignment;
  assignment.from = wall_from_us(1'795'219'200'000'000);
  assignment.from_mono = MonoTime{50s};
  for (int from_ns = 0; from_ns < 4'000; from_ns += 125) {
    for (int length_ns = 0; length_ns < 4'000; length_ns += 125) {
      const MonoTime from = assignment.from_mono + std::chrono::nanoseconds{from_ns};
      const std::int64_t length_us =
          planned_us(assignment, from + std::chrono::nanoseconds{length_ns}) - planned_us(assignment, from);
      ASSERT_GE(length_us, length_ns / 1'000) << from_ns << " + " << length_ns;
    }
  }
}

TEST(Scene, AStartThatIsHoursLateSaysNoMoreThanAProofMay) {
  EXPECT_EQ(start_error_us(-1'500ns), -2);
  EXPECT_EQ(start_error_us(59s), 59'000'000);
  EXPECT_EQ(start_error_us(5h), protocol::message::max_start_error.count());
  EXPECT_EQ(start_error_us(-5h), -protocol::message::max_start_error.count());
}

}  // namespace
}  // namespace loa::station::display
