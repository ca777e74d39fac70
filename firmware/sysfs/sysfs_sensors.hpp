#pragma once
#include <filesystem>

#include "firmware/port/sensors.hpp"

namespace loa::firmware {

/// The kernel's sensors: class/thermal/thermal_zone*/temp (millidegrees; Linux sysfs-api-thermal), and
/// class/hwmon/hwmon*/in0_lcrit_alarm of the driver `rpi_volt` (1: undervoltage; Raspberry Pi). Looked for anew at each
/// read: a driver may be loaded late.
class SysfsSensors final : public Sensors {
 public:
  /// @param sysfs  "/sys", or a folder that looks like it
  explicit SysfsSensors(std::filesystem::path sysfs) : sysfs_(std::move(sysfs)) {}
  SensorReading read() override;

 private:
  std::filesystem::path sysfs_;
};

}  // namespace loa::firmware
