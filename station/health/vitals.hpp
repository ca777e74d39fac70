#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "firmware/port/sensors.hpp"
#include "protocol/message/loa.pb.h"
#include "station/core/fault_book.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::health {

/// What the machine says of itself.
struct Vitals {
  firmware::SensorReading sensors;
  std::optional<std::uint64_t> disk_free_bytes;  ///< absent: the folder cannot be asked
  bool disk_read_only = false;
};

/// Asks the sensors and the disk of `folder`. May hang as long as one of them does.
Vitals read_vitals(firmware::Sensors& sensors, const std::filesystem::path& folder);

/// Which faults these vitals show, and which they rule out. Between a limit and what is surely well again (5 °C below,
/// a quarter more space) nothing is said, so that a value on the edge does not flap.
std::vector<core::Condition> judge(const Vitals& vitals, const settings::StationSettings::FaultLimits& limits);

/// Adds them to a status, with the resident memory of this process.
void add_vitals(v1::Status& status, const Vitals& vitals);

}  // namespace loa::station::health
