#pragma once
#include <memory>
#include <vector>

#include "tools/simfleet/sim_station.hpp"

namespace loa::tools::simfleet {

/// One station of the ward as the office knows it: an id and a key. As a rule one box has them; now and then another
/// takes its place, or two run with one bundle.
class Site {
 public:
  /// @param scratch  in which each box has a folder of its own for its card
  Site(World world, std::size_t index, Random random, station::settings::StationSettings settings,
       protocol::crypto::SecretKey key, std::filesystem::path scratch);

  [[nodiscard]] const std::string& id() const { return settings_.station; }
  /// The box on the pole.
  [[nodiscard]] SimStation& box() const { return *boxes_[current_].station; }

  // Faults. Only a box that runs is replaced: what it has not handed over must be known.
  /// Another box with the same bundle and nothing on its card; the old one goes with all that it had not handed over.
  /// @param back_after_us  then a technician puts the old one up again; absent: never
  void replace(const SimClock::Boot& clock, std::optional<std::int64_t> back_after_us);
  /// The bundle runs in a second box besides, for a while. @param stays  the second one, and the first goes
  void clone(const SimClock::Boot& clock, std::int64_t for_us, bool stays);
  /// One box is left, and it is well.
  void heal();

  /// A box, and when the office was owed what came out of it: what a second box with the same bundle says counts from
  /// the time on when it is alone.
  struct Box {
    std::unique_ptr<SimStation> station;
    Stretches owed;
  };
  [[nodiscard]] const std::vector<Box>& boxes() const { return boxes_; }
  /// Whether a card of it was ever put back to an older image.
  [[nodiscard]] bool rolled_back() const;
  /// True times at which two boxes spoke, and as long after as the office may wait to see who is left.
  [[nodiscard]] const Stretches& twice() const { return twice_; }
  /// Self-check: each proof of the box on the pole claims so much more than was emitted.
  void set_lie(std::int64_t lie_us);

 private:
  std::size_t add_box();
  void end_twice(bool second_stays);

  World world_;
  std::size_t index_;
  Random random_;
  station::settings::StationSettings settings_;
  protocol::crypto::SecretKey key_;
  std::filesystem::path scratch_;
  std::vector<Box> boxes_;
  std::size_t current_ = 0;
  std::optional<std::size_t> second_;  ///< the box that runs besides
  Stretches twice_;
};

}  // namespace loa::tools::simfleet
