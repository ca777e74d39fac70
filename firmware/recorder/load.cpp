#include "firmware/recorder/load.hpp"

#include "firmware/recorder/module/factory.hpp"
#include "protocol/base/module.hpp"

namespace loa::firmware {

Result<std::unique_ptr<SignOut>> load_recording_sign_out(std::unique_ptr<SignOut> inner, WallClock& clock,
                                                         const SignRecorderSettings& settings) {
  LOA_TRY_LET(void* factory, load_module("libloa_sign_recorder.so", recorder_factory_name));
  return std::unique_ptr<SignOut>{reinterpret_cast<RecorderFactory>(factory)(inner.release(), clock, settings)};
}

}  // namespace loa::firmware
