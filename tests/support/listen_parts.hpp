#pragma once
#include "tests/support/listen.hpp"
#include "tests/support/signal.hpp"

namespace loa::tests::listen {

/// Content and recording on one axis: content frame k is planned at axis sample k + margin.
struct Scene {
  std::vector<float> content;
  Axis axis;
  std::ptrdiff_t margin = 0;
};

/// From the windows, which say how late each quarter of a second is, to the exact stretches heard, the gaps between
/// them and the sounds that should not be there: millisecond by millisecond.
void find_parts(const Scene& scene, Match& match);

}  // namespace loa::tests::listen
