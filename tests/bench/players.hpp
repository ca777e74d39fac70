#pragma once
#include <array>
#include <memory>
#include <optional>

#include "tests/bench/bench.hpp"
#include "tests/support/process.hpp"
#include "tests/support/wav.hpp"

/// Players on virtual sound cards: four of ours, four snapclients, one ffplay. All play the same sound.
namespace loa::bench {

/// Clock errors of the four cards, the same for every kind of player.
inline constexpr std::array<double, 4> card_ppm{80, -60, 0, 35};

/// How wrong a card's crystal is; the fields of the virtual card (firmware/README.md).
struct Crystal {
  double ppm = 0;
  double wander_ppm = 0;
  double wander_s = 600;
  double wander_phase = 0;
};

/// A virtual sound card that a program opens as "default", when it has env() in its environment.
class VirtualCard {
 public:
  /// @error missing: the plugin is not built · io
  static Result<VirtualCard> make(const std::filesystem::path& folder, const std::string& name, const Crystal& crystal);
  [[nodiscard]] std::string env() const;
  /// What it played, oldest take first.
  [[nodiscard]] Result<std::vector<tests::Recording>> recordings() const;
  [[nodiscard]] std::filesystem::path recordings_folder() const { return folder_ / "recordings"; }

 private:
  std::filesystem::path folder_;
};

/// A program and the card it plays on.
struct Player {
  VirtualCard card;
  tests::Process process;
};

/// What one performance by several players showed.
struct Performance {
  double start_spread_us = 0;       ///< latest minus earliest first sample
  double worst_spread_us = 0;       ///< greatest spread of any quarter of a second to the end
  std::vector<double> resident_mb;  ///< of each player while playing
  std::vector<double> cpu_percent;  ///< of a core, of each player while playing
  std::vector<double> ready_ms;     ///< of each player, from process start until it could play
};

/// Plays the sound once on four fresh players.
Result<Performance> perform_snapcast(const std::filesystem::path& folder, const std::vector<std::int16_t>& sound);
/// A server with nothing to play, and four clients that listen to it.
struct SilentSnapcast {
  tests::Process server;
  std::vector<tests::Process> clients;
};
Result<SilentSnapcast> start_silent_snapcast(const std::filesystem::path& folder);
/// @error missing: loa-station or loa-headend is not built
Result<Performance> perform_ours(const std::filesystem::path& folder, const std::vector<std::int16_t>& sound);
/// One ffplay -nodisp; no spread.
Result<Performance> perform_ffplay(const std::filesystem::path& folder, const std::vector<std::int16_t>& sound);

/// Memory and CPU of processes over the next `seconds`, added to a performance.
Result<void> watch(const std::vector<pid_t>& players, double seconds, Performance& performance);

/// Spread of four players' recordings among themselves; the sound's planned start only needs to be near.
Result<void> compare_starts(const std::vector<VirtualCard>& cards, const std::vector<std::int16_t>& sound,
                            Performance& performance);

}  // namespace loa::bench
