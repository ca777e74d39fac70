#include "firmware/sdl/load.hpp"

#include "firmware/sdl/module/factory.hpp"
#include "protocol/base/module.hpp"

namespace loa::firmware {
namespace {

constexpr const char* module_name = "libloa_sign_sdl.so";

Result<void> check(const SdlSettings& settings) {
  if (settings.scale < 1 || settings.scale > 16) {
    return fail(ErrorCode::invalid, "sign setting scale is {}; it must be 1…16", settings.scale);
  }
  if (settings.pace_hz < 1 || settings.pace_hz > 240) {
    return fail(ErrorCode::invalid, "sign setting pace_hz is {}; it must be 1…240", settings.pace_hz);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<SignOut>> load_sdl_sign_out(const SdlSettings& settings) {
  LOA_TRY(check(settings));
  LOA_TRY_LET(void* factory, load_module(module_name, sdl_factory_name));
  return std::unique_ptr<SignOut>{reinterpret_cast<SdlFactory>(factory)(settings)};
}

}  // namespace loa::firmware
