#pragma once
#include <string>
#include <vector>

#include "station/node/desk.hpp"

namespace loa::station::node {

/// Orders from outside: judged, made durable as far as they outlive the process, then obeyed.
class CommandIntake {
 public:
  explicit CommandIntake(Desk desk) : desk_(desk) {}

  /// Restores the last mute: a ward that is silent for a funeral stays silent when a station restarts.
  void load_mute();
  /// Restores what an earlier process was told to stop.
  void load_stops();
  /// Takes a sealed command. @param groups  of the plan in force
  void take(const std::string& sealed, const std::vector<std::string>& groups);

 private:
  [[nodiscard]] Result<void> save(const intake::AcceptedCommand& accepted);

  const Desk desk_;
};

}  // namespace loa::station::node
