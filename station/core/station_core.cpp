#include "station/core/station_core.hpp"

#include <algorithm>

#include "protocol/message/check.hpp"
#include "station/core/brightness.hpp"

namespace loa::station::core {
namespace {

constexpr std::int64_t retry_delay_us = 1'000'000;     // before a failed device is tried again
constexpr std::int64_t longest_delay_us = 60'000'000;  // between attempts at content that cannot be played

}  // namespace

StationCore::StationCore(CoreSettings settings, const std::vector<Accounted>& journal, MonoTime born,
                         const ClockMemory& memory)
    : settings_(settings), clock_(memory), born_(born), faults_(settings.faults), trials_(settings.trials, born) {
  for (const Accounted& entry : journal) {
    auto& spans = journal_[entry.cue];
    const Span said = span_of(entry.from_us, entry.to_us, entry.bucket);
    entry.anew ? replace(spans, said) : spans.push_back(said);
    const bool sounded = entry.bucket == v1::BUCKET_PLAYED && entry.medium == v1::MEDIUM_AUDIO;
    if (!sounded || protocol::message::is_reserved(entry.cue.occurrence)) continue;
    const WallTime from = wall_from_us(entry.from_us);
    auto [session, fresh] = sessions_.try_emplace(entry.cue.occurrence, protocol::policy::Session{from, true});
    if (!fresh) session->second.first_start = std::min(session->second.first_start, from);
  }
  for (auto& [key, spans] : journal_)
    std::sort(spans.begin(), spans.end(),
              [](const Span& one, const Span& other) { return one.from_us < other.from_us; });
}

Actions StationCore::on(const Event& event, const Now& now) {
  actions_.clear();
  observe_clock(now, std::get_if<PlanArrived>(&event));
  std::visit([this](const auto& happened) { take(happened); }, event);
  if (clock_usable()) {
    if (clock_settled()) step();
  } else {
    waited_for_clock_ = true;
  }
  try_outputs();
  tell_faults();
  return std::exchange(actions_, {});
}

// ---- presenters ---------------------------------------------------------------------------------------------------

Track* StationCore::find(const CueKey& key) {
  const auto entry = tracks_.find(key);
  return entry == tracks_.end() ? nullptr : &entry->second;
}

void StationCore::take(const PartStarted& event) {
  if (test_ && test_->owns(event.cue)) {
    test_->started(event.cue);
    actions_.emplace_back(Report{});
    return;
  }
  Track* track = find(event.cue);
  if (track == nullptr) return;
  track->on_air = true;
  start_error_us_ = event.start_error_us;
  if (track->cue.medium() == v1::MEDIUM_AUDIO) {
    if (!protocol::message::is_reserved(event.cue.occurrence)) sessions_[event.cue.occurrence].aired = true;
  }
  note_device(track->cue.medium(), true);
  damaged_.erase(object_of(track->cue));
  actions_.emplace_back(Report{});
}

void StationCore::take(const PartEnded& event) {
  if (test_ && test_->owns(CueKey::of(event.part))) return end_test_part(event.part);
  Track* track = find(CueKey::of(event.part));
  if (track == nullptr) return;
  track->assigned = track->on_air = track->halting = false;
  std::erase(assigned_, track);
  last_end_us_[track->cue.medium()] = clock_usable() ? now_us() : 0;
  watch_part(*track, event.part);
  settle(*track, event.part);
  if (track->wants_whole) track->shift_us = 0;  // nothing of it was heard: it may begin later still
  if (!track->in_plan) {
    if (clock_usable() && now_us() >= track->air_start_us() && track->block) {
      decide(*track);
      account(*track, track->end_us(), *track->block);
    }
    const bool owes = !track->closed() && track->start_us() < track->dropped_us;  // in its time
    if (!owes) {
      remember_dropped(*track);
      tracks_.erase(CueKey::of(event.part));
      order_tracks();
    }
  }
  actions_.emplace_back(Report{});
}

void StationCore::take(const PageDamaged& event) {
  held_[event.object] = false;
  actions_.emplace_back(Inspect{event.object});
}

// The part itself, then what its end means for the rest of the cue.
void StationCore::settle(Track& track, const v1::Proof& part) {
  if (part.to_us() > part.from_us() && part.bucket() == v1::BUCKET_PLAYED) {
    keep_played(track, part);
  } else if (track.late_because && part.reason() == name_of(Reason::halted)) {  // until now that was the reason
    account(track, now_us() - track.shift_us, *track.late_because);
  }
  if (part.reason() == name_of(Reason::device_lost)) {
    track.block = Block{v1::BUCKET_INTERRUPTED, Reason::device_lost};
    track.retry_us = now_us() + retry_delay_us;
    note_device(track.cue.medium(), false);
  } else if (part.reason() == name_of(Reason::content_damaged)) {
    track.block = Block{v1::BUCKET_CONTENT_MISSING, Reason::content_damaged};
    track.patience_us = std::clamp(2 * track.patience_us, retry_delay_us, longest_delay_us);
    track.retry_us = now_us() + track.patience_us;  // the file may be whole and no sound at all
    held_[object_of(track.cue)] = false;
    damaged_.insert(object_of(track.cue));
    actions_.emplace_back(Inspect{object_of(track.cue)});
  } else if (part.reason() == name_of(Reason::complete) && !track.closed()) {
    account(track, track.armed_end_us, track.block.value_or(Block{v1::BUCKET_INTERRUPTED, Reason::device_late}));
  }
}

void StationCore::keep_played(Track& track, const v1::Proof& part) {
  track.begun = true;
  track.wants_whole = false;
  track.waits.clear();
  const bool news = part.to_us() > track.frontier_us || part.reason() == name_of(Reason::complete);
  const std::int64_t end = std::min(track.armed_end_us, track.end_us());
  const std::int64_t from = std::clamp(part.from_us(), std::min(track.frontier_us, end), end);
  if (news) account(track, from, track.late_because.value_or(Block{v1::BUCKET_INTERRUPTED, Reason::device_late}));
  auto heard = track.take(part);
  if (!heard) return;
  heard->set_clock_grade(track.clock_grade);
  actions_.emplace_back(Keep{*std::move(heard)});
}

/// Books cue time up to `to_us` that nobody heard. Nothing happens to what is booked already.
void StationCore::account(Track& track, std::int64_t to_us, const Block& block) {
  for (auto& part : track.account(to_us, block)) keep(std::move(part));
}

void StationCore::keep(v1::Proof part) {
  part.set_clock_grade(static_cast<v1::ClockGrade>(now_.grade));
  actions_.emplace_back(Keep{std::move(part)});
}

// ---- time ---------------------------------------------------------------------------------------------------------

void StationCore::take(const OfficeSpoke& event) {
  clock_.office_signed(event.signed_at, now_.mono, event.news);
  if (const auto memory = clock_.remember(now_, false)) actions_.emplace_back(Remember{*memory});
}

void StationCore::take(const Tick& /*event*/) {}

/// Tracks that begin by an instant and still owe something.
std::vector<Track*> StationCore::open_until(std::int64_t start_us) const {
  std::vector<Track*> tracks;
  for (std::size_t i = first_open_; i < order_.size() && order_[i]->start_us() <= start_us; ++i) {
    if (!order_[i]->closed() || order_[i]->assigned) tracks.push_back(order_[i]);
  }
  return tracks;
}

void StationCore::step() {
  while (first_open_ < order_.size() && order_[first_open_]->closed() && !order_[first_open_]->assigned) ++first_open_;
  for (Track* track : open_until(now_us() + settings_.arm_lead.count())) step_cue(*track);
  watch_awake();
  watch_brightness();
  watch_content();
}

void StationCore::step_cue(Track& track) {
  if (!track.assigned) {
    if (!track.begun) {
      account_dark(track);
      account_waiting(track);
    }
    if (!track.closed()) wait_or_arm(track);
    return;
  }
  const auto block = why_not(track);
  if (block && !track.halting) halt(track, *block);
}

void StationCore::wait_or_arm(Track& track) {
  const auto block = why_not(track);
  follow_pre_emption(track, block);
  if (track.closed()) return;
  if (track.wants_whole && now_us() > track.start_us()) return wait_for_whole(track, block);
  const std::int64_t at = now_us() - track.shift_us;
  if (!block && at < track.end_us()) {
    const std::int64_t from_us = std::max(track.frontier_us, track.start_us());
    if (at >= from_us - settings_.arm_lead.count() && now_us() >= track.retry_us) arm(track, from_us);
    return;
  }
  note_block(track, block, at);
  if (at >= track.end_us()) {
    account(track, track.end_us(), track.block.value_or(Block{v1::BUCKET_NODE_DARK, Reason::process_late}));
  }
}

/// Another reason than until now: what is over is booked under the one before.
void StationCore::note_block(Track& track, const std::optional<Block>& block, std::int64_t at_us) {
  if (!block || track.block == block) return;
  if (track.block) account(track, at_us, *track.block);
  track.block = block;
}

// What has lost the air to a higher class comes back in place unless its cue says otherwise. A cue that does not come
// back has its account at once, so that it does not come back after a restart either.
void StationCore::follow_pre_emption(Track& track, const std::optional<Block>& block) {
  const Block lost = pre_empted_block();
  if ((block != lost && track.block != lost) || now_us() < track.air_start_us()) return;
  if (track.cue.preempt_policy() == v1::PREEMPT_POLICY_DROP) {
    note_block(track, lost, now_us() - track.shift_us);
    decide(track);
    account(track, track.end_us(), lost);
  } else if (track.cue.preempt_policy() == v1::PREEMPT_POLICY_RESTART && !track.known_before &&
             (track.begun || track.frontier_us == track.start_us())) {
    track.wants_whole = true;
    track.shift_us = 0;
  }
}

// The cue begins from its beginning as soon as it may, that much later than planned; or, once it cannot end in time any
// more, not at all.
void StationCore::wait_for_whole(Track& track, const std::optional<Block>& block) {
  note_block(track, block, now_us());
  const bool for_good = block && is_final(*block);
  const auto obstacle = obstacle_to_whole(track);
  if (for_good || obstacle) {
    account(track, now_us(), track.block ? *track.block : *obstacle);
    decide(track);
    if (for_good) return wait_or_arm(track);
    account(track, track.end_us(), *obstacle);
  } else if (!block && now_us() >= track.retry_us) {
    account(track, now_us(), track.block.value_or(Block{v1::BUCKET_INTERRUPTED, Reason::device_late}));
    track.shift_us = now_us() + settings_.pre_roll.count() - track.start_us();
    arm(track, track.start_us());
  }
}

/// It does not begin from its beginning any more: what waited for that is booked.
void StationCore::decide(Track& track) {
  track.wants_whole = false;
  for (const auto& wait : std::exchange(track.waits, {})) account(track, wait.to_us, wait.block);
}

void StationCore::arm(Track& track, std::int64_t from_us) {
  const auto& policy = slots_[track.slot].policy;
  const v1::Cue on_air = track.shifted(track.shift_us);
  Assignment assignment;
  assignment.cue = track.whole_cue();
  assignment.plan_sequence = track.plan_sequence;
  assignment.from = wall_from_us(from_us);
  assignment.from_mono = anchor_.mono_of(wall_from_us(from_us + track.shift_us));
  assignment.gain_cb = track.slot == Slot::emergency ? protocol::policy::emergency_gain_cb(policy, track.cue)
                                                     : protocol::policy::capped_gain_cb(policy, on_air);
  assignment.late_us = track.shift_us;
  assignment.clock_grade = static_cast<v1::ClockGrade>(now_.grade);
  track.clock_grade = assignment.clock_grade;
  assignment.anew = track.is_anew(from_us, track.end_us());
  track.armed_end_us = std::min(track.open_end_us(), slots_[track.slot].horizon_us - track.shift_us);
  assignment.cue.set_duration_us(track.armed_end_us - track.start_us());
  track.assigned = true;
  assigned_.push_back(&track);
  if (now_us() <= track.air_start_us()) track.block.reset();
  track.late_because = track.block;
  actions_.emplace_back(Arm{std::move(assignment)});
}

void StationCore::halt(Track& track, Block why) {
  track.block = std::move(why);
  track.halting = true;
  actions_.emplace_back(Halt{track.cue.medium(), CueKey::of(track.cue)});
}

std::optional<MonoTime> StationCore::next_deadline() const {
  std::optional<MonoTime> sooner = clock_.next_deadline();
  for (const auto due : {faults_.next_deadline(), trials_.next_deadline()}) {
    if (due && (!sooner || *due < *sooner)) sooner = due;
  }
  if (!clock_usable()) return sooner;
  std::optional<std::int64_t> next;
  const auto consider = [&](std::int64_t instant) {
    if (instant > now_us() && (!next || instant < *next)) next = instant;
  };
  for (std::size_t i = first_open_; i < order_.size(); ++i) {
    const Track& track = *order_[i];
    consider(track.start_us() - settings_.content_alarm.count());
    consider(std::max(track.start_us(), track.frontier_us) + track.shift_us - settings_.arm_lead.count());
    consider(track.air_start_us() - settings_.pre_roll.count());
    consider(track.air_start_us());
    consider(track.air_end_us());
    consider(track.retry_us);
    if (track.wants_whole) consider(latest_begin(track).at_us - settings_.pre_roll.count() + 1);
    if (next && track.start_us() - settings_.content_alarm.count() > *next) break;
  }
  consider(mute_until_us_);
  for (const Slot slot : {Slot::plan, Slot::emergency}) consider(slots_[slot].horizon_us);
  if (!assigned_.empty()) consider(next_brightness_us(brightness_, now_us()).value_or(0));
  for (const auto& [medium, end_us] : last_end_us_) consider(end_us + settings_.post_roll.count());
  for (const auto& [object, since] : awaited_) consider(to_us(anchor_.plan_time(since + settings_.page_patience)));
  for (const auto& [medium, since] : awake_since_) consider(to_us(anchor_.plan_time(since + settings_.least_on)));
  if (!next) return sooner;
  const MonoTime at = anchor_.mono_of(wall_from_us(*next));
  return sooner ? std::min(at, *sooner) : at;
}

// ---- device, faults, commands ---------------------------------------------------------------------------------------

/// Told before what it is for; the clock decides even while nothing is shown.
void StationCore::watch_brightness() {
  const int percent = brightness_at(brightness_, now_us());
  if (percent == percent_) return;
  percent_ = percent;
  actions_.insert(actions_.begin(), Dim{percent});
}

void StationCore::take(const CommandArrived& event) {
  if (event.command.has_test()) return begin_test(event.command);
  if (event.command.has_stop()) halt_test(std::nullopt);
  if (event.command.has_mute()) halt_test(v1::MEDIUM_AUDIO);
  actions_.emplace_back(Reply{obey(event.command)});
}

void StationCore::take(const StopsRestored& event) {
  for (const auto& occurrence : event.occurrences) stopped_.emplace(occurrence, "");
}

void StationCore::take(const MuteRestored& event) {
  mute_until_us_ = event.mute.until_us();
  mute_reason_ = event.mute.reason();
}

v1::Answer StationCore::obey(const v1::Command& command) {
  v1::Answer answer;
  answer.set_command(command.id());
  answer.set_accepted(true);
  if (command.has_stop()) {
    int stopped = 0;
    for (const auto& occurrence : stoppable()) {
      if (stopped_.emplace(occurrence, command.stop().reason()).second) ++stopped;
    }
    answer.set_text(stopped == 0 ? "nothing is on air" : "stopped what was on air");
  } else if (command.has_mute()) {
    mute_until_us_ = command.mute().until_us();
    mute_reason_ = command.mute().reason();
    const bool lifted = command.mute().until_us() <= to_us(now_.wall);
    answer.set_text(lifted ? "the mute is lifted" : "muted until " + format_utc(wall_from_us(mute_until_us_)));
  } else if (command.has_report()) {
    actions_.emplace_back(Report{});
    answer.set_text("status follows");
  } else if (command.has_acknowledge() || command.has_reset()) {
    answer = command.has_reset() ? faults_.reset(command.reset().code(), now_)
                                 : faults_.acknowledge(command.acknowledge().code(), now_);
    answer.set_command(command.id());
  } else {
    answer.set_accepted(false);
    answer.set_text("this station does not know that order");
  }
  return answer;
}

bool StationCore::broadcasting() const {
  if (test_ && test_->sounds()) return true;
  return std::any_of(assigned_.begin(), assigned_.end(),
                     [](const Track* track) { return track->on_air && track->cue.medium() == v1::MEDIUM_AUDIO; });
}

// An emergency is called off, not stopped. Under a filler it is the programme that is ended.
std::set<std::string> StationCore::stoppable() const {
  std::set<std::string> occurrences;
  for (const Track* track : assigned_) {
    if (track->slot == Slot::emergency) continue;
    occurrences.insert(track->cue.occurrence());
    if (!track->is_filler()) continue;
    for (const Track* above : open_until(now_us())) {
      if (covers(*above, now_us()) && above->cue.cue_class() > v1::CUE_CLASS_FILLER && above->slot == Slot::plan)
        occurrences.insert(above->cue.occurrence());
    }
  }
  return occurrences;
}

std::vector<std::string> StationCore::stops() const {
  std::set<std::string> all = stoppable();
  for (const auto& [occurrence, reason] : stopped_) all.insert(occurrence);
  return {all.begin(), all.end()};
}

std::string StationCore::on_air() const {
  for (const Track* track : assigned_) {
    if (track->on_air) return track->cue.title();
  }
  if (test_ && test_->sounds()) return "Thử máy · output test";
  return {};
}

}  // namespace loa::station::core
