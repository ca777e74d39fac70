#include "protocol/base/text.hpp"

#include <gtest/gtest.h>

namespace loa {
namespace {

TEST(Hex, GoesThereAndBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(parse_hex(format_hex(all)).value(), all);
  EXPECT_EQ(format_hex(std::string{"\x00\xab", 2}), "00ab");
  EXPECT_EQ(parse_hex("AbCd").value(), "\xab\xcd");
  EXPECT_EQ(parse_hex("").value(), "");
}

TEST(Hex, RefusesOddAndForeignCharacters) {
  for (const char* text : {"a", "abc", "0g", "g0", "0x12", " 12", "12 "}) EXPECT_FALSE(parse_hex(text)) << text;
}

TEST(IsId, AcceptsWhatIsSafeAsTopicFileAndPattern) {
  for (const char* text : {"a", "0", "loa-01", "to-dan-pho-7", "a--b", "12345678901234567890123456789012"}) {
    EXPECT_TRUE(is_id(text)) << text;
  }
}

TEST(IsId, RefusesTheRest) {
  for (const char* text : {"", "-a", "a-", "-", "A", "a b", "a/b", "a+", "#", "a.b", "..", "a_b", "đ", "a\n",
                           "123456789012345678901234567890123"}) {
    EXPECT_FALSE(is_id(text)) << text;
  }
  EXPECT_FALSE(is_id(std::string_view{"a\0", 2}));
}

TEST(IsCleanUtf8, AcceptsVietnameseInBothForms) {
  for (const char* text : {"", "Phường Láng: bản tin sáng", "Nguye\xcc\x82\xcc\x83n", "một\nhai", "日本", "🔊"}) {
    EXPECT_TRUE(is_clean_utf8(text)) << text;
  }
}

TEST(IsCleanUtf8, RefusesControlsAndMalformedSequences) {
  for (const std::string_view text :
       {std::string_view{"\0", 1}, std::string_view{"\t"}, std::string_view{"\r"}, std::string_view{"\x1b[31m"},
        std::string_view{"\x7f"}, std::string_view{"\xc2\x9b"}, std::string_view{"\x80"}, std::string_view{"\xc3"},
        std::string_view{"\xc0\xaf"}, std::string_view{"\xe0\x80\xaf"}, std::string_view{"\xed\xa0\x80"},
        std::string_view{"\xe1\xbb"}, std::string_view{"\xf0\x80\x80\xaf"}, std::string_view{"\xf4\x90\x80\x80"},
        std::string_view{"\xf5\x80\x80\x80"}, std::string_view{"\xff"}}) {
    EXPECT_FALSE(is_clean_utf8(text)) << format_hex(text);
  }
}

TEST(FitText, CutsAtAWholeCharacterAndShowsWhatIsNoText) {
  EXPECT_EQ(fit_text("Phường", 500), "Phường");
  EXPECT_EQ(fit_text("Phường", 4), "Ph\xc6\xb0") << "ờ does not fit whole";
  EXPECT_EQ(fit_text("a\x1b[2Jb\xff", 500), "a?[2Jb?");
  EXPECT_EQ(fit_text(std::string(600, 'x'), 500).size(), 500U);
  EXPECT_EQ(fit_text("", 5), "");
  EXPECT_TRUE(is_clean_utf8(fit_text(std::string(300, '\x80'), 200)));
}

}  // namespace
}  // namespace loa
