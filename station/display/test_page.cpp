#include "station/display/test_page.hpp"

#include <array>

namespace loa::station::display {
namespace {

using Colour = std::array<std::uint8_t, 3>;
constexpr Colour white{255, 255, 255};
constexpr std::array<Colour, 4> bars{Colour{255, 0, 0}, Colour{0, 255, 0}, Colour{0, 0, 255}, white};

Picture draw_bars(int width_px, int height_px) {
  Picture picture{width_px, height_px, {}};
  picture.rgb.reserve(static_cast<std::size_t>(width_px) * static_cast<std::size_t>(height_px) * 3);
  for (int y = 0; y < height_px; ++y) {
    for (int x = 0; x < width_px; ++x) {
      const bool edge = x == 0 || y == 0 || x == width_px - 1 || y == height_px - 1;
      const auto bar = static_cast<std::size_t>(x) * bars.size() / static_cast<std::size_t>(width_px);
      const Colour& colour = edge ? white : bars[bar];
      picture.rgb.insert(picture.rgb.end(), colour.begin(), colour.end());
    }
  }
  return picture;
}

class TestPage final : public FrameReader {
 public:
  explicit TestPage(const SignShape& shape) : shape_(shape) {}
  [[nodiscard]] std::chrono::milliseconds length() const override { return std::chrono::milliseconds{0}; }
  Result<content::picture::Frame> next() override {
    content::picture::Frame frame;
    frame.picture = draw_bars(shape_.width_px, shape_.height_px);
    return frame;
  }

 private:
  const SignShape shape_;
};

}  // namespace

std::unique_ptr<FrameReader> make_test_page(const SignShape& shape) { return std::make_unique<TestPage>(shape); }

}  // namespace loa::station::display
