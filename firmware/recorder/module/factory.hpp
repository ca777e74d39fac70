#pragma once
#include "firmware/recorder/recording_sign_out.hpp"

namespace loa::firmware {

/// The module's one entry: takes a sign and makes another of it, which the caller deletes. Built with the same compiler
/// as its loader.
using RecorderFactory = SignOut* (*)(SignOut* inner, WallClock& clock, const SignRecorderSettings& settings);
inline constexpr const char* recorder_factory_name = "loa_make_recording_sign_out";

}  // namespace loa::firmware
