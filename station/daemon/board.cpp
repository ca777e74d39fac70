#include "station/daemon/board.hpp"

#include "firmware/alsa/alsa_audio_out.hpp"
#include "firmware/clock/system_clock.hpp"
#include "firmware/gpio/gpio_amplifier.hpp"
#include "firmware/recorder/load.hpp"
#include "firmware/sdl/load.hpp"
#include "firmware/sysfs/sysfs_sensors.hpp"
#include "firmware/systemd/systemd_watchdog.hpp"
#include "protocol/base/log.hpp"
#include "station/daemon/late_amplifier.hpp"

namespace loa::station::daemon {
namespace {

// A short period keeps the progress mark of a killed process within ten milliseconds of the truth.
constexpr std::chrono::milliseconds period{10};
constexpr std::chrono::milliseconds buffer{120};

Result<std::unique_ptr<firmware::SignOut>> make_sign(const settings::StationSettings::Sign& settings,
                                                     firmware::WallClock& clock) {
  firmware::SdlSettings sdl;
  sdl.driver = settings.driver;
  LOA_TRY_LET(auto sign, firmware::load_sdl_sign_out(sdl));
  if (!settings.record) return sign;
  firmware::SignRecorderSettings recorder;
  recorder.folder = *settings.record;
  return firmware::load_recording_sign_out(std::move(sign), clock, recorder);
}

std::unique_ptr<firmware::Amplifier> make_amplifier(const std::optional<settings::StationSettings::Relay>& relay) {
  if (!relay) return std::make_unique<firmware::NoAmplifier>();
  const firmware::GpioSettings gpio{relay->chip, relay->line, relay->active_low, relay->feedback_line,
                                    relay->feedback_active_low};
  return std::make_unique<LateAmplifier>([gpio] { return firmware::GpioAmplifier::open(gpio); });
}

}  // namespace

Result<Board> make_board(const settings::StationSettings& settings) {
  Board board;
  LOA_TRY_LET(const auto trust, firmware::parse_clock_trust(settings.clock_trust));
  board.clock = std::make_unique<firmware::SystemClock>(trust);
  if (settings.audio) {
    board.audio = std::make_unique<firmware::AlsaAudioOut>(firmware::AlsaSettings{settings.audio->pcm, period, buffer});
  }
  if (settings.sign) {
    auto sign = make_sign(*settings.sign, *board.clock);
    if (!sign && !settings.audio) return pass(std::move(sign).error());
    if (sign) {
      board.sign = *std::move(sign);
    } else {  // the loudspeaker need not be silent for it: what the sign does not show is proved as device-lost
      log::error("sign.unavailable", {{"error", sign.error().text}});
      board.sign_trouble = sign.error().text;
    }
  }
  board.amplifier = make_amplifier(settings.relay);
  board.sensors = std::make_unique<firmware::SysfsSensors>(settings.faults.sysfs);
  board.watchdog = std::make_unique<firmware::SystemdWatchdog>();
  return board;
}

}  // namespace loa::station::daemon
