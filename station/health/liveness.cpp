#include "station/health/liveness.hpp"

#include <utility>

namespace loa::station::health {

void Liveness::add(std::string room, const Pulse& pulse, Serves serves) {
  rooms_.push_back({std::move(room), &pulse, serves});
}

Liveness::Verdict Liveness::judge(MonoTime now, bool sounding, const std::function<bool()>& waits_for_disk) {
  Verdict worst;
  bool asked = false;
  for (const Room& room : rooms_) {
    const auto due = room.pulse->due();
    if (!due || now < *due) continue;
    const auto overdue = std::chrono::duration_cast<std::chrono::milliseconds>(now - *due);
    State state = State::hung;
    if (sounding && room.serves == Serves::other && overdue < longest_spared) {
      state = State::spared;
    } else if (overdue < longest_disk_wait) {
      if (!std::exchange(asked, true) && waits_for_disk()) disk_seen_ = now;
      if (disk_seen_ && now < *disk_seen_ + after_disk) state = State::waits;
    }
    if (state > worst.state || (state == worst.state && overdue >= worst.overdue)) worst = {state, room.name, overdue};
  }
  return worst;
}

}  // namespace loa::station::health
