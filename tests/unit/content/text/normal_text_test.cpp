#include "content/text/normal_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loa::content::text {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view raw, std::size_t max_bytes = 100) {
  const auto text = normalise(raw, max_bytes);
  return text ? "accepted: " + *text : text.error().text;
}

TEST(NormalText, LeavesGoodTextAlone) { EXPECT_EQ(normalise("Xin chào bà con", 100).value(), "Xin chào bà con"); }

TEST(NormalText, ComposesWhatAMacWrites) {
  EXPECT_EQ(normalise("e\u0302\u0301", 100).value(), "ế");
  EXPECT_EQ(normalise("o\u0302\u0303 U\u031B\u0301", 100).value(), "ỗ Ứ");
  EXPECT_EQ(normalise("ê\u0323", 100).value(), "ệ");
}

TEST(NormalText, TakesFilesOfAnyEditor) {
  EXPECT_EQ(normalise("\xEF\xBB\xBFmột\r\nhai\rba\n\n", 100).value(), "một\nhai\nba");
  EXPECT_EQ(normalise("  a\tb \n c  ", 100).value(), "a b\n c");
  EXPECT_EQ(normalise("a\u00A0b", 100).value(), "a b");
}

TEST(NormalText, RefusesWhatIsNoText) {
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal(" \r\n\t \u00A0"), HasSubstr("empty"));
  EXPECT_THAT(refusal("xin ch\xE0o"), HasSubstr("not UTF-8 (byte 7)"));
  EXPECT_THAT(refusal("a\x1b[31mb"), HasSubstr("U+001B"));
  EXPECT_THAT(refusal(std::string_view{"a\0b", 3}), HasSubstr("U+0000"));
  EXPECT_THAT(refusal("a\u0085b"), HasSubstr("control character"));
  EXPECT_THAT(refusal("mười một ký tự", 10), HasSubstr("at most 10"));
}

}  // namespace
}  // namespace loa::content::text
