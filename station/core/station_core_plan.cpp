// What a station is told to do, and the content it needs for it.
#include <algorithm>

#include "protocol/message/check.hpp"
#include "station/core/station_core.hpp"

namespace loa::station::core {
namespace {

constexpr std::int64_t memory_us = 9 * 86'400'000'000;  // the policy counts by the week

Block dropped_block(Slot slot) {
  return {v1::BUCKET_INTERRUPTED, slot == Slot::emergency ? Reason::called_off : Reason::plan_changed};
}

/// Whether no track before it named the same playlist: of cues with equal pages the first one is needed soonest.
bool is_news(std::set<std::pair<const Playlists*, std::uint32_t>>& seen, const Track& track) {
  return track.cue.playlist_number() == 0 || seen.emplace(track.playlists.get(), track.cue.playlist_number()).second;
}

/// How a cue differs from what a track was given already, in whatever form the two plans say it.
enum class Change {
  none,
  ends_sooner,  ///< of a sign, and the same otherwise: what an edit of its slogans does to the cue on air
  other
};

Change change_of(const Track& track, const v1::Cue& cue, const Playlists& playlists) {
  const v1::Cue before = track.whole_cue();
  v1::Cue whole = cue;
  if (cue.playlist_number() > 0) playlists.unfold(cue.playlist_number(), whole);
  const bool sooner = cue.medium() == v1::MEDIUM_SIGN && cue.duration_us() < before.duration_us();
  if (sooner) whole.set_duration_us(before.duration_us());
  if (whole.SerializeAsString() != before.SerializeAsString()) return Change::other;
  return sooner ? Change::ends_sooner : Change::none;
}

}  // namespace

void StationCore::plan_was_made(WallTime made) {
  clock_.at_least(made);
  made_us_ = std::max(made_us_, to_us(made));
}

WallTime StationCore::remembers_since() const { return wall_from_us(made_us_ - memory_us); }

void StationCore::take(const PlanArrived& event) {
  if (event.slot == Slot::plan) plan_was_made(wall_from_us(event.plan.made_us()));
  SlotPlan& slot = slots_[event.slot];
  slot = {event.sequence, event.plan.policy(), event.plan.horizon_us(), event.plan.content_url(), {}, {}};
  for (const auto& object : event.plan.objects()) {
    const auto name = Sha256::from_bytes(object.sha256());
    if (!name) continue;
    slot.objects.emplace(*name, object);
    held_[*name] = event.held.contains(*name);
  }
  if (event.slot == Slot::plan) {
    *brightness_.mutable_policy() = event.plan.policy();
    *brightness_.mutable_brightness() = event.plan.brightness();
  }
  std::erase_if(held_, [this](const auto& entry) { return object_of_plans(entry.first) == nullptr; });
  slot.playlists = std::make_shared<const Playlists>(event.plan);
  retire_cues_not_in(event.plan, event.slot);
  for (const auto& cue : event.plan.cues()) adopt_cue(cue, event.slot, event.at_start);
  if (event.slot == Slot::plan) forget_old();
  order_tracks();
  want_objects();
}

void StationCore::adopt_cue(const v1::Cue& cue, Slot slot, bool at_start) {
  auto [entry, fresh] = tracks_.try_emplace(CueKey::of(cue));
  Track& track = entry->second;
  track.slot = slot;  // the two plans share no occurrence (protocol/message/check)
  if (fresh) {
    track.cue = cue;
    track.playlists = slots_[slot].playlists;
    const auto journalled = journal_.extract(entry->first);
    track.remember(journalled ? journalled.mapped() : std::vector<Span>{});
    // Of a cue so old the journal may know nothing any more, or only a part: it has its account.
    if (track.end_us() < to_us(remembers_since())) track.frontier_us = track.end_us();
    track.known_before = track.frontier_us > track.start_us() || !track.known.empty();
    track.block =
        at_start ? Block{v1::BUCKET_NODE_DARK, Reason::starting} : Block{v1::BUCKET_SKIPPED_LATE, Reason::plan_late};
  }
  track.in_plan = true;
  track.plan_sequence = slots_[slot].sequence;
  const Change change = track.assigned ? change_of(track, cue, *slots_[slot].playlists) : Change::none;
  const bool shortened = change == Change::ends_sooner && !track.halting;
  if (change != Change::none && !shortened) halt(track, dropped_block(slot));
  const bool moved = track.cue.start_us() != cue.start_us();
  const bool resized = track.cue.duration_us() != cue.duration_us();
  const auto accounted = track.accounted();
  track.cue = cue;
  track.playlists = slots_[slot].playlists;
  if (moved || resized) track.remember(accounted);
  if (shortened) shorten(track);
  if (!track.assigned && !track.begun) {
    if (moved) track.waits.clear();
    const bool untouched = track.frontier_us == track.start_us() && track.known.empty();
    if (untouched && cue.late_policy() == v1::LATE_POLICY_WHOLE) {
      track.wants_whole = true;
    } else {
      decide(track);
    }
  }
  if (protocol::message::is_reserved(cue.occurrence())) return;
  const WallTime start = wall_from_us(cue.start_us());
  auto [session, first] = sessions_.try_emplace(cue.occurrence(), protocol::policy::Session{start, false});
  if (!first) session->second.first_start = std::min(session->second.first_start, start);
}

/// What is on goes on to its new end, and what adjoins there follows without a break.
void StationCore::shorten(Track& track) {
  track.armed_end_us = std::min(track.armed_end_us, track.end_us());
  actions_.emplace_back(Shorten{track.cue.medium(), CueKey::of(track.cue), wall_from_us(track.armed_end_us)});
}

/// A later plan may name it again.
void StationCore::remember_dropped(const Track& track) {
  if (auto accounted = track.accounted(); !accounted.empty()) journal_[CueKey::of(track.cue)] = std::move(accounted);
}

// What a newer plan no longer names is not played any more; what began before that plan was made still owes its
// account, even if the clock that could tell how much of it is not believed yet.
void StationCore::retire_cues_not_in(const v1::Plan& plan, Slot slot) {
  std::map<CueKey, bool> named;
  for (const auto& cue : plan.cues()) named[CueKey::of(cue)] = true;
  for (auto entry = tracks_.begin(); entry != tracks_.end();) {
    Track& track = entry->second;
    if (track.slot != slot || named.contains(entry->first)) {
      ++entry;
    } else if (track.assigned) {
      track.in_plan = false;
      track.dropped_us = plan.made_us();
      halt(track, dropped_block(slot));
      ++entry;
    } else if (!track.closed() && track.start_us() < plan.made_us()) {
      track.in_plan = false;
      ++entry;
    } else {
      remember_dropped(track);
      entry = tracks_.erase(entry);
    }
  }
}

// A station runs for years: of what ended more than a week before the plan was made nobody asks any more.
void StationCore::forget_old() {
  const std::int64_t since = to_us(remembers_since());
  std::erase_if(journal_, [&](const auto& entry) { return entry.second.back().to_us < since; });
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.first_start < wall_from_us(since); });
  std::erase_if(stopped_, [&](const auto& entry) { return !sessions_.contains(entry.first); });
}

