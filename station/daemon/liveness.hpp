#pragma once
#include <string>
#include <vector>

#include "protocol/base/pulse.hpp"

namespace loa::station::daemon {

/// Whether every room of the station that has a thread lives. Pure: the rooms report in by their Pulse, the caller
/// brings the time.
///
/// A room that sound needs (io, audio, decoder) must report in before its pulse is due. Any other (sign, fetch, link)
/// is spared while sound is on air: to restart for it would cut the sound for a second, and it may wait for the end of
/// the sound, but not longer than `longest_spared`.
class Liveness {
 public:
  enum class Serves { sound, other };
  static constexpr std::chrono::minutes longest_spared{5};

  /// @param pulse  outlives this
  void add(std::string room, const Pulse& pulse, Serves serves);

  enum class State {
    alive,   ///< each room that is awake has reported in
    spared,  ///< one has not, and sound would suffer more from a restart
    hung     ///< one has not: end the process
  };
  struct Verdict {
    State state = State::alive;
    std::string room;  ///< the one that is hung or spared, and overdue the longest
    std::chrono::milliseconds overdue{0};
  };
  /// @param sounding  sound is on air, or about to be
  [[nodiscard]] Verdict judge(MonoTime now, bool sounding) const;

 private:
  struct Room {
    std::string name;
    const Pulse* pulse;
    Serves serves;
  };
  std::vector<Room> rooms_;
};

}  // namespace loa::station::daemon
