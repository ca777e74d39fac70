#include "tools/simfleet/network.hpp"

#include <utility>

namespace loa::tools::simfleet {

void Network::attach(Caller caller, Ears ears) {
  port_of(caller).ears = std::move(ears);
  connect_soon(caller);
}

void Network::detach(Caller caller) {
  Port& port = port_of(caller);
  port.ears = {};
  port.session = false;
  ++port.serial;
}

bool Network::session(Caller caller) const {
  const auto& ports = lines_[caller.station].ports;
  const auto port = ports.find(caller.box);
  return port != ports.end() && port->second.session;
}

void Network::connect_soon(Caller caller) {
  const auto serial = ++port_of(caller).serial;
  timeline_.after(random_.between(200, 20'000) * millisecond_us, [this, caller, serial] {
    const Line& line = lines_[caller.station];
    Port& port = port_of(caller);
    if (port.serial != serial || !line.up || !broker_up_ || !port.ears.up) return;
    take_session_from_others(caller);
    port.session = true;
    for (const auto& [leaf, sealed] : line.retained) deliver(caller, leaf, sealed);
    port.ears.up();
  });
}

void Network::connect_all_soon(std::size_t station) {
  for (const auto& [box, port] : lines_[station].ports) connect_soon({station, box});
}

/// As a broker does with a second connection of one client id; the first comes back by itself.
void Network::take_session_from_others(Caller caller) {
  for (auto& [box, port] : lines_[caller.station].ports) {
    if (box == caller.box || !port.session) continue;
    log_.note(timeline_.now(), "network", "pushed-off", "{} box {}", caller.station, box);
    disconnect(port);
    connect_soon({caller.station, box});
  }
}

void Network::disconnect(Port& port) {
  ++port.serial;
  if (!std::exchange(port.session, false)) return;
  if (port.ears.down) port.ears.down();
}

void Network::disconnect_all(std::size_t station) {
  for (auto& [box, port] : lines_[station].ports) disconnect(port);
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

void Network::to_office(Caller caller, Leaf leaf, std::string sealed) {
  if (!session(caller)) return;
  carry([this, station = caller.station, leaf, serial = broker_serial_, sealed = std::move(sealed)] {
    if (serial != broker_serial_ || !broker_up_) return;
    if (protocol::topic::is_retained(leaf)) lines_[station].said[leaf] = sealed;
    office_.message(station, leaf, sealed, false);
  });
}

void Network::repeat_to_office() {
  if (!broker_up_) return;
  for (std::size_t station = 0; station < lines_.size(); ++station)
    for (const auto& [leaf, sealed] : lines_[station].said) office_.message(station, leaf, sealed, true);
}

void Network::to_station(std::size_t station, Leaf leaf, std::string sealed) {
  if (!broker_up_) return;  // the office says it again when the broker is back
  Line& line = lines_[station];
  line.retained[leaf] = std::move(sealed);
  for (const auto& [box, port] : line.ports)
    if (port.session) deliver({station, box}, leaf, line.retained[leaf]);
}

void Network::deliver(Caller caller, Leaf leaf, const std::string& sealed) {
  carry([this, caller, leaf, sealed, serial = port_of(caller).serial] {
    const Port& port = port_of(caller);
    if (port.serial == serial && port.session && port.ears.message) port.ears.message(leaf, sealed);
  });
}

void Network::set_line(std::size_t station, bool up) {
  lines_[station].up = up;
  log_.note(timeline_.now(), "network", up ? "line-up" : "line-down", "{}", station);
  up ? connect_all_soon(station) : disconnect_all(station);
}

void Network::break_broker(std::int64_t for_us, bool forgets) {
  if (!broker_up_) return;
  broker_up_ = false;
  log_.note(timeline_.now(), "network", "broker-down", "{} s, forgets {}", for_us / second_us, forgets);
  ++broker_serial_;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    disconnect_all(i);
    if (!forgets) continue;
    lines_[i].retained.clear();
    lines_[i].said.clear();
  }
  timeline_.after(for_us, [this] {
    broker_up_ = true;
    office_.up();
    repeat_to_office();
    for (std::size_t i = 0; i < lines_.size(); ++i) connect_all_soon(i);
  });
}

}  // namespace loa::tools::simfleet
