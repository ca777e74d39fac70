#pragma once
#include <filesystem>

#include "protocol/base/result.hpp"

namespace loa {

/// Finds a module of ours in ../lib/loa (installed) or ../lib (build tree) beside the program's folder.
/// @error missing
Result<std::filesystem::path> find_module(const char* file);

/// Loads a module of ours from ../lib/loa (installed) or ../lib (build tree) beside the program's folder and finds its
/// entry. It is never unloaded: the libraries that a module drags in leave threads and handlers behind.
/// @param file   "libloa_….so"
/// @param entry  of extern "C"; the caller knows its type
/// @error missing: no such module, no such entry, or it cannot be loaded
Result<void*> load_module(const char* file, const char* entry);

}  // namespace loa
