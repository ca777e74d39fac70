#pragma once
#include "firmware/sim/sim_amplifier.hpp"
#include "firmware/sim/sim_audio_out.hpp"
#include "firmware/sim/sim_clock.hpp"
#include "firmware/sim/sim_sensors.hpp"
#include "firmware/sim/sim_sign_out.hpp"

namespace loa::firmware {

/// A whole station's hardware, simulated: one time, one clock, one horn with its relay, one sign. Unit tests link it;
/// no program and no setting selects it. Faults are switched on its parts, or with the verbs here where several parts
/// fail together.
///
///   SimBoard board;
///   board.time.set_passing(true);          // one thread: waits make time pass
///   player.play(board.audio, …);
///   board.audio.takes()[0].samples;        // what the horn said, and when
struct SimBoard {
  explicit SimBoard(WallTime wall = wall_from_us(1'800'000'000'000'000), SimAudioOut::Settings audio_settings = {},
                    SimSignOut::Settings sign_settings = {})
      : clock(time, wall), audio(time, audio_settings), sign(time, sign_settings), amplifier(time) {}

  /// The supply of sound card, sign and relay is cut or comes back; the computer lives on.
  void set_peripherals_gone(bool gone) {
    audio.set_gone(gone);
    sign.set_gone(gone);
    amplifier.set_stuck(gone);
  }

  SimTime time;
  SimClock clock;
  SimAudioOut audio;
  SimSignOut sign;
  SimAmplifier amplifier;
  SimSensors sensors;
};

}  // namespace loa::firmware
