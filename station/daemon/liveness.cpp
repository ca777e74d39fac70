#include "station/daemon/liveness.hpp"

namespace loa::station::daemon {

void Liveness::add(std::string room, const Pulse& pulse, Serves serves) {
  rooms_.push_back({std::move(room), &pulse, serves});
}

Liveness::Verdict Liveness::judge(MonoTime now, bool sounding) const {
  Verdict worst;
  for (const Room& room : rooms_) {
    const auto due = room.pulse->due();
    if (!due || now < *due) continue;
    const auto overdue = std::chrono::duration_cast<std::chrono::milliseconds>(now - *due);
    const bool spared = sounding && room.serves == Serves::other && overdue < longest_spared;
    const State state = spared ? State::spared : State::hung;
    if (state > worst.state || (state == worst.state && overdue >= worst.overdue)) worst = {state, room.name, overdue};
  }
  return worst;
}

}  // namespace loa::station::daemon
