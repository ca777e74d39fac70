// Whatever the bytes: what opens as an object for a sign has the sign's pixels in every frame, and an end.
#include "content/picture/sign_object.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace loa;
using namespace loa::content::picture;

constexpr int width_px = 16, height_px = 8;
constexpr int frames_looked_at = 8;

void look_at(FrameReader& reader, bool strip) {
  fuzz_demand(reader.length() >= std::chrono::milliseconds{0} && reader.length() <= longest_video, "an endless video");
  for (int i = 0; i < frames_looked_at; ++i) {
    const auto frame = reader.next();
    if (!frame) {
      fuzz_demand(!frame.error().text.empty(), "refused without a sentence");
      return;
    }
    const Picture& picture = frame->picture;
    fuzz_demand(picture.height_px == height_px && (strip || picture.width_px == width_px), "pixels of another sign");
    const auto pixels = static_cast<std::size_t>(picture.width_px) * static_cast<std::size_t>(picture.height_px);
    fuzz_demand(picture.rgb.size() == pixels * 3, "a frame that is not whole");
    fuzz_demand(frame->begin <= frame->end, "a frame that ends before it begins");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const bool strip : {false, true}) {
    const auto reader = open_sign_object(std::string{fuzz_text(data, size)}, {width_px, height_px, strip});
    if (reader) {
      look_at(**reader, strip);
    } else {
      fuzz_demand(reader.error().code == ErrorCode::invalid && !reader.error().text.empty(),
                  "refused without a sentence");
    }
  }
  return 0;
}
