#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "content/picture/picture.hpp"
#include "protocol/base/result.hpp"

/// From a slogan's text to the exact pixels that an approver sees and a sign shows. The font, the breaking of lines and
/// the question whether people can read it are settled here, before approval. The same text, geometry, style and fonts
/// give the same pixels. One thread at a time.
namespace loa::content::slogan {

struct SignGeometry {
  int width_px = 0;   ///< 16…4096
  int height_px = 0;  ///< 16…2160
};

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// How a slogan looks.
struct Style {
  std::string font = "Noto Sans";
  bool bold = true;
  Colour text{255, 176, 0};
  Colour background{0, 0, 0};
  Colour frame{0, 0, 0};
  int frame_px = 0;        ///< width of the line drawn around a page; 0 = none
  int frame_inset_px = 0;  ///< from the sign's edge to that line
  int margin_px = 1;       ///< kept free inside edge or frame
  int smallest_px = 10;    ///< font size below which a sign cannot be read (two lines of it on 192×32 are)
  int largest_px = 160;

  /// Amber on black, every pixel for the letters: for text signs.
  static Style text_sign();
  /// Gold on red with a fine frame, as street slogans are: for colour screens of about 128 lines and more.
  static Style colour_screen(const SignGeometry& sign);
  /// One of the two above, by the sign's height.
  static Style for_sign(const SignGeometry& sign);
};

/// Draws a static page: the largest letters that fit, lines broken between words and balanced, centred. A newline in
/// the text breaks a line.
/// @return a picture of exactly the sign's geometry, nothing clipped
/// @error  invalid: empty, too long, not text, a character that no font has (it is named), a sign or style outside its
///         range, or "does not fit" with what to do
Result<picture::Picture> render_page(std::string_view text, const SignGeometry& sign, const Style& style);

/// Draws a scrolling strip: one line, the largest letters that the sign's height holds with every diacritic. A newline
/// becomes a wide gap. The strip has no blank before or after its text but the margin: who scrolls it brings it in.
/// @return a picture of the sign's height, as wide as the text, up to picture::max_width_px
/// @error  as render_page
Result<picture::Picture> render_strip(std::string_view text, const SignGeometry& sign, const Style& style);

/// The longest text of a slogan.
inline constexpr std::size_t max_text_bytes = 2'000;

}  // namespace loa::content::slogan
