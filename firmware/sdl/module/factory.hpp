#pragma once
#include "firmware/sdl/load.hpp"

namespace loa::firmware {

/// The module's one entry: makes a sign, which the caller deletes. Built with the same compiler as its loader.
using SdlFactory = SignOut* (*)(const SdlSettings&);
inline constexpr const char* sdl_factory_name = "loa_make_sdl_sign_out";

}  // namespace loa::firmware
