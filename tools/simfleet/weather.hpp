#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tools/simfleet/sim_office.hpp"
#include "tools/simfleet/site.hpp"

namespace loa::tools::simfleet {

/// What may go wrong: each day somewhere, and once in months.
enum class Fault {
  kill,
  power_cut,
  clock,
  step,
  disk,
  device,
  content,
  command,
  link,
  broker,
  office,
  edit,
  alarm,
  // rare
  folder,
  rollback,
  clone,
  replace,
  lie,
  office_clock
};

/// Every fault with its word on the command line.
const std::vector<std::pair<Fault, std::string>>& all_faults();
/// Whether it belongs to those that a station meets once in months, or never.
inline bool is_rare(Fault fault) { return fault >= Fault::folder; }
/// @param list  "kill,cut", "everyday", "rare", "all" or "none"
/// @error invalid: a word that is none of them
Result<std::set<Fault>> parse_faults(std::string_view list);

/// Makes things go wrong, day after day, half of them while something is on air.
class Weather {
 public:
  /// @param often  times so often as in the field come the rare ones
  Weather(Timeline& timeline, Random random, std::set<Fault> faults, double often, Network& network, SimOffice& office,
          const std::vector<std::unique_ptr<Site>>& sites);

  /// Chooses the faults of a day that begins now.
  void begin_day();
  /// First boot of a station.
  void first_boot(Site& site);

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
  [[nodiscard]] SimClock::Boot some_clock();
  [[nodiscard]] std::int64_t some_ntp_delay();
  [[nodiscard]] std::int64_t some_lie();
  [[nodiscard]] SimStation& box(std::size_t station) { return sites_[station]->box(); }
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
  void lose_folder(std::size_t station);
  void roll_back(std::size_t station);
  void clone(std::size_t station);
  void replace(std::size_t station);
  void lie(std::size_t station);
  void office_clock(std::size_t station);

  Timeline& timeline_;
  Random random_;
  std::set<Fault> faults_;
  double often_;
  Network& network_;
  SimOffice& office_;
  const std::vector<std::unique_ptr<Site>>& sites_;
};

}  // namespace loa::tools::simfleet
