#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "station/health/service_report.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::daemon {

/// What was found of one part of the box.
struct Finding {
  enum class State { good, bad, unknown };
  std::string part;  ///< stable word, for programs
  std::string name;  ///< for people
  State state = State::unknown;
  std::string text;  ///< one sentence, Vietnamese · English
};

/// Looks at everything that a station needs, for the technician on the ladder: settings, keys, state folder, space,
/// clock, broker, content server, sound card, amplifier, sign. It changes nothing and makes no sound.
///
/// While the service runs it holds the card, the relay, the panel and the login: then what the service last saw of them
/// is told instead (ServiceReport).
class BoxCheck {
 public:
  /// @param settings  whose runtime_folder is where the service writes its report
  explicit BoxCheck(settings::StationSettings settings);

  /// Blocks for up to some 30 s, when nobody answers.
  std::vector<Finding> run();

 private:
  [[nodiscard]] Finding key() const;
  [[nodiscard]] Finding state_folder() const;
  [[nodiscard]] Finding space() const;
  [[nodiscard]] Finding clock() const;
  [[nodiscard]] Finding broker() const;
  [[nodiscard]] Finding content() const;
  [[nodiscard]] std::vector<Finding> outputs() const;
  [[nodiscard]] std::vector<Finding> outputs_by_service() const;
  [[nodiscard]] Finding by_service(const char* part, const char* name) const;

  settings::StationSettings settings_;
  bool service_runs_;
  health::ServiceReport::Parts report_;
};

/// Whether a process of loa-station holds that state folder.
bool service_runs(const std::filesystem::path& state_folder);

/// One line each, or JSON.
std::string format(const std::vector<Finding>& findings, bool json);

/// Checks and prints to standard output.
/// @return the program's exit status: 0 nothing is bad, 1 something is
int check_box(const std::filesystem::path& settings, bool json);

}  // namespace loa::station::daemon
