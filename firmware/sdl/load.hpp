#pragma once
#include <memory>
#include <string>

#include "firmware/port/sign_out.hpp"

namespace loa::firmware {

/// How a sign is shown through SDL.
struct SdlSettings {
  /// SDL video driver: "x11", "wayland" (a window), "kmsdrm" (the whole screen, without a desktop), "offscreen" or
  /// "dummy" (nothing to see, for tests and recorders). Empty: what SDL finds.
  std::string driver;
  std::string title = "loa";
  int scale = 1;     ///< window pixels for one pixel of the sign, 1…16; kmsdrm fits the screen instead
  int pace_hz = 60;  ///< refresh rate kept by present() where the driver has no vertical sync, 1…240
};

/// Opens no window yet. SDL and what it drags in (X11, Wayland, PulseAudio…) are mapped by this call and not before: a
/// station without a sign never pays for them. They come with the module libloa_sign_sdl.so, looked for beside the
/// program in
/// ../lib/loa/ (installed) and ../lib/ (build tree).
/// @error missing: no such module, or it cannot be loaded · invalid: a setting is out of range
Result<std::unique_ptr<SignOut>> load_sdl_sign_out(const SdlSettings& settings);

}  // namespace loa::firmware
