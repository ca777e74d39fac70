#pragma once
#include <chrono>
#include <vector>

#include "headend/model/catalogue.hpp"

namespace loa::headend::planner {

/// One slogan's turn in a playlist.
struct PageTurn {
  const model::Slogan* slogan = nullptr;
  Micros dwell{0};
  bool operator==(const PageTurn&) const = default;
};

/// A stretch of one local day with the playlist that stands on a sign.
struct Playlist {
  Micros from{0};  ///< since local midnight
  Micros to{0};
  std::vector<PageTurn> pages;
  std::size_t crowded_out = 0;  ///< slogans beyond the most that may take turns
};

/// How long a slogan's turn is: as long as asked, but a strip always goes through whole, on the widest sign it is drawn
/// for – so turns are the same on signs of all sizes, and all of them change together.
Micros dwell_of(const model::Slogan& slogan, const model::Catalogue& catalogue);

/// Cuts a day into playlists: where several slogans' windows meet they take turns in their order. A playlist longer
/// than `longest` is cut after whole rounds, so that an edit is seen and evidence comes in soon, and nobody sees the
/// cut.
/// @param slogans  those of a sign on this day, in their order
/// @return         by time, without overlap
std::vector<Playlist> playlists_of(const std::vector<const model::Slogan*>& slogans, const model::Catalogue& catalogue,
                                   Micros longest);

}  // namespace loa::headend::planner
