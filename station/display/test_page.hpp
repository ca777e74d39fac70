#pragma once
#include "station/display/page_view.hpp"

namespace loa::station::display {

/// The page of an ordered test, made here and read as an object is: a white frame of one pixel around bars of red,
/// green, blue and white. Whoever looks sees dead modules, swapped colours, and whether the geometry is right.
std::unique_ptr<FrameReader> make_test_page(const SignShape& shape);

}  // namespace loa::station::display
