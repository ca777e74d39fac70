#include "station/core/playlists.hpp"

#include <algorithm>

#include "protocol/message/playlist.hpp"

namespace loa::station::core {

using protocol::crypto::Sha256;

Playlists::Playlists(const v1::Plan& plan) : pages_(plan.pages().begin(), plan.pages().end()) {
  playlists_.reserve(static_cast<std::size_t>(plan.playlists_size()));
  for (const auto& playlist : plan.playlists()) {
    Playlist made;
    made.pages.assign(playlist.pages().begin(), playlist.pages().end());
    for (const auto page : made.pages) {
      const auto object = Sha256::from_bytes(pages_.at(page).object()).value_or(Sha256{});
      if (std::find(made.objects.begin(), made.objects.end(), object) == made.objects.end())
        made.objects.push_back(object);
    }
    playlists_.push_back(std::move(made));
  }
}

const std::vector<Sha256>& Playlists::objects(std::uint32_t number) const { return playlists_.at(number - 1).objects; }

std::vector<Sha256> Playlists::objects_of(const v1::Cue& cue) const {
  if (cue.playlist_number() > 0) return objects(cue.playlist_number());
  std::vector<Sha256> objects;
  for (const auto& bytes : protocol::message::objects_of(cue))
    objects.push_back(Sha256::from_bytes(bytes).value_or(Sha256{}));
  return objects;
}

void Playlists::unfold(std::uint32_t number, v1::Cue& cue) const {
  cue.clear_playlist_number();
  for (const auto page : playlists_.at(number - 1).pages) *cue.add_pages() = pages_[page];
}

}  // namespace loa::station::core
