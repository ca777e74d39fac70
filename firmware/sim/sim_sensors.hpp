#pragma once
#include <mutex>

#include "firmware/port/sensors.hpp"

namespace loa::firmware {

/// Simulated sensors: they read what they were told. Thread-safe.
class SimSensors final : public Sensors {
 public:
  SensorReading read() override {
    const std::lock_guard lock{mutex_};
    return reading_;
  }
  void set(SensorReading reading) {
    const std::lock_guard lock{mutex_};
    reading_ = reading;
  }

 private:
  std::mutex mutex_;
  SensorReading reading_{42.0, false};
};

}  // namespace loa::firmware
