#include "tools/cli/desk.hpp"

#include <gtest/gtest.h>

#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using headend::model::Catalogue;
using headend::model::Content;

Catalogue catalogue() {
  Catalogue made;
  made.groups = {{"to-1", "Tổ 1"}, {"to-2", "Tổ 2"}};
  for (const char* title : {"Nhạc hiệu", "Bản tin", "Bản tin"}) {
    Content content;
    content.object.bytes[0] = static_cast<std::uint8_t>(made.contents.size() == 2 ? 0xab : made.contents.size());
    content.object.bytes[31] = static_cast<std::uint8_t>(made.contents.size());
    content.title = title;
    made.contents.push_back(content);
  }
  return made;
}

TEST(Columns, CountsWhatATerminalShows) {
  EXPECT_EQ(columns_of("ward"), 4U);
  EXPECT_EQ(columns_of("phường"), 6U);
  EXPECT_EQ(columns_of("phu\u031bo\u031b\u0300ng"), 6U) << "combining marks stand on their letter";
}

TEST(Length, IsReadAtAGlance) {
  EXPECT_EQ(format_length(6'540'000), "0:06.5");
  EXPECT_EQ(format_length(61'000'000), "1:01.0");
  EXPECT_EQ(format_length(754'000'000), "12:34");
  EXPECT_EQ(format_length(3'723'000'000), "1:02:03");
}

TEST(FindContent, TakesDigitsOrTheTitleButNeverGuesses) {
  const auto all = catalogue();
  EXPECT_EQ((*find_content(all, "Nhạc hiệu"))->object, all.contents[0].object);
  EXPECT_EQ((*find_content(all, "ab0000"))->object, all.contents[2].object);
  EXPECT_EQ(find_content(all, "ab00").error().code, ErrorCode::missing) << "too few digits";
  EXPECT_EQ(find_content(all, "Bản tin").error().code, ErrorCode::invalid) << "two have it";
  EXPECT_EQ(find_content(all, "").error().code, ErrorCode::missing);
}

TEST(KnownGroups, AreSortedOnceEach) {
  EXPECT_EQ(*known_groups(catalogue(), {"to-2", "to-1", "to-2"}), (std::vector<std::string>{"to-1", "to-2"}));
  EXPECT_TRUE(known_groups(catalogue(), {"all"}));
  const auto unknown = known_groups(catalogue(), {"to-1", "to-9"});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().text.find("to-9"), std::string::npos);
  EXPECT_NE(unknown.error().text.find("all, to-1, to-2"), std::string::npos) << "says which there are";
}

TEST(ParseDays, UnderstandsBothWaysOfWritingARange) {
  EXPECT_EQ(*parse_days("t2..cn"), headend::model::every_day);
  EXPECT_EQ(*parse_days("mon-sun"), headend::model::every_day);
  EXPECT_EQ(*parse_days("t2..t6"), 0x1f);
  EXPECT_FALSE(parse_days("t9"));
}

TEST(ParseValidity, IsOpenOrInOrder) {
  EXPECT_EQ(*parse_validity("", ""), headend::model::Validity{});
  EXPECT_TRUE(parse_validity("2026-11-01", "2026-11-01"));
  EXPECT_FALSE(parse_validity("2026-11-02", "2026-11-01"));
  EXPECT_FALSE(parse_validity("2026-02-30", ""));
}

}  // namespace
}  // namespace loa::tools::cli
