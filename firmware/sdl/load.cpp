#include "firmware/sdl/load.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <vector>

#include "firmware/sdl/module/factory.hpp"

namespace loa::firmware {
namespace {

constexpr const char* module_name = "libloa_sign_sdl.so";

std::vector<std::filesystem::path> candidates() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  return {program / "../lib/loa" / module_name, program / "../lib" / module_name};
}

Result<void> check(const SdlSettings& settings) {
  if (settings.scale < 1 || settings.scale > 16) {
    return fail(ErrorCode::invalid, "sign setting scale is {}; it must be 1…16", settings.scale);
  }
  if (settings.pace_hz < 1 || settings.pace_hz > 240) {
    return fail(ErrorCode::invalid, "sign setting pace_hz is {}; it must be 1…240", settings.pace_hz);
  }
  return {};
}

Result<SdlFactory> find_factory() {
  std::string reason = "it is neither in ../lib/loa nor in ../lib of the program's folder; install it";
  for (const auto& path : candidates()) {
    if (!std::filesystem::exists(path)) continue;
    // Never closed: SDL and its libraries leave threads and handlers that outlive any sign.
    void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* factory = module != nullptr ? ::dlsym(module, sdl_factory_name) : nullptr;
    if (factory != nullptr) return reinterpret_cast<SdlFactory>(factory);
    if (const char* said = ::dlerror()) reason = said;
  }
  return fail(ErrorCode::missing, "cannot load the sign module {}: {}", module_name, reason);
}

}  // namespace

Result<std::unique_ptr<SignOut>> load_sdl_sign_out(const SdlSettings& settings) {
  LOA_TRY(check(settings));
  LOA_TRY_LET(const SdlFactory factory, find_factory());
  return std::unique_ptr<SignOut>{factory(settings)};
}

}  // namespace loa::firmware
