#pragma once
#include "firmware/recorder/recording_sign_out.hpp"

namespace loa::firmware {

/// A RecordingSignOut from the module libloa_sign_recorder.so: libpng is mapped by this call and not before.
/// @param clock  must outlive it
/// @error missing: no such module
Result<std::unique_ptr<SignOut>> load_recording_sign_out(std::unique_ptr<SignOut> inner, WallClock& clock,
                                                         const SignRecorderSettings& settings);

}  // namespace loa::firmware
