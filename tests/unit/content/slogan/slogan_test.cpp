#include "content/slogan/slogan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loa::content::slogan {
namespace {

using picture::Picture;
using testing::HasSubstr;

constexpr SignGeometry text_sign{192, 32};
constexpr SignGeometry screen{512, 256};
constexpr const char* short_text = "Chuyển đổi số vì nhân dân";
constexpr const char* stacked = "ẾỖẮỰẪ ỵợộg";

std::string refusal(std::string_view text, const SignGeometry& sign = text_sign) {
  const auto page = render_page(text, sign, Style::for_sign(sign));
  return page ? "drawn" : page.error().text;
}

/// First and last row and column that are not background.
struct Box {
  int left = 1 << 20, top = 1 << 20, right = -1, bottom = -1;
};

Box inked(const Picture& picture, Colour background) {
  Box box;
  for (int y = 0; y < picture.height_px; ++y) {
    for (int x = 0; x < picture.width_px; ++x) {
      const auto* p = &picture.rgb[static_cast<std::size_t>(y * picture.width_px + x) * 3];
      if (p[0] == background.red && p[1] == background.green && p[2] == background.blue) continue;
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x), std::max(box.bottom, y)};
    }
  }
  return box;
}

TEST(SloganPage, HasExactlyTheSignsGeometry) {
  for (const auto& sign : {text_sign, screen, SignGeometry{256, 64}, SignGeometry{128, 128}}) {
    const auto page = render_page(short_text, sign, Style::for_sign(sign)).value();
    EXPECT_EQ(page.width_px, sign.width_px);
    EXPECT_EQ(page.height_px, sign.height_px);
    EXPECT_EQ(page.rgb.size(), static_cast<std::size_t>(sign.width_px * sign.height_px * 3));
  }
}

TEST(SloganPage, IsTheSameEveryTime) {
  EXPECT_EQ(render_page(short_text, screen, Style::for_sign(screen)).value(),
            render_page(short_text, screen, Style::for_sign(screen)).value());
}

TEST(SloganPage, DrawsComposedAndDecomposedTextAlike) {
  EXPECT_EQ(render_page("Thế hệ số", text_sign, {}).value(),
            render_page("The\u0302\u0301 he\u0323\u0302 so\u0302\u0301", text_sign, {}).value());
}

TEST(SloganPage, KeepsItsMarginAndCentres) {
  for (const char* text : {short_text, stacked, "Ế", "ỵ"}) {
    const auto box = inked(render_page(text, text_sign, {}).value(), {});
    EXPECT_GE(box.top, 1);
    EXPECT_GE(box.left, 1);
    EXPECT_LE(box.bottom, 30);
    EXPECT_LE(box.right, 190);
    EXPECT_NEAR(box.left, 191 - box.right, 2) << text;
    EXPECT_NEAR(box.top, 31 - box.bottom, 2) << text;
  }
}

TEST(SloganPage, MakesUseOfTheSign) {
  const auto box = inked(render_page(short_text, text_sign, {}).value(), {});
  EXPECT_TRUE(box.right - box.left > 150 || box.bottom - box.top > 24);
}

TEST(SloganPage, BalancesItsLines) {
  // Three lines of this would fit greedily as two full ones and a single word.
  Style style;
  style.largest_px = 20;
  const auto page = render_page("Giữ gìn vệ sinh chung xanh sạch đẹp", {160, 64}, style).value();
  const auto row_width = [&](int from, int to) {
    Picture part{page.width_px, to - from, {}};
    const auto row = static_cast<std::ptrdiff_t>(page.width_px) * 3;
    part.rgb.assign(page.rgb.begin() + from * row, page.rgb.begin() + to * row);
    const auto box = inked(part, {});
    return box.right - box.left;
  };
  const auto box = inked(page, {});
  const int middle = (box.top + box.bottom) / 2;
  EXPECT_GT(row_width(middle + 6, page.height_px), row_width(0, middle - 6) / 2);
}

TEST(SloganPage, SaysWhenItDoesNotFitAndWhatToDo) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += "Toàn dân đoàn kết xây dựng đời sống văn hóa ";
  EXPECT_THAT(refusal(text), testing::AllOf(HasSubstr("does not fit"), HasSubstr("make it scroll")));
  EXPECT_EQ(refusal(text, screen), "drawn");
  EXPECT_THAT(refusal("Mộtchữdàikhôngthểngắtdòngởbấtkỳchỗnàotrênbảngnhỏnàycả"), HasSubstr("does not fit"));
}

TEST(SloganPage, NamesTheCharacterThatNoFontHas) {
  EXPECT_THAT(refusal("Xin chào \U0001F9FF"), HasSubstr("U+1F9FF"));
  EXPECT_THAT(refusal("a\U00013000b"), testing::AnyOf(HasSubstr("U+13000"), testing::Eq("drawn")));
}

TEST(SloganPage, RefusesWhatIsNoText) {
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal("a\x07z"), HasSubstr("U+0007"));
  EXPECT_THAT(refusal("ab\u202Ecd"), HasSubstr("U+202E"));
  EXPECT_THAT(refusal("ab\u200Bcd"), HasSubstr("U+200B"));
  EXPECT_THAT(refusal("\xC3"), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal(std::string(max_text_bytes + 1, 'a')), HasSubstr("at most"));
}

TEST(SloganPage, RefusesAnImpossibleSign) {
  EXPECT_FALSE(render_page("a", {0, 32}, {}));
  EXPECT_FALSE(render_page("a", {100'000, 32}, {}));
  EXPECT_FALSE(render_page("a", {192, -1}, {}));
  Style style;
  style.margin_px = 40;
  EXPECT_FALSE(render_page("a", text_sign, style));
}

TEST(SloganPage, TakesMarkupAsText) { EXPECT_EQ(refusal("a < b & <b>c</b>", screen), "drawn"); }

TEST(SloganStrip, HasTheSignsHeightAndTheTextsWidth) {
  const auto strip = render_strip(short_text, text_sign, {}).value();
  EXPECT_EQ(strip.height_px, 32);
  const auto box = inked(strip, {});
  EXPECT_EQ(box.left, 1);
  EXPECT_EQ(box.right, strip.width_px - 2);
  EXPECT_GT(render_strip("Chuyển đổi số vì nhân dân, do nhân dân", text_sign, {}).value().width_px, strip.width_px);
}

TEST(SloganStrip, KeepsStackedDiacriticsWhole) {
  for (int height_px : {20, 24, 32, 64}) {
    const auto box = inked(render_strip(stacked, {192, height_px}, {}).value(), {});
    EXPECT_GE(box.top, 1);
    EXPECT_LE(box.bottom, height_px - 2);
    EXPECT_GT(box.bottom - box.top, height_px * 3 / 4);
  }
}

TEST(SloganStrip, RefusesASignTooLowForDiacritics) {
  EXPECT_THAT(render_strip(short_text, {192, 16}, {}).error().text, HasSubstr("diacritics"));
}

TEST(SloganStrip, KeepsOneBaseLineWhateverTheText) {
  const auto low = inked(render_strip("xuan", text_sign, {}).value(), {});
  const auto high = inked(render_strip("xuẤn", text_sign, {}).value(), {});
  EXPECT_NEAR(low.bottom, high.bottom, 1);
  EXPECT_LT(high.top, low.top);
}

TEST(SloganStrip, RefusesAnEndlessText) {
  EXPECT_THAT(render_strip(std::string(1'990, 'W'), text_sign, {}).error().text, HasSubstr("does not fit"));
}

}  // namespace
}  // namespace loa::content::slogan
