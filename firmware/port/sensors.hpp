#pragma once
#include <optional>

namespace loa::firmware {

/// What a board feels; each absent where there is no such sensor, or it gave no answer.
struct SensorReading {
  std::optional<double> temperature_c;  ///< the hottest place
  std::optional<bool> undervoltage;     ///< the supply is below what the board needs, now
};

/// The sensors of a board. read() may hang as long as a broken sensor does: never call it where something waits.
class Sensors {
 public:
  virtual ~Sensors() = default;
  virtual SensorReading read() = 0;
};

}  // namespace loa::firmware
