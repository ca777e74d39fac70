#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"

namespace loa::headend::fleet {

/// Tells two boxes that speak with one station's key from one that was started anew, by the signed statuses that come.
/// Pure.
///
/// A process that ends never speaks again: so one that speaks after another has spoken in its place lives beside it.
/// Each process names itself by a random boot word and numbers its statuses upwards. A status that says less than one
/// of another process before is evidence only while it is fresh; otherwise it is a repetition and is refused.
class IdentityWatch {
 public:
  /// Who speaks in a status.
  struct Speaker {
    std::string boot;  ///< empty: an older build, of which nothing can be told but its sequence
    std::string epoch;
    std::uint64_t sequence = 0;
    WallTime at;  ///< by its own clock
    Micros uptime{0};
  };
  /// One process of one box.
  struct Box {
    std::string boot;
    std::string epoch;
    WallTime started;      ///< by its own clock, or the head-end's if that is behind
    WallTime first, last;  ///< when it was heard, by the head-end's clock
    std::uint64_t sequence = 0;
  };
  /// Two boxes speak as one station.
  struct Twice {
    Box earlier, later;  ///< by their first word
    WallTime since;
  };
  /// Only one of them is left.
  struct Alone {
    Box left;
    WallTime since;
    WallTime ended;  ///< when another one was last heard
  };
  /// What one status means.
  struct Verdict {
    bool repeated = false;       ///< older than what was heard: not to be believed
    bool stranger = false;       ///< the same, in the name of a process that was not heard before
    bool new_boot = false;       ///< a process that was not heard before
    std::optional<Twice> twice;  ///< news: a pair that was not told before
    std::optional<Alone> alone;  ///< news
  };

  /// @param now  by the head-end's clock, as far as it is right
  Verdict hear(const std::string& station, const Speaker& speaker, WallTime now);

  /// Two boxes were known already when this program started.
  void restore(const std::string& station, WallTime since, WallTime now);
  /// Whether two boxes speak as this station.
  [[nodiscard]] bool stands(const std::string& station) const;
  void forget(const std::string& station) { stations_.erase(station); }

  /// A status that is no older by the clocks of both sides was not held back or repeated.
  static constexpr std::chrono::minutes fresh{5};
  /// Only one box is left when none other was heard for so long: a router that is off for lunch decides nothing.
  static constexpr std::chrono::hours calm{1};
  static constexpr std::size_t max_boxes = 8;  ///< of one station; the one that was silent longest is forgotten

 private:
  struct Station {
    std::vector<Box> boxes;
    std::string speaking;  ///< boot of the one heard last
    std::uint64_t greatest = 0;
    std::optional<WallTime> twice_since;
    WallTime heard_of_other{};      ///< restore(): the other box was heard then at the latest
    std::vector<std::string> told;  ///< boots
  };
  static Box* find(Station& station, const std::string& boot);
  static Box& add(Station& station, const Speaker& speaker, WallTime now);
  static void note_pair(Station& station, const Box& one, const Box& other, Verdict& verdict);
  static void note_silence(Station& station, const Box& speaking, WallTime now, Verdict& verdict);

  std::map<std::string, Station> stations_;
};

}  // namespace loa::headend::fleet
