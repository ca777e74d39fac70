#include "protocol/message/playlist.hpp"

#include <gtest/gtest.h>

namespace loa::protocol::message {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t start = 1'795'219'200 * second;

/// Pages of so many seconds, for so long.
v1::Cue playlist(const std::vector<int>& dwells_s, std::int64_t length_s) {
  v1::Cue cue;
  cue.set_start_us(start);
  cue.set_duration_us(length_s * second);
  for (std::size_t i = 0; i < dwells_s.size(); ++i) {
    auto* page = cue.add_pages();
    page->set_object(std::string(32, static_cast<char>('a' + i % 3)));
    page->set_dwell_us(dwells_s[i] * second);
  }
  return cue;
}

Turn turn(std::size_t page, std::int64_t from_s, std::int64_t to_s) {
  return {page, start + from_s * second, start + to_s * second};
}

TEST(Playlist, ThePageIsAFunctionOfTheInstant) {
  const auto cue = playlist({10, 5, 20}, 16 * 3600);
  EXPECT_EQ(turn_at(cue, start), turn(0, 0, 10));
  EXPECT_EQ(turn_at(cue, start + 10 * second - 1), turn(0, 0, 10));
  EXPECT_EQ(turn_at(cue, start + 10 * second), turn(1, 10, 15));
  EXPECT_EQ(turn_at(cue, start + 34 * second), turn(2, 15, 35));
  EXPECT_EQ(turn_at(cue, start + 35 * second), turn(0, 35, 45));
  EXPECT_EQ(turn_at(cue, start + (1'000 * 35 + 12) * second), turn(1, 35'010, 35'015));
}

TEST(Playlist, TheLastTurnIsCutByTheCuesEnd) {
  const auto cue = playlist({10, 5}, 22);
  EXPECT_EQ(turn_at(cue, start + 16 * second), turn(0, 15, 22));
  EXPECT_EQ(turn_at(cue, start + 22 * second), turn(0, 15, 22)) << "after the end the last one";
  EXPECT_EQ(turn_at(cue, start - second), turn(0, 0, 10)) << "before the start the first one";
  EXPECT_EQ(turn_at(playlist({100}, 7), start), turn(0, 0, 7));
}

TEST(Playlist, TurnsCoverTheCueOnceWithoutAHole) {
  const auto cue = playlist({7, 1, 3, 86'400}, 86'400);
  std::int64_t at = start;
  int turns = 0;
  while (at < start + cue.duration_us() && turns < 10) {
    const auto one = turn_at(cue, at);
    EXPECT_EQ(one.begin_us, at);
    EXPECT_EQ(turn_at(cue, one.end_us - 1), one);
    at = one.end_us;
    ++turns;
  }
  EXPECT_EQ(at, start + cue.duration_us());
  EXPECT_EQ(turns, 4);
}

TEST(Playlist, ACueWithoutPagesIsOnePageForAllItsTime) {
  v1::Cue cue = playlist({}, 60);
  cue.set_object(std::string(32, 'z'));
  cue.set_scroll_px_s(40);
  EXPECT_EQ(page_count(cue), 1U);
  EXPECT_EQ(turn_at(cue, start + 30 * second), turn(0, 0, 60));
  EXPECT_EQ(page_of(cue, 0).scroll_px_s(), 40U);
  EXPECT_EQ(objects_of(cue), std::vector<std::string>{cue.object()});
}

TEST(Playlist, NamesEachObjectOnce) { EXPECT_EQ(objects_of(playlist({1, 1, 1, 1, 1}, 60)).size(), 3U); }

}  // namespace
}  // namespace loa::protocol::message
