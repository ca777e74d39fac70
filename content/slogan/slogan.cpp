#include "content/slogan/slogan.hpp"

#include <algorithm>

#include "content/slogan/drawing.hpp"
#include "content/text/normal_text.hpp"

namespace loa::content::slogan {
namespace {

/// Tallest and deepest letters of Vietnamese: a strip keeps one size and one base line whatever its text.
constexpr const char* tallest_letters = "ẾỖẮỰÅgjỵ";

Result<void> check(const SignGeometry& sign, const Style& style) {
  if (sign.width_px < 16 || sign.width_px > 4'096 || sign.height_px < 16 || sign.height_px > picture::max_height_px) {
    return fail(ErrorCode::invalid, "cannot draw for a sign of {}×{} pixels; 16×16 to 4096×{} are possible",
                sign.width_px, sign.height_px, picture::max_height_px);
  }
  if (style.smallest_px < 6 || style.largest_px < style.smallest_px || style.largest_px > 1'000 ||
      style.margin_px < 0 || style.frame_px < 0 || style.frame_inset_px < 0) {
    return fail(ErrorCode::invalid, "cannot draw letters of {} to {} pixels with a margin of {}; choose 6 to 1000",
                style.smallest_px, style.largest_px, style.margin_px);
  }
  return {};
}

Result<std::string> checked_text(std::string_view raw, const Style& style) {
  LOA_TRY_LET(auto text, text::normalise(raw, max_text_bytes));
  if (const auto code = text::first_invisible(text)) {
    return fail(ErrorCode::invalid, "cannot draw the invisible character U+{:04X}; remove it", *code);
  }
  if (const auto unknown = Paragraph{text, style}.unknown_character()) {
    return fail(ErrorCode::invalid, "cannot draw '{}' (U+{:04X}): no installed font has it; write it another way",
                *unknown, text::first_code(*unknown));
  }
  return text;
}

struct Room {
  int width_px, height_px;
};

Room room_on(const SignGeometry& sign, const Style& style) {
  const int taken = 2 * (style.margin_px + (style.frame_px > 0 ? style.frame_inset_px + style.frame_px : 0));
  return {sign.width_px - taken, sign.height_px - taken};
}

bool fits(Paragraph& paragraph, int font_px, const Room& room) {
  paragraph.set_size(font_px);
  paragraph.set_width(room.width_px);
  const auto ink = paragraph.ink();
  return ink.width <= room.width_px && ink.height <= room.height_px;
}

/// @return the largest size that fits, 0 if none does
int largest_size(Paragraph& paragraph, const Room& room, const Style& style) {
  for (int font_px = std::min(style.largest_px, room.height_px * 2); font_px >= style.smallest_px; --font_px) {
    if (fits(paragraph, font_px, room)) return font_px;
  }
  return 0;
}

/// Narrows the paragraph as far as it keeps its number of lines, so that they get about equally long.
void balance(Paragraph& paragraph, const Room& room) {
  const int lines = paragraph.lines(), height_px = paragraph.ink().height;
  int narrow = 1, wide = room.width_px;
  while (narrow < wide) {
    const int middle = (narrow + wide) / 2;
    paragraph.set_width(middle);
    const bool same =
        paragraph.lines() == lines && paragraph.ink().width <= middle && paragraph.ink().height <= height_px;
    if (same) {
      wide = middle;
    } else {
      narrow = middle + 1;
    }
  }
  paragraph.set_width(wide);
}

Result<picture::Picture> finished(const Canvas& canvas) {
  auto picture = canvas.picture();
  if (!picture) return fail(ErrorCode::io, "the drawing went over the edge of the sign; choose another font");
  return *std::move(picture);
}

std::string one_line(std::string text) {
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) text.replace(at, 1, "     ");
  return text;
}

/// The strip's font size and where the ink of the tallest letters begins above the base line.
struct StripFont {
  int font_px = 0;
  PangoRectangle reach{};
};

StripFont strip_font(int height_px, const Style& style) {
  Paragraph tallest{tallest_letters, style};
  for (int font_px = std::min(style.largest_px, height_px); font_px >= style.smallest_px; --font_px) {
    tallest.set_size(font_px);
    if (tallest.ink().height <= height_px) return {font_px, tallest.ink()};
  }
  return {};
}

}  // namespace

Style Style::text_sign() { return {}; }

Style Style::colour_screen(const SignGeometry& sign) {
  Style style;
  style.text = {255, 222, 60};
  style.background = {176, 12, 18};
  style.frame = {235, 180, 40};
  style.frame_px = std::max(1, sign.height_px / 128);
  style.frame_inset_px = std::max(2, sign.height_px / 32);
  style.margin_px = std::max(4, sign.height_px / 16);
  style.smallest_px = 14;
  style.largest_px = std::max(14, sign.height_px / 4);
  return style;
}

Style Style::for_sign(const SignGeometry& sign) { return sign.height_px >= 128 ? colour_screen(sign) : text_sign(); }

Result<picture::Picture> render_page(std::string_view raw, const SignGeometry& sign, const Style& style) {
  LOA_TRY(check(sign, style));
  LOA_TRY_LET(const auto text, checked_text(raw, style));
  const auto room = room_on(sign, style);
  Paragraph paragraph{text, style};
  const int font_px = largest_size(paragraph, room, style);
  if (font_px == 0) {
    return fail(
        ErrorCode::invalid,
        "does not fit: on {}×{} pixels this text would need letters smaller than {} pixels, which nobody can read; "
        "shorten it or make it scroll",
        sign.width_px, sign.height_px, style.smallest_px);
  }
  balance(paragraph, room);
  Canvas canvas{sign.width_px, sign.height_px, style.background};
  canvas.draw_frame(style.frame, style.frame_inset_px, style.frame_px);
  const auto ink = paragraph.ink();
  canvas.draw(paragraph, (sign.width_px - ink.width) / 2, (sign.height_px - ink.height) / 2, style.text);
  return finished(canvas);
}

Result<picture::Picture> render_strip(std::string_view raw, const SignGeometry& sign, const Style& style) {
  LOA_TRY(check(sign, style));
  LOA_TRY_LET(const auto text, checked_text(raw, style));
  const int room_px = sign.height_px - 2 * style.margin_px;
  const auto font = strip_font(room_px, style);
  if (font.font_px == 0) {
    return fail(ErrorCode::invalid, "does not fit: {} lines cannot hold letters of {} pixels with their diacritics",
                sign.height_px, style.smallest_px);
  }
  Paragraph line{one_line(text), style};
  line.set_size(font.font_px);
  const auto ink = line.ink();
  const int width_px = ink.width + 2 * style.margin_px;
  if (width_px > picture::max_width_px) {
    return fail(ErrorCode::invalid,
                "does not fit: the strip would be {} pixels long, at most {} are possible; shorten the text", width_px,
                picture::max_width_px);
  }
  Canvas canvas{width_px, sign.height_px, style.background};
  const int top_px = (sign.height_px - font.reach.height) / 2 + (ink.y - font.reach.y);
  const int lowest_px = std::max(0, sign.height_px - ink.height);
  canvas.draw(line, style.margin_px, std::clamp(top_px, 0, lowest_px), style.text);
  return finished(canvas);
}

}  // namespace loa::content::slogan
