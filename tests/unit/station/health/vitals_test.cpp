#include "station/health/vitals.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <condition_variable>
#include <fstream>
#include <mutex>

#include "firmware/sim/sim_board.hpp"
#include "firmware/sysfs/sysfs_sensors.hpp"
#include "station/health/amplifier_watch.hpp"
#include "station/health/vitals_watch.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::health {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// "temperature/ yes", "storage/space no" …
std::vector<std::string> words(const std::vector<core::Condition>& conditions) {
  std::vector<std::string> words;
  for (const auto& condition : conditions)
    words.push_back(condition.code + "/" + condition.cause + (condition.present ? " yes" : " no"));
  return words;
}
using Words = std::vector<std::string>;

TEST(VitalsJudge, SaysNothingOfWhatNoSensorTells) { EXPECT_EQ(words(judge({}, {})), Words{}); }

TEST(VitalsJudge, AValueOnTheEdgeDoesNotFlap) {
  const auto at = [](double degrees) {
    Vitals vitals;
    vitals.sensors.temperature_c = degrees;
    return words(judge(vitals, {}));
  };
  EXPECT_EQ(at(80), Words{"temperature/ yes"});
  EXPECT_EQ(at(79.9), Words{});
  EXPECT_EQ(at(75.1), Words{});
  EXPECT_EQ(at(75), Words{"temperature/ no"});
  const auto with_free = [](std::uint64_t bytes) {
    Vitals vitals;
    vitals.disk_free_bytes = bytes;
    return words(judge(vitals, {}));
  };
  EXPECT_EQ(with_free((64 << 20) - 1), (Words{"storage/space yes", "storage/read-only no"}));
  EXPECT_EQ(with_free(64 << 20), Words{"storage/read-only no"});
  EXPECT_EQ(with_free(80 << 20), (Words{"storage/space no", "storage/read-only no"}));
}

TEST(VitalsJudge, NamesUndervoltageAndAReadOnlyDisk) {
  Vitals vitals;
  vitals.sensors.undervoltage = true;
  vitals.disk_free_bytes = 1 << 30;
  vitals.disk_read_only = true;
  EXPECT_EQ(words(judge(vitals, {})), (Words{"undervoltage/ yes", "storage/space no", "storage/read-only yes"}));
}

TEST(Vitals, OfTheDiskAreWhatTheFileSystemSays) {
  const tests::TempFolder folder{"loa-vitals"};
  firmware::SimSensors sensors;
  const auto vitals = read_vitals(sensors, folder.path());
  EXPECT_EQ(vitals.sensors.temperature_c, 42.0);
  const auto space = std::filesystem::space(folder.path());
  ASSERT_TRUE(vitals.disk_free_bytes);
  EXPECT_NEAR(static_cast<double>(*vitals.disk_free_bytes), static_cast<double>(space.available), 5e8);
  EXPECT_FALSE(vitals.disk_read_only);
  EXPECT_FALSE(read_vitals(sensors, folder / "not-there").disk_free_bytes);
  EXPECT_TRUE(read_vitals(sensors, "/proc").disk_free_bytes);
}

/// Sensors that hang until they are let go.
class HangingSensors : public firmware::Sensors {
 public:
  firmware::SensorReading read() override {
    std::unique_lock lock{mutex_};
    reading_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return let_go_; });
    return {};
  }
  void wait_until_read() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return reading_; });
  }
  void let_go() {
    const std::lock_guard lock{mutex_};
    let_go_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reading_ = false, let_go_ = false;
};

TEST(VitalsWatch, ASensorThatHangsHoldsUpNobody) {
  const auto sensors = std::make_shared<HangingSensors>();
  bool told = false;
  {
    VitalsWatch watch{sensors, "/", [](const std::function<void()>& call) { call(); },
                      [&](const Vitals&) { told = true; }};
    sensors->wait_until_read();
    watch.set_interval(1s);
  }  // it is left alone
  sensors->let_go();
  EXPECT_FALSE(told) << "nothing is told to somebody who has gone";
}

TEST(VitalsWatch, TellsAtOnce) {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Vitals> vitals;
  VitalsWatch watch{std::make_shared<firmware::SimSensors>(), "/", [](const std::function<void()>& call) { call(); },
                    [&](const Vitals& told) {
                      const std::lock_guard lock{mutex};
                      vitals = told;
                      changed.notify_all();
                    }};
  std::unique_lock lock{mutex};
  changed.wait(lock, [&] { return vitals.has_value(); });
  EXPECT_EQ(vitals->sensors.undervoltage, false);
}

TEST(VitalsWatch, AShorterIntervalCountsAtOnce) {
  std::mutex mutex;
  std::condition_variable changed;
  int readings = 0;
  VitalsWatch watch{std::make_shared<firmware::SimSensors>(), "/", [](const std::function<void()>& call) { call(); },
                    [&](const Vitals&) {
                      const std::lock_guard lock{mutex};
                      ++readings;
                      changed.notify_all();
                    }};
  std::unique_lock lock{mutex};
  changed.wait(lock, [&] { return readings == 1; });
  lock.unlock();
  watch.set_interval(0s);
  lock.lock();
  EXPECT_TRUE(changed.wait_for(lock, 8s, [&] { return readings > 1; })) << "not after the ten seconds it was to sleep";
}

class AmplifierTest : public testing::Test {
 protected:
  [[nodiscard]] std::string look(std::chrono::milliseconds later = 500ms) {
    board_.time.advance(later);
    const auto condition = watch_.look(board_.time.now());
    if (!condition) return "nothing";
    EXPECT_EQ(condition->code, core::fault_code::amplifier_feedback);
    return condition->present ? condition->text : "well";
  }
  firmware::SimBoard board_;
  AmplifierWatch watch_{board_.amplifier, 500ms};
};

TEST_F(AmplifierTest, WithoutAWireIsBelieved) {
  EXPECT_FALSE(watch_.set(true, board_.time.now()).present);
  EXPECT_EQ(look(), "nothing");
}

TEST_F(AmplifierTest, IsLookedAtOnceItHadTimeToSwitch) {
  board_.amplifier.set_wired(true);
  EXPECT_EQ(look(), "nothing") << "nothing was switched yet";
  watch_.set(true, board_.time.now());
  EXPECT_EQ(watch_.due(), board_.time.now() + 500ms);
  EXPECT_EQ(look(499ms), "nothing");
  EXPECT_EQ(look(1ms), "well");
}

TEST_F(AmplifierTest, ThatHasNoPowerIsAFaultUntilItHas) {
  board_.amplifier.set_wired(true);
  board_.amplifier.set_dead(true);
  watch_.set(true, board_.time.now());
  EXPECT_THAT(look(), HasSubstr("says that it has no power"));
  board_.amplifier.set_dead(false);
  EXPECT_EQ(look(10s), "well");
}

TEST_F(AmplifierTest, WhoseRelayIsStuckIsAFaultTwice) {
  board_.amplifier.set_wired(true);
  watch_.set(true, board_.time.now());
  ASSERT_EQ(look(), "well");
  board_.amplifier.set_stuck(true);
  const auto relay = watch_.set(false, board_.time.now());
  EXPECT_TRUE(relay.present);
  EXPECT_EQ(relay.cause, "relay");
  EXPECT_THAT(look(), HasSubstr("may have welded"));
}

}  // namespace
}  // namespace loa::station::health
