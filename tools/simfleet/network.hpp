#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "protocol/topic/topic.hpp"
#include "tools/simfleet/event_log.hpp"
#include "tools/simfleet/random.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// 4G, a broker, and everything that goes wrong with them: messages lost, doubled, late, out of order; stations without
/// a link for weeks; a broker that goes down and forgets everything, retained messages included.
class Network {
 public:
  using Leaf = protocol::topic::Leaf;

  /// What a connected process of a station hears.
  struct Ears {
    std::function<void()> up;
    std::function<void()> down;
    std::function<void(Leaf, const std::string&)> message;
  };
  struct Quality {
    double lost = 0;
    double doubled = 0;
    double late = 0;  ///< by up to a minute, so that others overtake it
  };

  Network(Timeline& timeline, Random random, EventLog& log, std::size_t stations)
      : timeline_(timeline), random_(random), log_(log), lines_(stations) {}

  void set_quality(Quality quality) { quality_ = quality; }
  void set_office(std::function<void(std::size_t, const std::string&)> proof, std::function<void()> repeat) {
    proof_ = std::move(proof);
    repeat_ = std::move(repeat);
  }

  /// A process of a station wants a session; ends with detach().
  void attach(std::size_t station, Ears ears);
  void detach(std::size_t station);
  [[nodiscard]] bool session(std::size_t station) const { return lines_[station].session; }

  void proof_to_office(std::size_t station, std::string sealed);
  /// Retained, then delivered if there is a session.
  void to_station(std::size_t station, Leaf leaf, std::string sealed);

  // Faults.
  void set_line(std::size_t station, bool up);
  void break_broker(std::int64_t for_us, bool forgets);

 private:
  struct Line {
    bool up = true;
    bool session = false;
    std::uint64_t serial = 0;  ///< of the session
    Ears ears;
    std::map<Leaf, std::string> retained;
  };
  void connect_soon(std::size_t station);
  void disconnect(std::size_t station);
  void deliver(std::size_t station, Leaf leaf, const std::string& sealed);
  /// Calls `arrive` never, once or twice, each after some time.
  void carry(const std::function<void()>& arrive);

  Timeline& timeline_;
  Random random_;
  EventLog& log_;
  Quality quality_;
  std::vector<Line> lines_;
  bool broker_up_ = true;
  std::uint64_t broker_serial_ = 0;
  std::function<void(std::size_t, const std::string&)> proof_;
  std::function<void()> repeat_;
};

}  // namespace loa::tools::simfleet
