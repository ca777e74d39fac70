#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "firmware/port/sensors.hpp"
#include "station/health/vitals.hpp"

namespace loa::station::health {

/// Reads the vitals at once and then again and again, on the thread `loa-vitals`: a sensor or disk that hangs holds up
/// nobody else.
class VitalsWatch {
 public:
  using Post = std::function<void(std::function<void()>)>;  ///< runs a function on the io thread
  using Told = std::function<void(const Vitals&)>;          ///< called through `post`

  /// @param folder  whose disk is looked at
  VitalsWatch(std::shared_ptr<firmware::Sensors> sensors, std::filesystem::path folder, Post post, Told told);
  /// Waits at most a second for a reading that hangs; nothing is told from here on.
  ~VitalsWatch();
  VitalsWatch(const VitalsWatch&) = delete;
  VitalsWatch& operator=(const VitalsWatch&) = delete;

  /// From the end of one reading to the next, at once. 10 s at first.
  void set_interval(std::chrono::seconds interval);

 private:
  struct Work;
  std::shared_ptr<Work> work_;  ///< the thread's too: it may outlive us while a reading hangs
};

}  // namespace loa::station::health
