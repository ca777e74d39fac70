#include "tests/rehearsal/panel.hpp"

#include <algorithm>

#include "content/picture/picture.hpp"
#include "protocol/base/file.hpp"

namespace loa::tests {
namespace {

std::vector<std::uint8_t> pixels_of(const std::filesystem::path& file) {
  const auto bytes = read_file(file, 16U << 20U);
  if (!bytes) return {};
  const auto picture = content::picture::decode_png(*bytes);
  return picture ? picture->rgb : std::vector<std::uint8_t>{};
}

bool is_black(const std::vector<std::uint8_t>& pixels) {
  return std::all_of(pixels.begin(), pixels.end(), [](std::uint8_t value) { return value == 0; });
}

}  // namespace

std::vector<Panel::Frame> Panel::frames() const {
  std::vector<Frame> frames;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{kit_.recording_of(station_), ignored}) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("frame-") || !name.ends_with(".png")) continue;
    const auto ms = std::strtoll(name.c_str() + std::string_view{"frame-"}.size(), nullptr, 10);
    frames.push_back({wall_from_us(ms * 1'000), entry.path()});
  }
  std::sort(frames.begin(), frames.end(), [](const Frame& one, const Frame& other) { return one.at < other.at; });
  return frames;
}

std::optional<WallTime> Panel::shown_since(const std::string& object, WallTime since) const {
  const auto approved = pixels_of(kit_.object(object));
  for (const auto& frame : frames()) {
    if (frame.at >= since && pixels_of(frame.file) == approved) return frame.at;
  }
  return std::nullopt;
}

bool Panel::stands(const std::string& object) const {
  const auto all = frames();
  return !all.empty() && pixels_of(all.back().file) == pixels_of(kit_.object(object));
}

bool Panel::is_dark() const {
  const auto all = frames();
  return all.empty() || is_black(pixels_of(all.back().file));
}

int Panel::dark_frames(WallTime from, WallTime to) const {
  const auto all = frames();
  return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const Frame& frame) {
    return from < frame.at && frame.at < to && is_black(pixels_of(frame.file));
  }));
}

std::string page_of(const WardKit& kit, const std::string& slogan, const std::string& size) {
  const auto slogans = kit.loa_json({"slogan", "list"});
  if (!slogans) return "";
  for (const auto& one : slogans->as_array()) {
    if (one.at("id").as_string() != slogan) continue;
    for (const auto& image : one.at("images").as_array()) {
      const auto& geometry = image.at("geometry");
      const auto width = geometry.at("width_px").to_number<int>(), height = geometry.at("height_px").to_number<int>();
      if (fmt::format("{}x{}", width, height) == size) return std::string{image.at("object").as_string()};
    }
  }
  return "";
}

}  // namespace loa::tests
