#include "headend/planner/sign_cues.hpp"

#include <algorithm>

#include "protocol/message/playlist.hpp"

namespace loa::headend::planner {
namespace {

namespace message = protocol::message;
using std::chrono::seconds;

bool same(const v1::Page& one, const v1::Page& other) {
  return one.object() == other.object() && one.dwell_us() == other.dwell_us() &&
         one.scroll_px_s() == other.scroll_px_s();
}

std::vector<v1::Page> pages_of(const v1::Cue& cue) { return {cue.pages().begin(), cue.pages().end()}; }

bool shows(const std::vector<v1::Page>& pages, const v1::Page& page) {
  return std::any_of(pages.begin(), pages.end(), [&](const v1::Page& one) { return same(one, page); });
}

/// Whether two playlists are the same but for the page they begin with.
bool same_cycle(const std::vector<v1::Page>& one, const std::vector<v1::Page>& other) {
  if (one.size() != other.size()) return false;
  for (std::size_t shift = 0; shift < one.size(); ++shift) {
    std::size_t i = 0;
    while (i < one.size() && same(one[i], other[(i + shift) % one.size()])) ++i;
    if (i == one.size()) return true;
  }
  return false;
}

/// Which of the pages begins a playlist that follows another one.
std::size_t first_after(const v1::Cue& before, const std::vector<v1::Page>& pages) {
  const auto old = pages_of(before);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (!shows(old, pages[i])) return i;
  }
  const auto last = message::turn_at(before, before.start_us() + before.duration_us() - 1).page;
  for (std::size_t step = 0; step < old.size(); ++step) {
    const auto& stood = old[(last + step) % old.size()];
    const auto found = std::find_if(pages.begin(), pages.end(), [&](const v1::Page& one) { return same(one, stood); });
    if (found != pages.end()) return static_cast<std::size_t>(found - pages.begin());
  }
  return 0;
}

}  // namespace

WallTime change_instant(WallTime earliest, const std::vector<model::PlannedCue>& promised,
                        const std::vector<WantedPages>& wanted) {
  WallTime at = std::chrono::ceil<seconds>(earliest);
  const auto follows = [&at](WallTime start) { return at <= start && start < at + seconds{1}; };
  while (std::any_of(promised.begin(), promised.end(),
                     [&](const auto& one) { return follows(wall_from_us(one.cue.start_us())); }) ||
         std::any_of(wanted.begin(), wanted.end(),
                     [&](const auto& one) { return follows(one.start) && one.start != at; })) {
    at += seconds{1};
  }
  return at;
}

WallTime end_of_wanted(const v1::Cue& promised, const std::vector<WantedPages>& wanted, WallTime earliest) {
  const WallTime end = wall_from_us(promised.start_us() + promised.duration_us());
  const auto pages = pages_of(promised);
  WallTime at = std::max(earliest, wall_from_us(promised.start_us()));
  for (const auto& stretch : wanted) {
    if (stretch.end <= at) continue;
    if (at >= end || stretch.start > at || !same_cycle(pages, stretch.pages)) break;
    at = stretch.end;
  }
  return std::min(at, end);
}

std::size_t first_page(const v1::Cue& before, const std::vector<v1::Page>& pages) {
  return before.pages_size() == 0 || same_cycle(pages_of(before), pages) ? 0 : first_after(before, pages);
}

}  // namespace loa::headend::planner
