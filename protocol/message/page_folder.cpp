#include "protocol/message/page_folder.hpp"

namespace loa::protocol::message {
namespace {

/// What tells one page from another.
void append_key(std::string& key, const v1::Page& page) {
  const auto append_number = [&key](auto number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); };
  append_number(static_cast<std::uint32_t>(page.object().size()));
  key += page.object();
  append_number(page.dwell_us());
  append_number(page.scroll_px_s());
}

}  // namespace

std::uint32_t PageFolder::number_of(const Pages& pages) {
  std::string key;
  for (const auto& page : pages) append_key(key, page);
  const auto next = static_cast<std::uint32_t>(plan_.playlists_size()) + 1;
  const auto [entry, fresh] = playlists_.try_emplace(std::move(key), next);
  if (!fresh) return entry->second;
  auto* playlist = plan_.add_playlists();
  for (const auto& page : pages) playlist->add_pages(index_of(page));
  return next;
}

void PageFolder::add(v1::Cue& cue) {
  Pages pages;
  pages.Swap(cue.mutable_pages());
  auto* added = plan_.add_cues();
  *added = cue;
  if (!pages.empty()) added->set_playlist_number(number_of(pages));
  pages.Swap(cue.mutable_pages());
}

std::uint32_t PageFolder::index_of(const v1::Page& page) {
  std::string key;
  append_key(key, page);
  const auto next = static_cast<std::uint32_t>(plan_.pages_size());
  const auto [entry, fresh] = pages_.try_emplace(std::move(key), next);
  if (fresh) *plan_.add_pages() = page;
  return entry->second;
}

}  // namespace loa::protocol::message
