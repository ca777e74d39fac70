#pragma once
#include <chrono>

#include "protocol/base/time.hpp"

namespace loa::firmware {

/// What the clock says, and how far it can be believed.
struct ClockReading {
  Now now;
  Micros error_bound{0};  ///< of now.wall, as the time source states it; meaningless below grade network
};

/// The only place that asks what time it is.
class WallClock {
 public:
  virtual ~WallClock() = default;
  /// Wall and monotonic time of the same instant (within a few microseconds).
  virtual ClockReading read() = 0;
};

}  // namespace loa::firmware
