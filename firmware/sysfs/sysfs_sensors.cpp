#include "firmware/sysfs/sysfs_sensors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "protocol/base/file.hpp"

namespace loa::firmware {
namespace {

namespace fs = std::filesystem;

constexpr double coldest_c = -60, hottest_c = 150;  // beyond: a sensor that is not there, or broken

/// First line of a small file, without its newline; empty when it cannot be read. (Files in sysfs have no true size.)
std::string first_line(const fs::path& file) {
  const UniqueFd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  char text[64];
  const ssize_t size = fd.valid() ? ::read(fd.get(), text, sizeof text) : 0;
  const std::string line{text, size > 0 ? static_cast<std::size_t>(size) : 0};
  return line.substr(0, line.find('\n'));
}

std::optional<long> number_in(const fs::path& file) {
  const std::string line = first_line(file);
  long number = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != line.data() + line.size()) return std::nullopt;
  return number;
}

/// Calls `look` with each entry of a folder whose name begins so.
template <class Look>
void each_entry(const fs::path& folder, std::string_view prefix, Look look) {
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with(prefix)) look(entry->path());
  }
}

}  // namespace

SensorReading SysfsSensors::read() {
  SensorReading reading;
  each_entry(sysfs_ / "class/thermal", "thermal_zone", [&](const fs::path& zone) {
    const auto millidegrees = number_in(zone / "temp");
    if (!millidegrees) return;
    const double degrees = static_cast<double>(*millidegrees) / 1000;
    if (degrees < coldest_c || degrees > hottest_c) return;
    reading.temperature_c = std::max(degrees, reading.temperature_c.value_or(degrees));
  });
  each_entry(sysfs_ / "class/hwmon", "hwmon", [&](const fs::path& chip) {
    if (first_line(chip / "name") != "rpi_volt") return;
    if (const auto alarm = number_in(chip / "in0_lcrit_alarm")) reading.undervoltage = *alarm != 0;
  });
  return reading;
}

}  // namespace loa::firmware
