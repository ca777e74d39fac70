#include "tools/simfleet/sim_presenter.hpp"

#include <algorithm>

#include "protocol/message/playlist.hpp"

namespace loa::tools::simfleet {
namespace {

constexpr std::int64_t mark_sync_us = 15 * second_us;
constexpr std::int64_t stall_limit_us = 2 * second_us;
constexpr std::int64_t told_after_us = 20 * millisecond_us;  // the decoder thread looks this often

std::int64_t end_us(const v1::Cue& cue) { return cue.start_us() + cue.duration_us(); }

}  // namespace

SimPresenter::SimPresenter(World world, station::journal::MarkSet marks, station::PresenterEvents events)
    : world_(std::move(world)), marks_(std::move(marks)), events_(std::move(events)) {}

SimPresenter::Voice* SimPresenter::find(std::uint64_t serial) {
  const auto voice =
      std::find_if(voices_.begin(), voices_.end(), [&](const Voice& one) { return one.serial == serial; });
  return voice == voices_.end() ? nullptr : &*voice;
}

void SimPresenter::set_awake(bool awake) { awake_ = awake; }

void SimPresenter::arm(const station::Assignment& assignment) {
  world_.armed(assignment);
  Voice voice;
  voice.assignment = assignment;
  voice.serial = ++serial_;
  voice.from_us = to_us(assignment.from);
  voice.from = world_.true_time(assignment.from_mono);
  voice.offset_us = voice.from_us - voice.from;
  voice.fit = fit_pages(assignment.cue);
  if (std::find(voice.fit.begin(), voice.fit.end(), true) == voice.fit.end()) {
    const auto part = part_of(voice, "content-damaged");
    return world_.post(told_after_us, [this, part] { ended(part, std::nullopt); });
  }
  voice.mark = next_mark_;
  next_mark_ = (next_mark_ + 1) % station::journal::MarkSet::count;
  voices_.push_back(voice);
  const auto wait = std::max<std::int64_t>(voice.from - world_.timeline.now(), 0);
  world_.post(wait, [this, serial = voice.serial] { begin(serial); });
}

std::vector<bool> SimPresenter::fit_pages(const v1::Cue& cue) {
  std::vector<bool> fit;
  for (std::size_t i = 0; i < protocol::message::page_count(cue); ++i) {
    const std::string object = protocol::message::page_of(cue, i).object();
    fit.push_back(world_.sound(object));
    if (!fit.back() && cue.pages_size() > 0) {
      world_.post(told_after_us, [this, object] { events_.page_damaged(object); });
    }
  }
  return fit;
}

void SimPresenter::begin(std::uint64_t serial) {
  Voice* voice = find(serial);
  if (voice == nullptr) return;
  const Instant now = world_.timeline.now();
  if (!awake_ || world_.device.gone) return end(*voice, "device-lost");
  if (now > voice->from) {  // joins in place, with the next whole period
    const std::int64_t late = (now - voice->from + period_us - 1) / period_us * period_us;
    voice->from += late;
    voice->from_us += late;
  }
  if (voice->from_us >= end_us(voice->assignment.cue)) return end(*voice, "complete");
  voice->begun = true;
  voice->booked_us = voice->from_us;
  update_mark(*voice);
  const auto left = end_us(voice->assignment.cue) - voice->from_us + voice->from - now;
  world_.post(left + told_after_us, [this, serial] { complete(serial); });
  world_.post(period_us, [this, serial, key = station::CueKey::of(voice->assignment.cue)] {
    if (find(serial) != nullptr) events_.started(key, 0);
  });
  if (world_.device.stalled_since) world_.post(stall_limit_us, [this, serial] { give_up(serial); });
  if (syncing_) return;
  syncing_ = true;
  world_.post(mark_sync_us, [this] { sync_marks(); });
}

void SimPresenter::sync_marks() {
  syncing_ = false;
  if (voices_.empty()) return;
  for (auto& voice : voices_) {
    book(voice);
    if (voice.begun) update_mark(voice);
  }
  marks_.sync();
  syncing_ = true;
  world_.post(mark_sync_us, [this] { sync_marks(); });
}

void SimPresenter::complete(std::uint64_t serial) {
  if (Voice* voice = find(serial)) end(*voice, "complete");
}

void SimPresenter::halt(const station::CueKey& cue) {
  world_.told("halt", cue);
  for (auto& voice : voices_) {
    if (station::CueKey::of(voice.assignment.cue) != cue) continue;
    world_.post(period_us, [this, serial = voice.serial] {  // the fade
      if (Voice* halted = find(serial)) end(*halted, "halted");
    });
  }
}

/// What was emitted past the new end was emitted all the same.
void SimPresenter::shorten(const station::CueKey& cue, WallTime end) {
  world_.told("shorten", cue);
  for (auto& voice : voices_) {
    v1::Cue& its = voice.assignment.cue;
    if (station::CueKey::of(its) != cue) continue;
    book(voice);
    its.set_duration_us(std::max(to_us(end), voice.booked_us) - its.start_us());
    const auto left = std::max<std::int64_t>(end_us(its) - voice.offset_us - world_.timeline.now(), 0);
    world_.post(left + told_after_us, [this, serial = voice.serial] { complete(serial); });
  }
}

void SimPresenter::settled(const station::CueKey& cue) {
  unproved_us_.erase(cue);
  const auto entry = ended_marks_.find(cue);
  if (entry == ended_marks_.end()) return;
  marks_.clear(entry->second);
  ended_marks_.erase(entry);
}

/// Writes down what the horn emitted until now: whole periods, but the last one of a cue ends with it.
void SimPresenter::book(Voice& voice) {
  if (!voice.begun) return;
  const std::int64_t end = end_us(voice.assignment.cue);
  const std::int64_t passed = std::max<std::int64_t>(world_.timeline.now() + voice.offset_us - voice.from_us, 0);
  const std::int64_t now_us = std::min(voice.from_us + passed / period_us * period_us, end);
  if (now_us <= voice.booked_us) return;
  if (world_.device.stalled_since || world_.device.gone) {
    voice.gaps.push_back({voice.booked_us, now_us});
  } else {
    world_.device.horn.emitted(
        station::CueKey::of(voice.assignment.cue),
        {{voice.booked_us, now_us}, voice.booked_us - voice.offset_us, voice.offset_us + voice.assignment.late_us});
  }
  voice.booked_us = now_us;
}

std::int64_t SimPresenter::frames_of(const Voice& voice) const {
  std::int64_t heard_us = voice.booked_us - voice.from_us;
  for (const auto& gap : voice.gaps) heard_us -= gap.to_us - gap.from_us;
  return heard_us * 6 / 125;
}

void SimPresenter::update_mark(const Voice& voice) {
  auto part = station::journal::begin_part(voice.assignment);
  part.from_us = voice.from_us;
  part.to_us = voice.booked_us;
  part.first_frame = static_cast<std::uint64_t>((voice.from_us - voice.assignment.cue.start_us()) * 6 / 125);
  part.frames = static_cast<std::uint64_t>(frames_of(voice));
  marks_.update(voice.mark, part);
}

/// What stood how long: by planned instants, the next fit page in the place of one that is not.
void SimPresenter::add_pages(const Voice& voice, v1::Proof& part) const {
  const v1::Cue& cue = voice.assignment.cue;
  if (cue.pages_size() == 0) return;
  std::map<std::string, std::int64_t> shown_us;
  for (std::int64_t at_us = voice.from_us; at_us < voice.booked_us;) {
    const auto turn = protocol::message::turn_at(cue, at_us);
    std::size_t page = turn.page;
    while (!voice.fit[page]) page = (page + 1) % voice.fit.size();
    const std::int64_t until_us = std::min(turn.end_us, voice.booked_us);
    shown_us[cue.pages(static_cast<int>(page)).object()] += until_us - at_us;
    at_us = until_us;
  }
  for (const auto& object : protocol::message::objects_of(cue)) {
    auto* page = part.add_pages();
    page->set_object(object);
    page->set_shown_us(shown_us[page->object()]);
  }
}

v1::Proof SimPresenter::part_of(const Voice& voice, const char* reason) const {
  const v1::Cue& cue = voice.assignment.cue;
  v1::Proof part;
  part.set_occurrence(cue.occurrence());
  part.set_segment(cue.segment());
  part.set_medium(cue.medium());
  part.set_object(cue.object());
  part.set_plan_sequence(voice.assignment.plan_sequence);
  part.set_reason(reason);
  part.set_from_us(voice.from_us);
  part.set_to_us(voice.from_us);
  if (!voice.begun || voice.booked_us <= voice.from_us) return part;
  part.set_bucket(v1::BUCKET_PLAYED);
  part.set_to_us(std::min(voice.booked_us + world_.device.lie_us, end_us(cue)));
  part.set_first_frame(static_cast<std::uint64_t>((voice.from_us - cue.start_us()) * 6 / 125));
  part.set_frames(static_cast<std::uint64_t>(frames_of(voice) + world_.device.lie_us * 6 / 125));
  part.set_gain_cb(voice.assignment.gain_cb);
  for (const auto& gap : voice.gaps) {
    auto* added = part.add_gaps();
    added->set_at_us(gap.from_us);
    added->set_length_us(gap.to_us - gap.from_us);
  }
  add_pages(voice, part);
  return part;
}

/// A gap at the very end is not part of what was heard.
void SimPresenter::end(Voice& voice, const char* reason) {
  book(voice);
  if (!voice.gaps.empty() && voice.gaps.back().to_us == voice.booked_us && std::string_view{reason} != "complete") {
    voice.booked_us = voice.gaps.back().from_us;
    voice.gaps.pop_back();
  }
  const auto part = part_of(voice, reason);
  if (voice.begun) update_mark(voice);
  const auto mark = voice.mark;
  unproved_us_[station::CueKey::of(part)] = part.to_us() - part.from_us();
  voices_.remove_if([&](const Voice& one) { return &one == &voice; });
  world_.post(told_after_us, [this, part, mark] { ended(part, mark); });
}

void SimPresenter::ended(const v1::Proof& part, std::optional<std::size_t> mark) {
  if (mark) ended_marks_[station::CueKey::of(part)] = *mark;
  events_.ended(part);
}

void SimPresenter::give_up(std::uint64_t serial) {
  Voice* voice = find(serial);
  const auto since = world_.device.stalled_since;
  if (voice != nullptr && since && world_.timeline.now() - *since >= stall_limit_us) end(*voice, "device-lost");
}

void SimPresenter::device_changes() {
  for (auto& voice : voices_) book(voice);
}

void SimPresenter::device_changed() {
  std::vector<std::uint64_t> begun;
  for (const auto& voice : voices_) {
    if (voice.begun) begun.push_back(voice.serial);
  }
  for (const auto serial : begun) {
    if (world_.device.gone)
      end(*find(serial), "device-lost");
    else if (world_.device.stalled_since)
      world_.post(stall_limit_us, [this, serial] { give_up(serial); });
  }
}

void SimPresenter::die() {
  for (auto& voice : voices_) {
    book(voice);
    if (!voice.begun) continue;
    update_mark(voice);
    unproved_us_[station::CueKey::of(voice.assignment.cue)] += voice.booked_us - voice.from_us;
  }
  for (const auto& [cue, part_us] : unproved_us_) world_.device.horn.cut_short(cue, part_us);
}

}  // namespace loa::tools::simfleet
