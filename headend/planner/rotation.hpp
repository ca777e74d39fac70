#pragma once
#include <chrono>
#include <vector>

#include "headend/store/catalogue.hpp"

namespace loa::headend::planner {

/// One turn of a slogan on a sign, on one local day.
struct Showing {
  const store::Slogan* slogan = nullptr;
  store::TimeOfDay from{0};
  std::chrono::seconds length{0};
};

/// Limits of one day's turns.
struct RotationLimits {
  unsigned showings = 120;            ///< a day; dwell is multiplied to keep within it
  std::chrono::seconds longest{900};  ///< one turn of a slogan that has the sign to itself
};

/// Cuts a day into turns: where several slogans' windows meet they follow one another in the order given, again and
/// again.
/// @param slogans  those of this sign on this day, by id
/// @return         by time, without overlap; also the factor by which every dwell was multiplied, ≥ 1
struct Rotation {
  std::vector<Showing> showings;
  unsigned stretched = 1;
};
Rotation rotate(const std::vector<const store::Slogan*>& slogans, const RotationLimits& limits);

}  // namespace loa::headend::planner