void StationCore::order_tracks() {
  order_.clear();
  for (auto& [key, track] : tracks_) order_.push_back(&track);
  std::stable_sort(order_.begin(), order_.end(),
                   [](const Track* a, const Track* b) { return a->start_us() < b->start_us(); });
  first_open_ = 0;
}

void StationCore::take(const ObjectHeld& event) {
  held_[event.object] = true;
  for (const Track* track : assigned_) {
    const auto objects = track->objects();
    const bool waits = track->has_pages() && !track->halting;
    if (waits && std::find(objects.begin(), objects.end(), event.object) != objects.end())
      actions_.emplace_back(LookAgain{track->cue.medium(), CueKey::of(track->cue)});
  }
  want_objects();
}

void StationCore::take(const ObjectLost& event) {
  if (const auto entry = held_.find(event.object); entry != held_.end()) entry->second = false;
  want_objects();
}

bool StationCore::held(const Sha256& object) const {
  const auto entry = held_.find(object);
  return entry != held_.end() && entry->second;
}

bool StationCore::holds(const Track& track) const {
  const auto objects = track.objects();
  return std::any_of(objects.begin(), objects.end(), [this](const Sha256& object) { return held(object); });
}

bool StationCore::owes_for_dropped() const {
  return std::any_of(tracks_.begin(), tracks_.end(),
                     [](const auto& entry) { return !entry.second.in_plan && !entry.second.closed(); });
}

bool StationCore::awaits_cue_before(const v1::Plan& newer) const {
  if (newer.made_us() <= now_us()) return false;
  std::set<CueKey> named;
  for (const auto& cue : newer.cues()) named.insert(CueKey::of(cue));
  return std::any_of(tracks_.begin(), tracks_.end(), [&](const auto& entry) {
    const Track& track = entry.second;
    return track.slot == Slot::plan && !track.closed() && track.start_us() >= now_us() &&
           track.start_us() < newer.made_us() && !named.contains(entry.first);
  });
}

const v1::Object* StationCore::object_of_plans(const Sha256& name) const {
  for (const Slot slot : {Slot::emergency, Slot::plan}) {
    const auto& objects = slots_[slot].objects;
    if (const auto object = objects.find(name); object != objects.end()) return &object->second;
  }
  return nullptr;
}

StationCore::Content StationCore::content() const {
  std::set<Sha256> names;
  std::set<std::pair<const Playlists*, std::uint32_t>> seen;
  for (std::size_t i = first_open_; i < order_.size(); ++i) {
    const Track& track = *order_[i];
    if (!track.in_plan || track.closed()) continue;
    if (clock_usable() && track.air_end_us() <= now_us() && !track.assigned) continue;
    if (!is_news(seen, track)) continue;
    for (const Sha256& object : track.objects()) names.insert(object);
  }
  Content content;
  for (const Sha256& name : names) {
    const auto entry = held_.find(name);
    if (entry == held_.end()) continue;
    ++content.wanted;
    content.held += entry->second ? 1 : 0;
  }
  return content;
}

std::map<Sha256, WallTime> StationCore::objects_needed() const {
  std::map<Sha256, WallTime> needed;
  std::set<std::pair<const Playlists*, std::uint32_t>> seen;
  for (const Track* track : order_) {  // by their begin
    if (track->closed() || !is_news(seen, *track)) continue;
    const WallTime from = track->slot == Slot::emergency ? WallTime{} : wall_from_us(track->start_us());
    for (const Sha256& object : track->objects()) {
      auto& first = needed.try_emplace(object, from).first->second;
      first = std::min(first, from);
    }
  }
  return needed;
}

void StationCore::want_objects() {
  Want want;
  std::map<Sha256, bool> listed;
  for (const Slot slot : {Slot::emergency, Slot::plan}) {
    std::set<std::pair<const Playlists*, std::uint32_t>> seen;
    for (const Track* track : order_) {
      if (track->slot != slot || track->closed() || !is_news(seen, *track)) continue;
      for (const Sha256& name : track->objects()) {
        const auto* object = object_of_plans(name);
        if (held(name) || object == nullptr || !listed.emplace(name, true).second) continue;
        if (want.objects.empty()) want.content_url = slots_[slot].content_url;
        want.objects.push_back(*object);
      }
    }
  }
  actions_.emplace_back(std::move(want));
}

}  // namespace loa::station::core
