#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "protocol/topic/topic.hpp"
#include "tools/simfleet/event_log.hpp"
#include "tools/simfleet/random.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// Who speaks: a station's identity, and which of the boxes that have it.
struct Caller {
  std::size_t station = 0;
  std::size_t box = 0;
};

/// 4G, a broker, and everything that goes wrong with them: messages lost, doubled, late, out of order; stations without
/// a link for weeks; a broker that goes down and forgets everything, retained messages included. It knows stations by
/// their login: a second box that has the same one takes the session from the first.
class Network {
 public:
  using Leaf = protocol::topic::Leaf;

  /// What a connected process of a station hears.
  struct Ears {
    std::function<void()> up;
    std::function<void()> down;
    std::function<void(Leaf, const std::string&)> message;
  };
  /// What the office hears.
  struct OfficeEars {
    std::function<void(std::size_t station, Leaf, const std::string&, bool retained)> message;
    std::function<void()> up;  ///< the broker is back
  };
  struct Quality {
    double lost = 0;
    double doubled = 0;
    double late = 0;  ///< by up to a minute, so that others overtake it
  };

  Network(Timeline& timeline, Random random, EventLog& log, std::size_t stations)
      : timeline_(timeline), random_(random), log_(log), lines_(stations) {}

  void set_quality(Quality quality) { quality_ = quality; }
  void set_office(OfficeEars ears) { office_ = std::move(ears); }

  /// A process of a box wants a session; ends with detach().
  void attach(Caller caller, Ears ears);
  void detach(Caller caller);
  [[nodiscard]] bool session(Caller caller) const;

  /// Retained where the protocol says so.
  void to_office(Caller caller, Leaf leaf, std::string sealed);
  /// Retained, then delivered if there is a session.
  void to_station(std::size_t station, Leaf leaf, std::string sealed);
  /// The office has subscribed anew: what its stations said retained comes once more.
  void repeat_to_office();

  /// Until then every minute's status tells something new: the office's clock has moved.
  void listen_closely(Instant until) { close_until_ = std::max(close_until_, until); }
  [[nodiscard]] bool is_listened_to() const { return timeline_.now() < close_until_; }

  // Faults.
  void set_line(std::size_t station, bool up);
  void break_broker(std::int64_t for_us, bool forgets);

 private:
  struct Port {
    bool session = false;
    std::uint64_t serial = 0;  ///< of the session
    Ears ears;
  };
  struct Line {
    bool up = true;
    std::map<std::size_t, Port> ports;  ///< by box
    std::map<Leaf, std::string> retained;
    std::map<Leaf, std::string> said;  ///< by the station, retained
  };
  void connect_soon(Caller caller);
  void connect_all_soon(std::size_t station);
  void disconnect(Port& port);
  void disconnect_all(std::size_t station);
  void take_session_from_others(Caller caller);
  void deliver(Caller caller, Leaf leaf, const std::string& sealed);
  /// Calls `arrive` never, once or twice, each after some time.
  void carry(const std::function<void()>& arrive);
  Port& port_of(Caller caller) { return lines_[caller.station].ports[caller.box]; }

  Timeline& timeline_;
  Random random_;
  EventLog& log_;
  Quality quality_;
  std::vector<Line> lines_;
  bool broker_up_ = true;
  std::uint64_t broker_serial_ = 0;
  OfficeEars office_;
  Instant close_until_ = 0;
};

}  // namespace loa::tools::simfleet
