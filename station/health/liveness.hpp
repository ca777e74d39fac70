#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/pulse.hpp"

namespace loa::station::health {

constexpr std::chrono::seconds idle_interval{5};  ///< the longest that the io thread sleeps between two ticks

/// Whether every room of the station that has a thread lives. Pure: the rooms report in by their Pulse, the caller
/// brings the time.
///
/// A room that sound needs (io, audio, decoder) must report in before its pulse is due. Any other (sign, fetch, link)
/// is spared while sound is on air: to restart for it would cut the sound for a second, and it may wait for the end of
/// the sound, but not longer than `longest_spared`. While the disk holds a thread, and for `after_disk`, in which it
/// catches up, nobody is hung, up to `longest_disk_wait`: such a thread cannot even end, and a new process would wait
/// for the same disk, in silence.
class Liveness {
 public:
  enum class Serves { sound, other };
  static constexpr std::chrono::minutes longest_spared{5};
  static constexpr std::chrono::seconds longest_disk_wait{8};  ///< with the promises before it: 10 s
  static constexpr std::chrono::milliseconds after_disk{1'500};

  /// @param pulse  outlives this
  void add(std::string room, const Pulse& pulse, Serves serves);

  enum class State {
    alive,   ///< each room that is awake has reported in
    waits,   ///< one has not, while the disk holds a thread or has just let go of it
    spared,  ///< one has not, and sound would suffer more from a restart
    hung     ///< one has not: end the process
  };
  struct Verdict {
    State state = State::alive;
    std::string room;  ///< the one that is hung, spared or waits, and overdue the longest
    std::chrono::milliseconds overdue{0};
  };
  /// @param sounding        sound is on air, or about to be
  /// @param waits_for_disk  whether a thread does just now; asked only if a room is overdue
  [[nodiscard]] Verdict judge(MonoTime now, bool sounding, const std::function<bool()>& waits_for_disk);

 private:
  struct Room {
    std::string name;
    const Pulse* pulse;
    Serves serves;
  };
  std::vector<Room> rooms_;
  std::optional<MonoTime> disk_seen_;  // when the disk was last found to hold a thread
};

}  // namespace loa::station::health
