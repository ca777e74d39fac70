#include "protocol/message/compact.hpp"

#include <set>
#include <unordered_map>
#include <vector>

#include "protocol/message/check.hpp"
#include "protocol/message/demand.hpp"
#include "protocol/message/page_folder.hpp"

namespace loa::protocol::message {
namespace {

/// Cleared memory of a message stays with it; this gives it back.
template <class Message>
void drop(google::protobuf::RepeatedPtrField<Message>* entries) {
  google::protobuf::RepeatedPtrField<Message>{}.Swap(entries);
}

std::string pattern_of(v1::Cue cue) {
  cue.clear_occurrence();
  cue.clear_start_us();
  return cue.SerializeAsString();
}

/// Without a bound on its bytes one template could be multiplied by every cue until the memory is full.
Result<void> check_template(const v1::Cue& cue) {
  LOA_TRY(demand(cue.ByteSizeLong() <= max_template_bytes, "a template has {} bytes, more than {}", cue.ByteSizeLong(),
                 max_template_bytes));
  return demand(cue.occurrence().empty() && cue.start_us() == 0 && cue.template_number() == 0 && cue.pages_size() == 0,
                "a template has an occurrence, a start, pages or a template of its own");
}

Result<void> check_playlist(const v1::Plan& plan, const v1::Playlist& playlist) {
  for (const auto index : playlist.pages()) {
    LOA_TRY(demand(index < static_cast<std::uint32_t>(plan.pages_size()),
                   "a playlist names page {}, and the plan has {}", index, plan.pages_size()));
  }
  return {};
}

}  // namespace

void fold_pages(v1::Plan& plan) {
  if (plan.playlists_size() > 0 || plan.pages_size() > 0) return;
  PageFolder folder{plan};
  for (auto& cue : *plan.mutable_cues()) {
    if (cue.pages_size() == 0) continue;
    cue.set_playlist_number(folder.number_of(cue.pages()));
    drop(cue.mutable_pages());
  }
}

Result<void> unfold_pages(v1::Plan& plan) {
  std::size_t written = 0;
  for (const auto& playlist : plan.playlists()) LOA_TRY(check_playlist(plan, playlist));
  for (auto& cue : *plan.mutable_cues()) {
    const auto number = cue.playlist_number();
    if (number == 0) continue;
    LOA_TRY(demand(number <= static_cast<std::uint32_t>(plan.playlists_size()), "a cue names playlist {} of {}", number,
                   plan.playlists_size()));
    const auto& playlist = plan.playlists(static_cast<int>(number) - 1);
    written += static_cast<std::size_t>(playlist.pages_size());
    LOA_TRY(demand(written <= max_unfolded_pages, "its cues have more than {} pages together", max_unfolded_pages));
    for (const auto index : playlist.pages()) *cue.add_pages() = plan.pages(static_cast<int>(index));
    cue.clear_playlist_number();
  }
  drop(plan.mutable_playlists());
  drop(plan.mutable_pages());
  return {};
}

void fold_cues(v1::Plan& plan) {
  if (plan.templates_size() > 0) return;
  std::vector<std::string> patterns;
  std::unordered_map<std::string_view, std::uint32_t> uses, numbers;
  patterns.reserve(static_cast<std::size_t>(plan.cues_size()));
  for (const auto& cue : plan.cues()) patterns.push_back(pattern_of(cue));
  for (const auto& pattern : patterns) ++uses[pattern];
  for (int i = 0; i < plan.cues_size(); ++i) {
    const std::string_view pattern = patterns[static_cast<std::size_t>(i)];
    if (uses[pattern] < 2) continue;
    const auto next = static_cast<std::uint32_t>(plan.templates_size()) + 1;
    const auto [entry, fresh] = numbers.try_emplace(pattern, next);
    if (fresh) plan.add_templates()->ParseFromArray(pattern.data(), static_cast<int>(pattern.size()));
    v1::Cue brief;
    brief.set_occurrence(plan.cues(i).occurrence());
    brief.set_start_us(plan.cues(i).start_us());
    brief.set_template_number(entry->second);
    plan.mutable_cues(i)->Swap(&brief);
  }
}

Result<void> unfold_cues(v1::Plan& plan) {
  LOA_TRY(demand(static_cast<std::size_t>(plan.templates_size()) <= max_templates, "{} templates are more than {}",
                 plan.templates_size(), max_templates));
  LOA_TRY(demand(static_cast<std::size_t>(plan.cues_size()) <= max_cues, "{} cues are more than {}", plan.cues_size(),
                 max_cues));
  for (const auto& cue : plan.templates()) LOA_TRY(check_template(cue));
  for (auto& cue : *plan.mutable_cues()) {
    const auto number = cue.template_number();
    if (number == 0) continue;
    LOA_TRY(demand(number <= static_cast<std::uint32_t>(plan.templates_size()), "a cue names template {} of {}", number,
                   plan.templates_size()));
    v1::Cue whole = plan.templates(static_cast<int>(number) - 1);
    whole.MergeFrom(cue);
    whole.clear_template_number();
    cue.Swap(&whole);
  }
  drop(plan.mutable_templates());
  return {};
}

v1::Plan compact(v1::Plan plan) {
  fold_pages(plan);
  fold_cues(plan);
  return plan;
}

Result<v1::Plan> expand(v1::Plan plan) {
  LOA_TRY(unfold_cues(plan));
  LOA_TRY(unfold_pages(plan));
  return plan;
}

void prune(v1::Plan& plan) {
  v1::Plan rest;
  rest.mutable_pages()->Swap(plan.mutable_pages());
  rest.mutable_playlists()->Swap(plan.mutable_playlists());
  rest.mutable_objects()->Swap(plan.mutable_objects());
  PageFolder folder{plan};
  std::unordered_map<std::uint32_t, std::uint32_t> numbers;
  std::set<std::string_view> named;
  for (auto& cue : *plan.mutable_cues()) {
    named.insert(cue.object());
    for (const auto& page : cue.pages()) named.insert(page.object());
    if (cue.playlist_number() == 0) continue;
    auto& number = numbers[cue.playlist_number()];
    if (number == 0) {
      google::protobuf::RepeatedPtrField<v1::Page> pages;
      for (const auto index : rest.playlists(static_cast<int>(cue.playlist_number()) - 1).pages())
        *pages.Add() = rest.pages(static_cast<int>(index));
      number = folder.number_of(pages);
    }
    cue.set_playlist_number(number);
  }
  for (const auto& page : plan.pages()) named.insert(page.object());
  for (auto& object : *rest.mutable_objects()) {
    if (named.contains(object.sha256())) plan.add_objects()->Swap(&object);
  }
}

std::size_t plain_bytes(const v1::Plan& plan) {
  constexpr std::size_t longer_length = 2;  // of a cue that has grown
  std::vector<std::size_t> sizes;
  for (const auto& playlist : plan.playlists()) {
    std::size_t bytes = 0;
    for (const auto index : playlist.pages()) {
      const auto page = plan.pages(static_cast<int>(index)).ByteSizeLong();
      bytes += page + (page < 128 ? 3 : 4);
    }
    sizes.push_back(bytes);
  }
  std::size_t sum = plan.ByteSizeLong();
  for (const auto& cue : plan.cues()) {
    if (cue.playlist_number() > 0) sum += sizes[cue.playlist_number() - 1] + longer_length;
  }
  return sum;
}

}  // namespace loa::protocol::message
