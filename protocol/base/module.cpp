#include "protocol/base/module.hpp"

#include <dlfcn.h>

#include <array>
#include <filesystem>
#include <string>

namespace loa {

namespace {

std::array<std::filesystem::path, 2> places_of(const char* file) {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  return {program / "../lib/loa" / file, program / "../lib" / file};
}

}  // namespace

Result<std::filesystem::path> find_module(const char* file) {
  std::error_code ignored;
  for (const auto& path : places_of(file)) {
    if (std::filesystem::exists(path, ignored)) return path.lexically_normal();
  }
  return fail(ErrorCode::missing,
              "the module {} is neither in ../lib/loa nor in ../lib of the program's folder: install it", file);
}

Result<void*> load_module(const char* file, const char* entry) {
  std::string reason = "it is neither in ../lib/loa nor in ../lib of the program's folder; install it";
  for (const auto& path : places_of(file)) {
    if (!std::filesystem::exists(path)) continue;
    void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (void* found = module != nullptr ? ::dlsym(module, entry) : nullptr) return found;
    if (const char* said = ::dlerror()) reason = said;
  }
  return fail(ErrorCode::missing, "cannot load the sign module {}: {}", file, reason);
}

}  // namespace loa
