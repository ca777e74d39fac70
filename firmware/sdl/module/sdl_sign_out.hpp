#pragma once
#include <memory>
#include <vector>

#include "firmware/sdl/load.hpp"

namespace loa::firmware {

/// A sign on a screen, by SDL: a window, the whole screen, or nothing to see at all. One sign for each process at a
/// time. The picture is scaled without smoothing: the approved pixels are the displayed pixels.
class SdlSignOut final : public SignOut {
 public:
  explicit SdlSignOut(SdlSettings settings);
  ~SdlSignOut() override;
  SdlSignOut(const SdlSignOut&) = delete;
  SdlSignOut& operator=(const SdlSignOut&) = delete;

  Result<int> open(int width_px, int height_px) override;
  Result<MonoTime> present(const SignFrame& frame) override;
  Result<void> set_brightness(int percent) override;
  void close() override;

  /// What the screen shows, as the renderer has it: [output height × output width × 3]. For tests; slow.
  Result<std::vector<std::uint8_t>> read_back();

 private:
  struct Screen;
  [[nodiscard]] tl::unexpected<Error> broken(ErrorCode code, const char* what) const;
  Result<void> start_video();
  Result<void> make_screen(Screen& screen, int width_px, int height_px);
  Result<void> draw();
  void pace();
  [[nodiscard]] int refresh_hz() const;

  SdlSettings settings_;
  int width_ = 0, height_ = 0, brightness_ = 100;
  std::unique_ptr<Screen> screen_;
};

}  // namespace loa::firmware
