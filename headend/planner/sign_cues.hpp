#pragma once
#include <vector>

#include "headend/model/promise.hpp"
#include "headend/planner/rotation.hpp"
#include "protocol/message/loa.pb.h"

/// What becomes of a sign's promised cues when the catalogue wants something else: where the one that is on ends, and
/// which page the next one begins with. Pure.
namespace loa::headend::planner {

/// What the catalogue alone wants on a sign in a stretch of time.
struct WantedPages {
  WallTime start;
  WallTime end;
  std::vector<v1::Page> pages;  ///< in their order, at least one
};

/// Gives the instant at which a change of the signs is obeyed: the first whole second from `earliest` on that is not
/// followed, within one second, by the start of a promised or a wanted cue. So every occurrence has a second of its
/// own, and a cue that a station may have in hand already keeps what it promised.
WallTime change_instant(WallTime earliest, const std::vector<model::PlannedCue>& promised,
                        const std::vector<WantedPages>& wanted);

/// Gives the first instant from `earliest` on at which something else is wanted than a promised cue shows, or nothing;
/// the cue's own end if there is none. The order of pages counts, but not which of them is the first.
/// @param wanted  by start, without overlap
WallTime end_of_wanted(const v1::Cue& promised, const std::vector<WantedPages>& wanted, WallTime earliest);

/// Gives the page with which a cyclic order continues what stood before: the first one that is new or changed; if there
/// is none, the one that stood last, or the one whose turn would have come after that.
/// @return its place, 0…pages.size() − 1
std::size_t first_page(const v1::Cue& before, const std::vector<v1::Page>& pages);

}  // namespace loa::headend::planner
