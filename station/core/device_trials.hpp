#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"

namespace loa::station::core {

/// How often an output is tried that nobody uses.
struct TrialSettings {
  std::vector<v1::Medium> outputs = {};             ///< what the station has; none: nothing is tried
  Micros first = std::chrono::seconds{2};           ///< after the process began
  Micros confirm = std::chrono::seconds{10};        ///< a first failure may be a card that is slow to appear
  Micros while_failing = std::chrono::seconds{30};  ///< until the output works again
  Micros while_working = std::chrono::hours{24};
  Micros quiet = std::chrono::minutes{1};      ///< nothing is tried so shortly before something is due
  Micros postpone = std::chrono::seconds{10};  ///< what cannot be tried now
};

/// When each output is tried without a sound, and what of that is a fault. Pure.
///
/// A wrong name of a sound card, a card that was pulled out, a panel without power are found hours before the programme
/// they would silence. A trial opens, configures and closes: it lasts milliseconds and nothing leaves the device.
class DeviceTrials {
 public:
  DeviceTrials(TrialSettings settings, MonoTime born);

  /// Takes the outputs that are to be tried now; each waits for its judge() from then on.
  /// @param busy  whether an output is in use or about to be: it is asked again later
  std::vector<v1::Medium> take_due(MonoTime now, const std::function<bool(v1::Medium)>& busy);

  /// Takes the result of a trial.
  /// @return whether the output is at fault; absent after a first failure, which is tried again before it is told
  std::optional<bool> judge(v1::Medium medium, bool works, MonoTime now);

  /// Takes note that an output was used, and whether it worked: then no trial is needed soon, or the next one tells
  /// when it works again.
  void used(v1::Medium medium, bool works, MonoTime now);

  /// When take_due() has something to say; absent while nothing is to be tried.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;
  [[nodiscard]] const TrialSettings& settings() const { return settings_; }

 private:
  struct Output {
    v1::Medium medium;
    MonoTime due;
    bool under_way = false;
    int failures = 0;  ///< in a row
  };
  [[nodiscard]] Output* find(v1::Medium medium);

  TrialSettings settings_;
  std::vector<Output> outputs_;
};

}  // namespace loa::station::core
