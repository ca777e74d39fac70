#include "protocol/message/playlist.hpp"

#include <algorithm>

namespace loa::protocol::message {

std::vector<v1::Page> pages_of(const v1::Plan& plan, const v1::Cue& cue) {
  if (cue.playlist_number() == 0) return {cue.pages().begin(), cue.pages().end()};
  std::vector<v1::Page> pages;
  for (const auto index : plan.playlists(static_cast<int>(cue.playlist_number()) - 1).pages())
    pages.push_back(plan.pages(static_cast<int>(index)));
  return pages;
}

std::size_t page_count(const v1::Cue& cue) { return static_cast<std::size_t>(std::max(cue.pages_size(), 1)); }

v1::Page page_of(const v1::Cue& cue, std::size_t index) {
  if (cue.pages_size() > 0) return cue.pages(static_cast<int>(index));
  v1::Page page;
  page.set_object(cue.object());
  page.set_dwell_us(cue.duration_us());
  page.set_scroll_px_s(cue.scroll_px_s());
  return page;
}

Turn turn_at(const v1::Cue& cue, std::int64_t at_us) {
  const std::int64_t end_us = cue.start_us() + cue.duration_us();
  if (cue.pages_size() == 0) return {0, cue.start_us(), end_us};
  std::int64_t round_us = 0;
  for (const auto& page : cue.pages()) round_us += page.dwell_us();
  const std::int64_t into_us = std::clamp(at_us, cue.start_us(), end_us - 1) - cue.start_us();
  Turn turn{0, cue.start_us() + into_us / round_us * round_us, 0};
  for (const auto& page : cue.pages()) {
    turn.end_us = turn.begin_us + page.dwell_us();
    if (cue.start_us() + into_us < turn.end_us) break;
    turn.begin_us = turn.end_us;
    ++turn.page;
  }
  turn.end_us = std::min(turn.end_us, end_us);
  return turn;
}

std::vector<std::string> objects_of(const v1::Cue& cue) {
  std::vector<std::string> objects;
  for (std::size_t i = 0; i < page_count(cue); ++i) {
    const auto object = page_of(cue, i).object();
    if (std::find(objects.begin(), objects.end(), object) == objects.end()) objects.push_back(object);
  }
  return objects;
}

}  // namespace loa::protocol::message
