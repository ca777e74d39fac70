#pragma once
#include "content/picture/sign_object.hpp"

namespace loa::station::display {

/// The module's one entry; see open_sign_object(). Built with the same compiler as its loader.
using ObjectFactory = Result<std::unique_ptr<content::picture::FrameReader>> (*)(
    std::string bytes, const content::picture::SignShape& shape);
inline constexpr const char* object_module_name = "libloa_sign_objects.so";
inline constexpr const char* object_factory_name = "loa_open_sign_object";

}  // namespace loa::station::display
