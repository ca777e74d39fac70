#pragma once
#include <cstdint>
#include <vector>

namespace loa::tools::simfleet {

/// A half-open span of time in microseconds since 1970 UTC: of a cue's planned time, or of true time.
struct Stretch {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
};
using Stretches = std::vector<Stretch>;

/// Returns what lies in any of the stretches, ordered and apart.
Stretches joined(Stretches stretches);
/// Returns what of `stretches` lies in none of `others`, ordered and apart.
Stretches without(const Stretches& stretches, const Stretches& others);
/// Returns what of the stretches lies in [from_us, to_us), in their order.
Stretches within(const Stretches& stretches, std::int64_t from_us, std::int64_t to_us);

/// Length of a union, and of what came more than once.
struct Heard {
  std::int64_t once_us = 0;
  std::int64_t again_us = 0;
};
Heard measure(Stretches stretches);

/// Returns the length of the union.
inline std::int64_t length(const Stretches& stretches) { return measure(stretches).once_us; }

}  // namespace loa::tools::simfleet
