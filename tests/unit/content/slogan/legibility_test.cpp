// Can a reader read it? tesseract's Vietnamese model stands in for one. A few characters wrong in a hundred are its own
// errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>

#include "content/slogan/slogan.hpp"
#include "protocol/base/file.hpp"
#include "tests/unit/content/scratch_folder.hpp"

namespace loa::content::slogan {
namespace {

using picture::Picture;

constexpr int border_px = 20;

/// Half as large, as a big screen is seen from farther away.
Picture seen_from_afar(const Picture& near) {
  Picture far{near.width_px / 2, near.height_px / 2, {}};
  const auto at = [&](int x, int y, int c) {
    return int{near.rgb[static_cast<std::size_t>((y * near.width_px + x) * 3 + c)]};
  };
  for (int y = 0; y < far.height_px; ++y) {
    for (int x = 0; x < far.width_px; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int sum =
            at(2 * x, 2 * y, c) + at(2 * x + 1, 2 * y, c) + at(2 * x, 2 * y + 1, c) + at(2 * x + 1, 2 * y + 1, c);
        far.rgb.push_back(static_cast<std::uint8_t>(sum / 4));
      }
    }
  }
  return far;
}

/// Dark letters on white, `zoom` times as large with linear interpolation, with a border (PGM). The model was trained
/// on letters of 20 to 80 pixels and misreads larger ones.
std::string scan(const Picture& picture, Colour text, Colour background, int zoom = 4) {
  const auto ink_at = [&](int x, int y) {
    x = std::clamp(x, 0, picture.width_px - 1);
    y = std::clamp(y, 0, picture.height_px - 1);
    const auto* p = &picture.rgb[static_cast<std::size_t>(y * picture.width_px + x) * 3];
    return (p[1] - background.green) / static_cast<double>(text.green - background.green);
  };
  const int width = picture.width_px * zoom + 2 * border_px, height = picture.height_px * zoom + 2 * border_px;
  std::string pgm = fmt::format("P5 {} {} 255\n", width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = (x - border_px + 0.5) / zoom - 0.5, v = (y - border_px + 0.5) / zoom - 0.5;
      const int left = static_cast<int>(std::floor(u)), top = static_cast<int>(std::floor(v));
      const double a = u - left, b = v - top;
      const bool outside = u < -1 || v < -1 || u > picture.width_px || v > picture.height_px;
      const double ink = outside ? 0
                                 : (1 - b) * ((1 - a) * ink_at(left, top) + a * ink_at(left + 1, top)) +
                                       b * ((1 - a) * ink_at(left, top + 1) + a * ink_at(left + 1, top + 1));
      pgm += static_cast<char>(std::lround(255 * (1 - std::clamp(ink, 0.0, 1.0))));
    }
  }
  return pgm;
}

std::string read_by_tesseract(const std::string& pgm) {
  ScratchFolder folder;
  EXPECT_TRUE(save_file(folder / "scan.pgm", pgm));
  const auto command = "OMP_THREAD_LIMIT=1 tesseract " + (folder / "scan.pgm").string() + " stdout -l vie --psm 6 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
  std::string text;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) text += buffer.data();
  return text;
}

std::vector<std::string> letters(const std::string& text) {
  std::vector<std::string> found;
  for (char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U && !found.empty()) {
      found.back() += c;
    } else if (c != ' ' && c != '\n' && c != '\f') {
      found.emplace_back(1, c);
    }
  }
  return found;
}

/// Levenshtein distance over the number of letters.
double error_rate(const std::string& wanted, const std::string& got) {
  const auto a = letters(wanted), b = letters(got);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, corner + (a[i] == b[j] ? 0 : 1)});
      corner = above;
    }
  }
  return static_cast<double>(row.back()) / static_cast<double>(a.size());
}

double page_error_rate(const std::string& text, const SignGeometry& sign, const Style& style) {
  const auto page = render_page(text, sign, style).value();
  const bool big = sign.height_px > 64;
  const auto got =
      read_by_tesseract(scan(big ? seen_from_afar(page) : page, style.text, style.background, big ? 1 : 4));
  const double rate = error_rate(text, got);
  if (rate > 0) std::printf("%dx%d %.3f: %s -> %s\n", sign.width_px, sign.height_px, rate, text.c_str(), got.c_str());
  return rate;
}

/// The frame is not for reading.
Style unframed(const SignGeometry& sign) {
  auto style = Style::for_sign(sign);
  style.frame_px = 0;
  return style;
}

constexpr std::array texts{"Chuyển đổi số vì nhân dân", "Phường an toàn, văn minh", "Giữ gìn vệ sinh chung",
                           "Bệnh viện mở cửa đến chín giờ tối", "Ủy ban nhân dân phường kính mời"};

TEST(Legibility, APageOnATextSignCanBeRead) {
  double sum = 0;
  for (const auto* text : texts) sum += page_error_rate(text, {192, 32}, unframed({192, 32}));
  EXPECT_LE(sum / texts.size(), 0.04);
}

TEST(Legibility, APageOfTwoSmallestLinesCanBeRead) {
  Style style;
  style.largest_px = style.smallest_px;
  EXPECT_LE(page_error_rate("Đẩy mạnh cải cách hành chính, nâng cao chất lượng phục vụ", {192, 32}, style), 0.06);
}

TEST(Legibility, APageOnAColourScreenCanBeRead) {
  double sum = 0;
  for (const auto* text : texts) sum += page_error_rate(text, {512, 256}, unframed({512, 256}));
  EXPECT_LE(sum / texts.size(), 0.02);
}

TEST(Legibility, AStripCanBeRead) {
  double sum = 0;
  for (const auto* text : texts) {
    const auto strip = render_strip(text, {192, 32}, {}).value();
    sum += error_rate(text, read_by_tesseract(scan(strip, Style{}.text, Style{}.background)));
  }
  EXPECT_LE(sum / texts.size(), 0.01);
}

TEST(Legibility, TheReaderNoticesClippedLetters) {
  auto strip = render_strip(texts[0], {192, 32}, {}).value();
  std::fill_n(strip.rgb.begin(), static_cast<std::ptrdiff_t>(strip.width_px) * 3 * 12, 0);  // the upper diacritics
  EXPECT_GT(error_rate(texts[0], read_by_tesseract(scan(strip, Style{}.text, Style{}.background))), 0.05);
}

}  // namespace
}  // namespace loa::content::slogan
