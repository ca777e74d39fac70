#pragma once
// Private to content/slogan: RAII for Pango and Cairo, and one line or paragraph of text that can be measured and
// drawn.
#include <pango/pangocairo.h>

#include <memory>
#include <optional>
#include <string>

#include "content/slogan/slogan.hpp"

namespace loa::content::slogan {

struct FreeDrawing {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* pen) const { cairo_destroy(pen); }
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoLayoutIter* iterator) const { pango_layout_iter_free(iterator); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeDrawing>;

/// A picture being drawn, with a blank border all around that shows whether something was clipped.
class Canvas {
 public:
  static constexpr int border_px = 8;

  Canvas(int width_px, int height_px, Colour background);
  void draw_frame(Colour colour, int inset_px, int line_px);
  /// Puts the text's ink box with its upper left corner at (x, y).
  void draw(const class Paragraph& text, int x, int y, Colour colour);
  /// @return absent if something was drawn outside the picture
  [[nodiscard]] std::optional<picture::Picture> picture() const;
  [[nodiscard]] cairo_t* pen() const { return pen_.get(); }

 private:
  int width_px_, height_px_;
  Colour background_;
  Owned<cairo_surface_t> surface_;
  Owned<cairo_t> pen_;
};

/// Text laid out in one font.
class Paragraph {
 public:
  Paragraph(const std::string& text, const Style& style);
  void set_size(int font_px);
  /// @param width_px  lines break between words to stay within it; absent: only at newlines
  void set_width(std::optional<int> width_px);
  [[nodiscard]] int lines() const;
  /// What is inked, relative to the text's origin.
  [[nodiscard]] PangoRectangle ink() const;
  /// The first character that no font has, as UTF-8.
  [[nodiscard]] std::optional<std::string> unknown_character() const;
  [[nodiscard]] PangoLayout* layout() const { return layout_.get(); }

 private:
  std::string text_;
  Canvas scratch_;  // Pango measures for a surface
  Owned<PangoLayout> layout_;
  Owned<PangoFontDescription> font_;
};

}  // namespace loa::content::slogan
