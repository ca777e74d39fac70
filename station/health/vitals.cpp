#include "station/health/vitals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cmath>

#include "protocol/base/file.hpp"

namespace loa::station::health {
namespace {

constexpr int cooled_by_c = 5;
constexpr std::uint64_t megabyte = 1 << 20;

/// Second number of /proc/self/statm: resident pages (proc(5)). 0 when it cannot be read.
std::uint64_t resident_bytes() {
  UniqueFd fd{::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)};
  char text[128];
  const ssize_t size = fd.valid() ? ::read(fd.get(), text, sizeof text) : 0;
  const std::string_view numbers{text, size > 0 ? static_cast<std::size_t>(size) : 0};
  const auto blank = numbers.find(' ');
  if (blank == std::string_view::npos) return 0;
  std::uint64_t pages = 0;
  std::from_chars(numbers.data() + blank + 1, numbers.data() + numbers.size(), pages);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Vitals read_vitals(firmware::Sensors& sensors, const std::filesystem::path& folder) {
  Vitals vitals;
  vitals.sensors = sensors.read();
  const auto disk = disk_space(folder);
  if (!disk) return vitals;
  vitals.disk_free_bytes = disk->free_bytes;
  vitals.disk_read_only = disk->read_only;
  return vitals;
}

std::vector<core::Condition> judge(const Vitals& vitals, const settings::StationSettings::FaultLimits& limits) {
  std::vector<core::Condition> conditions;
  const auto say = [&](std::string_view code, const char* cause, bool present, std::string text) {
    conditions.push_back({std::string{code}, cause, present, present ? std::move(text) : std::string{}});
  };
  if (const auto& degrees = vitals.sensors.temperature_c) {
    const bool hot = *degrees >= limits.too_hot_c;
    if (hot || *degrees <= limits.too_hot_c - cooled_by_c)
      say(core::fault_code::temperature, "", hot,
          fmt::format("{:.0f} °C, the limit is {} °C: give the box shade and air", *degrees, limits.too_hot_c));
  }
  if (const auto& low = vitals.sensors.undervoltage) {
    say(core::fault_code::undervoltage, "", *low, "the supply is too low: check its power supply and cable");
  }
  if (const auto& free = vitals.disk_free_bytes) {
    const bool full = *free < limits.disk_free_bytes;
    if (full || *free >= limits.disk_free_bytes + limits.disk_free_bytes / 4)
      say(core::fault_code::storage, "space", full,
          fmt::format("{} MB are free on the disk, fewer than {}", *free / megabyte,
                      limits.disk_free_bytes / megabyte));
    say(core::fault_code::storage, "read-only", vitals.disk_read_only,
        "the disk is read-only: the memory card has failed, replace it");
  }
  return conditions;
}

void add_vitals(v1::Status& status, const Vitals& vitals) {
  status.set_disk_free_bytes(vitals.disk_free_bytes.value_or(0));
  if (vitals.sensors.temperature_c) {
    status.set_temperature_c(static_cast<std::int32_t>(std::lround(*vitals.sensors.temperature_c)));
  }
  if (vitals.sensors.undervoltage) status.set_undervoltage(*vitals.sensors.undervoltage);
  status.set_resident_bytes(resident_bytes());
}

}  // namespace loa::station::health
