#include "content/slogan/drawing.hpp"

#include <algorithm>

namespace loa::content::slogan {
namespace {

void set_colour(cairo_t* pen, Colour colour) {
  cairo_set_source_rgb(pen, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0);
}

std::uint32_t word_of(Colour colour) {
  return static_cast<std::uint32_t>(colour.red) << 16 | static_cast<std::uint32_t>(colour.green) << 8 | colour.blue;
}

/// Fixed, so that no setting of the machine changes a pixel.
Owned<cairo_font_options_t> font_options() {
  Owned<cairo_font_options_t> options{cairo_font_options_create()};
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_ON);
  return options;
}

}  // namespace

Canvas::Canvas(int width_px, int height_px, Colour background)
    : width_px_(width_px),
      height_px_(height_px),
      background_(background),
      surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width_px + 2 * border_px, height_px + 2 * border_px)),
      pen_(cairo_create(surface_.get())) {
  set_colour(pen(), background);
  cairo_paint(pen());
}

void Canvas::draw_frame(Colour colour, int inset_px, int line_px) {
  if (line_px <= 0) return;
  const double at = border_px + inset_px + line_px / 2.0;
  set_colour(pen(), colour);
  cairo_set_line_width(pen(), line_px);
  cairo_rectangle(pen(), at, at, width_px_ - 2.0 * inset_px - line_px, height_px_ - 2.0 * inset_px - line_px);
  cairo_stroke(pen());
}

void Canvas::draw(const Paragraph& text, int x, int y, Colour colour) {
  const auto ink = text.ink();
  set_colour(pen(), colour);
  cairo_move_to(pen(), border_px + x - ink.x, border_px + y - ink.y);
  pango_cairo_show_layout(pen(), text.layout());
}

std::optional<picture::Picture> Canvas::picture() const {
  cairo_surface_flush(surface_.get());
  const auto* bytes = cairo_image_surface_get_data(surface_.get());
  const int stride = cairo_image_surface_get_stride(surface_.get());
  const auto word_at = [&](int x, int y) {
    std::uint32_t word = 0;
    std::copy_n(bytes + static_cast<std::ptrdiff_t>(y) * stride + x * 4, 4, reinterpret_cast<unsigned char*>(&word));
    return word & 0xFFFFFFU;
  };
  picture::Picture picture{width_px_, height_px_, {}};
  picture.rgb.reserve(static_cast<std::size_t>(width_px_) * static_cast<std::size_t>(height_px_) * 3);
  for (int y = 0; y < height_px_ + 2 * border_px; ++y) {
    for (int x = 0; x < width_px_ + 2 * border_px; ++x) {
      const auto word = word_at(x, y);
      const bool inside = x >= border_px && x < width_px_ + border_px && y >= border_px && y < height_px_ + border_px;
      if (!inside && word != word_of(background_)) return std::nullopt;
      if (!inside) continue;
      for (int shift : {16, 8, 0}) picture.rgb.push_back(static_cast<std::uint8_t>(word >> shift & 0xFFU));
    }
  }
  return picture;
}

Paragraph::Paragraph(const std::string& text, const Style& style)
    : text_(text),
      scratch_(1, 1, style.background),
      layout_(pango_cairo_create_layout(scratch_.pen())),
      font_(pango_font_description_new()) {
  auto* context = pango_layout_get_context(layout());
  pango_cairo_context_set_font_options(context, font_options().get());
  pango_cairo_context_set_resolution(context, 96);
  pango_context_set_language(context, pango_language_from_string("vi"));
  pango_context_set_round_glyph_positions(context, TRUE);
  pango_font_description_set_family(font_.get(), style.font.c_str());
  pango_font_description_set_weight(font_.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_text(layout(), text_.data(), static_cast<int>(text_.size()));
  pango_layout_set_alignment(layout(), PANGO_ALIGN_CENTER);
  pango_layout_set_wrap(layout(), PANGO_WRAP_WORD);
  set_size(style.smallest_px);
}

void Paragraph::set_size(int font_px) {
  pango_font_description_set_absolute_size(font_.get(), static_cast<double>(font_px) * PANGO_SCALE);
  pango_layout_set_font_description(layout(), font_.get());
}

void Paragraph::set_width(std::optional<int> width_px) {
  pango_layout_set_width(layout(), width_px ? *width_px * PANGO_SCALE : -1);
}

int Paragraph::lines() const { return pango_layout_get_line_count(layout()); }

PangoRectangle Paragraph::ink() const {
  PangoRectangle ink{};
  pango_layout_get_pixel_extents(layout(), &ink, nullptr);
  return ink;
}

std::optional<std::string> Paragraph::unknown_character() const {
  if (pango_layout_get_unknown_glyphs_count(layout()) == 0) return std::nullopt;
  const Owned<PangoLayoutIter> at{pango_layout_get_iter(layout())};
  do {
    const auto* run = pango_layout_iter_get_run_readonly(at.get());
    if (run == nullptr) continue;
    for (int i = 0; i < run->glyphs->num_glyphs; ++i) {
      if ((run->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0) continue;
      const char* begin = text_.data() + run->item->offset + run->glyphs->log_clusters[i];
      return std::string(begin, static_cast<const char*>(g_utf8_next_char(begin)));
    }
  } while (pango_layout_iter_next_run(at.get()) != 0);
  return "?";
}

}  // namespace loa::content::slogan
