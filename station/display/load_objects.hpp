#pragma once
#include "station/display/page_view.hpp"

namespace loa::station::display {

/// The decoders of a sign's objects (libpng, libwebp), mapped by this call and not before: a station without a sign
/// never pays for them. They come with the module libloa_sign_objects.so.
/// @error missing: no such module
Result<OpenObject> load_sign_objects();

}  // namespace loa::station::display
