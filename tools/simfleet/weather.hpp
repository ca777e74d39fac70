#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tools/simfleet/sim_office.hpp"
#include "tools/simfleet/sim_station.hpp"

namespace loa::tools::simfleet {

/// What may go wrong.
enum class Fault { kill, power_cut, clock, step, disk, device, content, command, link, broker, office, edit, alarm };

/// Every fault with its word on the command line.
const std::vector<std::pair<Fault, std::string>>& all_faults();
/// @param list  "kill,cut", "all" or "none"
/// @error invalid: a word that is none of them
Result<std::set<Fault>> parse_faults(std::string_view list);

/// Makes things go wrong, day after day, half of them while something is on air.
class Weather {
 public:
  Weather(Timeline& timeline, Random random, std::set<Fault> faults, Network& network, SimOffice& office,
          const std::vector<std::unique_ptr<SimStation>>& stations);

  /// Chooses the faults of a day that begins now.
  void begin_day();
  /// First boot of a station.
  void first_boot(SimStation& station);

 private:
  using Inject = void (Weather::*)(std::size_t station);
  struct Kind {
    Fault fault;
    double per_day;  ///< of one station, or of the office
    Inject inject;
    bool of_all;  ///< concerns all stations at once
  };
  static const std::vector<Kind>& kinds();

  [[nodiscard]] Instant some_instant();
  [[nodiscard]] SimStation::ClockError some_clock();
  [[nodiscard]] std::int64_t some_ntp_delay();
  void kill(std::size_t station);
  void power_cut(std::size_t station);
  void step_clock(std::size_t station);
  void disk(std::size_t station);
  void device(std::size_t station);
  void content(std::size_t station);
  void command(std::size_t station);
  void link(std::size_t station);
  void broker(std::size_t station);
  void office(std::size_t station);
  void edit(std::size_t station);
  void alarm(std::size_t station);

  Timeline& timeline_;
  Random random_;
  std::set<Fault> faults_;
  Network& network_;
  SimOffice& office_;
  const std::vector<std::unique_ptr<SimStation>>& stations_;
};

}  // namespace loa::tools::simfleet
