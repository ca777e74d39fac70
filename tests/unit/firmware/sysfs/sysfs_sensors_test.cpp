#include "firmware/sysfs/sysfs_sensors.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.hpp"

namespace loa::firmware {
namespace {

/// A folder that looks like /sys of a Raspberry Pi.
class SysfsSensorsTest : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream{folder_ / file} << text;
  }
  SensorReading read() { return SysfsSensors{folder_.path()}.read(); }
  const tests::TempFolder folder_{"loa-sysfs"};
};

TEST_F(SysfsSensorsTest, ABoardWithoutSensorsSaysNothing) {
  EXPECT_FALSE(read().temperature_c);
  EXPECT_FALSE(read().undervoltage);
  EXPECT_FALSE(SysfsSensors{folder_ / "not-there"}.read().temperature_c);
}

TEST_F(SysfsSensorsTest, TellsTheHottestZone) {
  write("class/thermal/thermal_zone0/temp", "48312\n");
  write("class/thermal/thermal_zone1/temp", "81500\n");
  write("class/thermal/cooling_device0/temp", "99000\n");
  EXPECT_DOUBLE_EQ(*read().temperature_c, 81.5);
  write("class/thermal/thermal_zone1/temp", "-5000\n");
  EXPECT_DOUBLE_EQ(*read().temperature_c, 48.312);
}

TEST_F(SysfsSensorsTest, TakesNoNumberForOneThatIsNone) {
  for (const char* text : {"", "hot\n", "48 312\n", "999999\n", "-274000\n", "99999999999999999999999\n"}) {
    write("class/thermal/thermal_zone0/temp", text);
    EXPECT_FALSE(read().temperature_c) << text;
  }
}

TEST_F(SysfsSensorsTest, ReadsTheUndervoltageAlarmOfTheBoardsDriverOnly) {
  write("class/hwmon/hwmon0/name", "cpu_thermal\n");
  write("class/hwmon/hwmon0/in0_lcrit_alarm", "1\n");
  EXPECT_FALSE(read().undervoltage);
  write("class/hwmon/hwmon1/name", "rpi_volt\n");
  EXPECT_FALSE(read().undervoltage) << "no answer";
  write("class/hwmon/hwmon1/in0_lcrit_alarm", "0\n");
  EXPECT_EQ(read().undervoltage, false);
  write("class/hwmon/hwmon1/in0_lcrit_alarm", "1\n");
  EXPECT_EQ(read().undervoltage, true);
}

}  // namespace
}  // namespace loa::firmware
