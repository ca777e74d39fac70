#include "tools/simfleet/network.hpp"

namespace loa::tools::simfleet {

void Network::attach(std::size_t station, Ears ears) {
  lines_[station].ears = std::move(ears);
  connect_soon(station);
}

void Network::detach(std::size_t station) {
  Line& line = lines_[station];
  line.ears = {};
  line.session = false;
  ++line.serial;
}

void Network::connect_soon(std::size_t station) {
  const auto serial = ++lines_[station].serial;
  timeline_.after(random_.between(200, 20'000) * millisecond_us, [this, station, serial] {
    Line& line = lines_[station];
    if (line.serial != serial || !line.up || !broker_up_ || !line.ears.up) return;
    line.session = true;
    for (const auto& [leaf, sealed] : line.retained) deliver(station, leaf, sealed);
    line.ears.up();
  });
}

void Network::disconnect(std::size_t station) {
  Line& line = lines_[station];
  ++line.serial;
  if (!std::exchange(line.session, false)) return;
  if (line.ears.down) line.ears.down();
}

void Network::carry(const std::function<void()>& arrive) {
  if (random_.happens(quality_.lost)) return;
  const auto delay = [this] {
    return random_.happens(quality_.late) ? random_.between(1'000, 60'000) * millisecond_us
                                          : random_.between(20, 400) * millisecond_us;
  };
  timeline_.after(delay(), arrive);
  if (random_.happens(quality_.doubled)) timeline_.after(delay(), arrive);
}

void Network::proof_to_office(std::size_t station, std::string sealed) {
  if (!lines_[station].session) return;
  carry([this, station, serial = broker_serial_, sealed = std::move(sealed)] {
    if (serial == broker_serial_ && broker_up_) proof_(station, sealed);
  });
}

void Network::to_station(std::size_t station, Leaf leaf, std::string sealed) {
  if (!broker_up_) return;  // the office says it again when the broker is back
  Line& line = lines_[station];
  line.retained[leaf] = std::move(sealed);
  if (line.session) deliver(station, leaf, line.retained[leaf]);
}

void Network::deliver(std::size_t station, Leaf leaf, const std::string& sealed) {
  carry([this, station, leaf, sealed, serial = lines_[station].serial] {
    Line& line = lines_[station];
    if (line.serial == serial && line.session && line.ears.message) line.ears.message(leaf, sealed);
  });
}

void Network::set_line(std::size_t station, bool up) {
  lines_[station].up = up;
  log_.note(timeline_.now(), "network", up ? "line-up" : "line-down", "{}", station);
  up ? connect_soon(station) : disconnect(station);
}

void Network::break_broker(std::int64_t for_us, bool forgets) {
  if (!broker_up_) return;
  broker_up_ = false;
  log_.note(timeline_.now(), "network", "broker-down", "{} s, forgets {}", for_us / second_us, forgets);
  ++broker_serial_;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    disconnect(i);
    if (forgets) lines_[i].retained.clear();
  }
  timeline_.after(for_us, [this] {
    broker_up_ = true;
    repeat_();
    for (std::size_t i = 0; i < lines_.size(); ++i) connect_soon(i);
  });
}

}  // namespace loa::tools::simfleet
