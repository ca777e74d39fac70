#include "firmware/sdl/module/factory.hpp"

#include "firmware/sdl/module/sdl_sign_out.hpp"

extern "C" __attribute__((visibility("default"))) loa::firmware::SignOut* loa_make_sdl_sign_out(
    const loa::firmware::SdlSettings& settings) {
  return new loa::firmware::SdlSignOut{settings};
}
