#pragma once
#include <memory>
#include <string>

#include "firmware/port/amplifier.hpp"
#include "firmware/port/audio_out.hpp"
#include "firmware/port/sensors.hpp"
#include "firmware/port/sign_out.hpp"
#include "firmware/port/wall_clock.hpp"
#include "firmware/port/watchdog.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::daemon {

/// The hardware of one station, behind its ports.
struct Board {
  std::unique_ptr<firmware::WallClock> clock;
  std::unique_ptr<firmware::AudioOut> audio;  ///< null: no loudspeaker
  std::unique_ptr<firmware::SignOut> sign;    ///< null: no sign
  std::string sign_trouble;                   ///< why there is none although the settings name one
  std::unique_ptr<firmware::Amplifier> amplifier;
  std::unique_ptr<firmware::Sensors> sensors;
  std::unique_ptr<firmware::Watchdog> watchdog;
};

/// Picks the real implementations that the settings name. Devices are opened later, when they are needed.
/// @error missing · invalid · busy · refused: which setting, and why it cannot be had
Result<Board> make_board(const settings::StationSettings& settings);

}  // namespace loa::station::daemon
