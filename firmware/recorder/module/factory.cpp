#include "firmware/recorder/module/factory.hpp"

extern "C" __attribute__((visibility("default"))) loa::firmware::SignOut* loa_make_recording_sign_out(
    loa::firmware::SignOut* inner, loa::firmware::WallClock& clock,
    const loa::firmware::SignRecorderSettings& settings) {
  return new loa::firmware::RecordingSignOut{std::unique_ptr<loa::firmware::SignOut>{inner}, clock, settings};
}
