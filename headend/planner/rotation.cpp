#include "headend/planner/rotation.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "protocol/message/check.hpp"

namespace loa::headend::planner {
namespace {

/// Time of a strip from entering at the right to having left at the left.
Micros pass_of(std::uint32_t image_px, std::uint32_t sign_px, std::uint32_t px_s) {
  const auto way_px = std::int64_t{image_px} + sign_px;
  return Micros{(way_px * 1'000'000 + px_s - 1) / px_s};
}

std::vector<Playlist> stretches_of(const std::vector<const model::Slogan*>& slogans,
                                   const model::Catalogue& catalogue) {
  std::set<Micros> edges;
  for (const auto* slogan : slogans) edges.insert({slogan->from, slogan->to});
  std::vector<Playlist> stretches;
  for (auto edge = edges.begin(); edge != edges.end() && std::next(edge) != edges.end(); ++edge) {
    Playlist stretch{*edge, *std::next(edge), {}, 0};
    for (const auto* slogan : slogans) {
      if (slogan->from > stretch.from || stretch.to > slogan->to) continue;
      if (stretch.pages.size() < protocol::message::max_pages) {
        stretch.pages.push_back({slogan, dwell_of(*slogan, catalogue)});
      } else {
        ++stretch.crowded_out;
      }
    }
    if (!stretch.pages.empty()) stretches.push_back(std::move(stretch));
  }
  return stretches;
}

}  // namespace

Micros dwell_of(const model::Slogan& slogan, const model::Catalogue& catalogue) {
  const Micros asked = std::max<Micros>(slogan.dwell, protocol::message::min_dwell);
  Micros longest{0};
  for (const auto& entry : slogan.images) {
    const auto* content = catalogue.content(entry.object);
    const bool scrolls = content && content->image && content->image->width_px > entry.geometry.width_px;
    if (scrolls && slogan.scroll_px_s > 0)
      longest = std::max(longest, pass_of(content->image->width_px, entry.geometry.width_px, slogan.scroll_px_s));
  }
  if (longest == Micros{0}) return asked;
  return std::min<Micros>((asked + longest - Micros{1}) / longest * longest, protocol::message::max_duration);
}

std::vector<Playlist> playlists_of(const std::vector<const model::Slogan*>& slogans, const model::Catalogue& catalogue,
                                   Micros longest) {
  std::vector<Playlist> playlists;
  for (const auto& stretch : stretches_of(slogans, catalogue)) {
    const Micros round = std::accumulate(stretch.pages.begin(), stretch.pages.end(), Micros{0},
                                         [](Micros sum, const PageTurn& page) { return sum + page.dwell; });
    const Micros piece = std::max<std::int64_t>(longest / round, 1) * round;
    for (Micros at = stretch.from; at < stretch.to; at += piece) {
      playlists.push_back({at, std::min(at + piece, stretch.to), stretch.pages, stretch.crowded_out});
    }
  }
  return playlists;
}

}  // namespace loa::headend::planner
