#include "station/display/module/factory.hpp"

using namespace loa::content::picture;

extern "C" __attribute__((visibility("default"))) loa::Result<std::unique_ptr<FrameReader>> loa_open_sign_object(
    std::string bytes, const SignShape& shape) {
  return open_sign_object(std::move(bytes), shape);
}
