#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/message/loa.pb.h"

/// Which page of a sign's cue has its turn: pure functions of the cue and the instant, so that every sign agrees and
/// one that comes late is in place (PROTOCOL.md §5, pages). A cue without pages is a playlist of one, whose turn is the
/// cue.
namespace loa::protocol::message {

/// One turn of a page; planned instants, microseconds UTC.
struct Turn {
  std::size_t page = 0;  ///< in the order of the cue
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;  ///< cut by the cue's end
  bool operator==(const Turn&) const = default;
};

/// Whether a cue shows a playlist: has pages of its own or names those of its plan.
inline bool has_pages(const v1::Cue& cue) { return cue.pages_size() > 0 || cue.playlist_number() > 0; }
/// Finds the pages of a cue: its own, or those of the playlist that it names in its plan (PROTOCOL.md §5a).
/// @param plan  checked; the cue is one of its cues
std::vector<v1::Page> pages_of(const v1::Plan& plan, const v1::Cue& cue);

std::size_t page_count(const v1::Cue& cue);
/// @param index  below page_count()
v1::Page page_of(const v1::Cue& cue, std::size_t index);

/// The turn that an instant lies in; outside of the cue its first or last one.
Turn turn_at(const v1::Cue& cue, std::int64_t at_us);

/// SHA-256 of every object that the cue shows or plays, each once, in its order.
std::vector<std::string> objects_of(const v1::Cue& cue);

}  // namespace loa::protocol::message
