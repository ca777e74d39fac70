#include "station/core/station_core.hpp"

#include <algorithm>

#include "protocol/message/playlist.hpp"
#include "station/core/brightness.hpp"

namespace loa::station::core {
namespace {

constexpr std::int64_t retry_delay_us = 1'000'000;      // before a failed device is tried again
constexpr std::int64_t longest_delay_us = 60'000'000;   // between attempts at content that cannot be played
constexpr std::int64_t late_after_us = 1'000'000;       // a start later than this is a late one
constexpr std::int64_t day_us = 86'400'000'000;         // what ended so long before the newest proof has its account
constexpr std::int64_t memory_us = 9 * 86'400'000'000;  // the policy counts by the week

Sha256 object_of(const v1::Cue& cue) { return Sha256::from_bytes(cue.object()).value_or(Sha256{}); }

std::vector<Sha256> objects_of(const v1::Cue& cue) {
  std::vector<Sha256> objects;
  for (const auto& bytes : protocol::message::objects_of(cue)) {
    objects.push_back(Sha256::from_bytes(bytes).value_or(Sha256{}));
  }
  return objects;
}

}  // namespace

StationCore::StationCore(CoreSettings settings, const std::vector<Accounted>& journal, MonoTime born,
                         std::optional<WallTime> last_known)
    : settings_(settings), clock_(last_known), born_(born), faults_(settings.faults) {
  for (const Accounted& entry : journal) {
    journal_[entry.cue].push_back({entry.from_us, entry.to_us});
    journal_newest_us_ = std::max(journal_newest_us_, entry.to_us);
    if (entry.bucket != v1::BUCKET_PLAYED) continue;
    auto [session, fresh] = sessions_.try_emplace(entry.cue.occurrence, Session{entry.from_us, true});
    if (!fresh) session->second.first_start_us = std::min(session->second.first_start_us, entry.from_us);
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
  tell_faults();
  return std::exchange(actions_, {});
}

// ---- plan and content -----------------------------------------------------------------------------------------------

void StationCore::take(const PlanArrived& event) {
  plan_sequence_ = event.sequence;
  policy_ = event.plan.policy();
  *brightness_.mutable_policy() = policy_;
  *brightness_.mutable_brightness() = event.plan.brightness();
  horizon_us_ = event.plan.horizon_us();
  objects_.clear();
  held_.clear();
  for (const auto& object : event.plan.objects()) {
    if (auto name = Sha256::from_bytes(object.sha256())) objects_.emplace(*name, object);
  }
  for (const auto& object : event.held) held_[object] = true;
  retire_cues_not_in(event.plan);
  for (const auto& cue : event.plan.cues()) adopt_cue(cue, event.at_start);
  forget_before(event.plan.made_us());
  order_tracks();
  want_objects();
}

void StationCore::adopt_cue(const v1::Cue& cue, bool at_start) {
  auto [entry, fresh] = tracks_.try_emplace(CueKey::of(cue));
  Track& track = entry->second;
  if (fresh) {
    if (auto journalled = journal_.extract(entry->first)) track.known = std::move(journalled.mapped());
    // The journal prunes what has its receipt: of an older cue it may know nothing any more, or only a part.
    track.forgotten = cue.start_us() + cue.duration_us() < journal_newest_us_ - day_us;
    track.frontier_us = cue.start_us();
    track.skip_known();
    track.block = at_start ? Block{v1::BUCKET_NODE_DARK, "starting"} : Block{v1::BUCKET_SKIPPED_LATE, "plan-late"};
  }
  if (!track.assigned && track.frontier_us == track.cue.start_us()) track.frontier_us = cue.start_us();
  track.in_plan = true;
  track.plan_sequence = plan_sequence_;
  if (track.assigned && track.cue.SerializeAsString() != cue.SerializeAsString()) {
    halt(track, {v1::BUCKET_INTERRUPTED, "plan-changed"});
  }
  track.cue = cue;
  auto [session, first] = sessions_.try_emplace(cue.occurrence(), Session{cue.start_us(), false});
  if (!first) session->second.first_start_us = std::min(session->second.first_start_us, cue.start_us());
}

// What a newer plan no longer names is not played any more; what began before that plan was made still owes its
// account, even if the clock that could tell how much of it is not believed yet.
void StationCore::retire_cues_not_in(const v1::Plan& plan) {
  std::map<CueKey, bool> named;
  for (const auto& cue : plan.cues()) named[CueKey::of(cue)] = true;
  for (auto entry = tracks_.begin(); entry != tracks_.end();) {
    Track& track = entry->second;
    if (named.contains(entry->first)) {
      ++entry;
    } else if (track.assigned) {
      track.in_plan = false;
      halt(track, {v1::BUCKET_INTERRUPTED, "plan-changed"});
      ++entry;
    } else if (!track.closed() && track.start_us() < plan.made_us()) {
      track.in_plan = false;
      ++entry;
    } else {
      if (track.frontier_us > track.start_us()) journal_[entry->first] = {{track.start_us(), track.frontier_us}};
      entry = tracks_.erase(entry);
    }
  }
}

// A station runs for years: of what ended more than a week before the plan was made nobody asks any more.
void StationCore::forget_before(std::int64_t made_us) {
  const std::int64_t since = made_us - memory_us;
  std::erase_if(journal_, [&](const auto& entry) { return entry.second.back().to_us < since; });
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.first_start_us < since; });
  std::erase_if(stopped_, [&](const auto& entry) { return !sessions_.contains(entry.first); });
}

void StationCore::Track::skip_known() {
  while (!known.empty() && known.front().from_us <= frontier_us) {
    frontier_us = std::max(frontier_us, known.front().to_us);
    known.erase(known.begin());
  }
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
  want_objects();
}

void StationCore::take(const ObjectLost& event) {
  held_[event.object] = false;
  want_objects();
}

bool StationCore::held(const Sha256& object) const {
  const auto entry = held_.find(object);
  return entry != held_.end() && entry->second;
}

bool StationCore::holds(const v1::Cue& cue) const {
  const auto objects = objects_of(cue);
  return std::any_of(objects.begin(), objects.end(), [this](const Sha256& object) { return held(object); });
}

bool StationCore::holds_all(const v1::Cue& cue) const {
  const auto objects = objects_of(cue);
  return std::all_of(objects.begin(), objects.end(), [this](const Sha256& object) { return held(object); });
}

std::size_t StationCore::objects_held() const {
  return static_cast<std::size_t>(
      std::count_if(objects_.begin(), objects_.end(), [this](const auto& object) { return held(object.first); }));
}

void StationCore::want_objects() {
  Want want;
  std::map<Sha256, bool> listed;
  for (const Track* track : order_) {
    if (track->closed()) continue;
    for (const Sha256& name : objects_of(track->cue)) {
      const auto object = objects_.find(name);
      if (held(name) || object == objects_.end() || !listed.emplace(name, true).second) continue;
      want.objects.push_back(object->second);
    }
  }
  actions_.emplace_back(std::move(want));
}

// ---- presenters ---------------------------------------------------------------------------------------------------

StationCore::Track* StationCore::find(const CueKey& key) {
  const auto entry = tracks_.find(key);
  return entry == tracks_.end() ? nullptr : &entry->second;
}

void StationCore::take(const PartStarted& event) {
  Track* track = find(event.cue);
  if (track == nullptr) return;
  track->on_air = true;
  start_error_us_ = event.start_error_us;
  if (track->cue.medium() == v1::MEDIUM_AUDIO) {
    sessions_[event.cue.occurrence].aired = true;
  }
  note_device(track->cue.medium(), true);
  damaged_.erase(object_of(track->cue));
  actions_.emplace_back(Report{});
}

void StationCore::take(const PartEnded& event) {
  Track* track = find(CueKey::of(event.part));
  if (track == nullptr) return;
  track->assigned = track->on_air = track->halting = false;
  std::erase(assigned_, track);
  last_end_us_[track->cue.medium()] = clock_usable() ? now_us() : 0;
  watch_part(*track, event.part);
  settle(*track, event.part);
  if (!track->in_plan) {
    journal_[CueKey::of(track->cue)] = {{track->start_us(), track->frontier_us}};
    tracks_.erase(CueKey::of(event.part));
    order_tracks();
  }
  actions_.emplace_back(Report{});
}

void StationCore::take(const PageDamaged& event) {
  held_[event.object] = false;
  actions_.emplace_back(Inspect{event.object});
}

// The part itself, then what its end means for the rest of the cue.
void StationCore::settle(Track& track, const v1::Proof& part) {
  if (part.to_us() > part.from_us() && part.bucket() == v1::BUCKET_PLAYED) keep_played(track, part);
  if (part.reason() == "device-lost") {
    track.block = Block{v1::BUCKET_INTERRUPTED, "device-lost"};
    track.retry_us = now_us() + retry_delay_us;
    note_device(track.cue.medium(), false);
  } else if (part.reason() == "content-damaged") {
    track.block = Block{v1::BUCKET_CONTENT_MISSING, "content-damaged"};
    track.patience_us = std::clamp(2 * track.patience_us, retry_delay_us, longest_delay_us);
    track.retry_us = now_us() + track.patience_us;  // the file may be whole and no sound at all
    held_[object_of(track.cue)] = false;
    damaged_.insert(object_of(track.cue));
    actions_.emplace_back(Inspect{object_of(track.cue)});
  } else if (part.reason() == "complete" && !track.closed()) {
    account(track, track.armed_end_us, track.block.value_or(Block{v1::BUCKET_INTERRUPTED, "device-late"}));
  }
}

void StationCore::keep_played(Track& track, v1::Proof part) {
  const std::int64_t end = std::min(track.armed_end_us, track.end_us());
  const std::int64_t from = std::clamp(part.from_us(), std::min(track.frontier_us, end), end);
  const std::int64_t to = part.reason() == "complete" ? end : std::clamp(part.to_us(), from, end);
  if (to <= from) return;
  account(track, from, track.block.value_or(Block{v1::BUCKET_INTERRUPTED, "device-late"}));
  part.set_from_us(from);
  part.set_to_us(to);
  part.set_plan_sequence(track.plan_sequence);
  part.set_clock_grade(track.clock_grade);
  track.frontier_us = to;
  actions_.emplace_back(Keep{std::move(part)});
}

/// Books cue time up to `to_us` that nobody heard. Nothing happens to what is booked already.
void StationCore::account(Track& track, std::int64_t to_us, const Block& block) {
  const std::int64_t to = std::min(to_us, track.end_us());
  while (track.frontier_us < to) {
    const std::int64_t until = track.known.empty() ? to : std::min(to, track.known.front().from_us);
    v1::Proof part;
    part.set_occurrence(track.cue.occurrence());
    part.set_segment(track.cue.segment());
    part.set_medium(track.cue.medium());
    part.set_object(track.cue.object());
    part.set_plan_sequence(track.plan_sequence);
    part.set_bucket(block.bucket);
    part.set_reason(block.reason);
    part.set_from_us(track.frontier_us);
    part.set_to_us(until);
    part.set_clock_grade(static_cast<v1::ClockGrade>(now_.grade));
    track.frontier_us = until;
    track.skip_known();
    actions_.emplace_back(Keep{std::move(part)});
  }
}

// ---- time ---------------------------------------------------------------------------------------------------------

void StationCore::take(const Tick& /*event*/) {}

/// Tracks that begin by an instant and still owe something.
std::vector<StationCore::Track*> StationCore::open_until(std::int64_t start_us) const {
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
    account_dark(track);
    account_waiting(track);
    if (!track.closed()) wait_or_arm(track);
    return;
  }
  const auto block = why_not(track);
  if (block && !track.halting) halt(track, *block);
}

void StationCore::wait_or_arm(Track& track) {
  const auto block = why_not(track);
  if (!block && now_us() < track.end_us()) {
    const std::int64_t from_us = std::max(track.start_us(), track.frontier_us);
    if (now_us() >= std::max(from_us - settings_.arm_lead.count(), track.retry_us)) arm(track);
    return;
  }
  if (block && track.block != block) {
    if (track.block) account(track, now_us(), *track.block);
    track.block = block;
  }
  if (now_us() >= track.end_us()) {
    account(track, track.end_us(), track.block.value_or(Block{v1::BUCKET_NODE_DARK, "process-late"}));
  }
}

void StationCore::arm(Track& track) {
  Assignment assignment;
  assignment.cue = track.cue;
  assignment.plan_sequence = track.plan_sequence;
  assignment.from = wall_from_us(std::max(track.frontier_us, track.start_us()));
  assignment.from_mono = anchor_.mono_of(assignment.from);
  assignment.gain_cb = capped_gain_cb(policy_, track.cue);
  assignment.clock_grade = static_cast<v1::ClockGrade>(now_.grade);
  track.clock_grade = assignment.clock_grade;
  track.armed_end_us = std::min(track.end_us(), horizon_us_);
  assignment.cue.set_duration_us(track.armed_end_us - track.start_us());
  track.assigned = true;
  assigned_.push_back(&track);
  if (now_us() <= track.start_us()) track.block.reset();
  actions_.emplace_back(Arm{std::move(assignment)});
}

void StationCore::halt(Track& track, Block why) {
  track.block = std::move(why);
  track.halting = true;
  actions_.emplace_back(Halt{track.cue.medium(), CueKey::of(track.cue)});
}

/// Reasons in the order in which they count.
std::optional<StationCore::Block> StationCore::why_not(const Track& track) const {
  const std::int64_t at = std::max(now_us(), track.start_us());
  if (!track.in_plan) return Block{v1::BUCKET_INTERRUPTED, "plan-changed"};
  if (at >= horizon_us_) return Block{v1::BUCKET_REFUSED, "plan-expired"};
  if (const auto rule = forbidden_by(policy_, track.cue, sessions_)) return Block{v1::BUCKET_REFUSED, *rule};
  if (believed_ < static_cast<ClockGrade>(track.cue.required_grade())) {
    return Block{v1::BUCKET_CLOCK_UNTRUSTED, std::string{"clock-"} + name_of(believed_)};
  }
  const auto stopped = stopped_.find(track.cue.occurrence());
  if (stopped != stopped_.end()) return Block{v1::BUCKET_INTERRUPTED, "stopped-by-command"};
  if (track.cue.medium() == v1::MEDIUM_AUDIO && at < mute_until_us_) return Block{v1::BUCKET_MUTED, "muted-by-command"};
  if (!track.assigned && !holds(track.cue)) return Block{v1::BUCKET_CONTENT_MISSING, "content-missing"};
  if (pre_empted(track)) return Block{v1::BUCKET_INTERRUPTED, "pre-empted"};
  const bool late = !track.assigned && at > track.start_us() + late_after_us;
  if (late && track.cue.late_policy() != v1::LATE_POLICY_JOIN) return Block{v1::BUCKET_SKIPPED_LATE, "late-policy"};
  return std::nullopt;
}

bool StationCore::pre_empted(const Track& track) const {
  const std::int64_t at = std::max(now_us(), track.start_us());
  const auto rivals = open_until(at);
  return std::any_of(rivals.begin(), rivals.end(), [&](const Track* other) {
    return other->cue.medium() == track.cue.medium() && other->cue.cue_class() > track.cue.cue_class() &&
           other->in_plan && at < other->end_us() && (other->assigned || !why_not(*other));
  });
}

std::optional<MonoTime> StationCore::next_deadline() const {
  std::optional<MonoTime> sooner = clock_.next_deadline();
  if (const auto due = faults_.next_deadline(); due && (!sooner || *due < *sooner)) sooner = due;
  if (!clock_usable()) return sooner;
  std::optional<std::int64_t> next;
  const auto consider = [&](std::int64_t instant) {
    if (instant > now_us() && (!next || instant < *next)) next = instant;
  };
  for (std::size_t i = first_open_; i < order_.size(); ++i) {
    const Track& track = *order_[i];
    consider(track.start_us() - settings_.content_alarm.count());
    consider(std::max(track.start_us(), track.frontier_us) - settings_.arm_lead.count());
    consider(track.start_us() - settings_.pre_roll.count());
    consider(track.start_us());
    consider(track.end_us());
    consider(track.retry_us);
    if (next && track.start_us() - settings_.content_alarm.count() > *next) break;
  }
  consider(mute_until_us_);
  consider(horizon_us_);
  if (!assigned_.empty()) consider(next_brightness_us(brightness_, now_us()).value_or(0));
  for (const auto& [medium, end_us] : last_end_us_) consider(end_us + settings_.post_roll.count());
  if (!next) return sooner;
  const MonoTime at = anchor_.mono_of(wall_from_us(*next));
  return sooner ? std::min(at, *sooner) : at;
}

// ---- device, faults, commands ---------------------------------------------------------------------------------------

bool StationCore::needs_awake(v1::Medium medium) const {
  const auto last = last_end_us_.find(medium);
  if (last != last_end_us_.end() && now_us() < last->second + settings_.post_roll.count()) return true;
  return std::any_of(assigned_.begin(), assigned_.end(), [&](const Track* track) {
    return track->cue.medium() == medium && now_us() >= track->start_us() - settings_.pre_roll.count();
  });
}

void StationCore::watch_awake() {
  for (const v1::Medium medium : {v1::MEDIUM_AUDIO, v1::MEDIUM_SIGN}) {
    const bool needed = needs_awake(medium);
    if (awake_[medium] == needed) continue;
    awake_[medium] = needed;
    // Awake before the assignment that needs it, asleep after all else.
    const auto place = needed ? actions_.begin() : actions_.end();
    actions_.insert(place, Awake{medium, needed});
  }
}

/// Told before what it is for; the clock decides even while nothing is shown.
void StationCore::watch_brightness() {
  const int percent = brightness_at(brightness_, now_us());
  if (percent == percent_) return;
  percent_ = percent;
  actions_.insert(actions_.begin(), Dim{percent});
}

void StationCore::take(const CommandArrived& event) { actions_.emplace_back(Reply{obey(event.command)}); }

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
    for (const Track* track : assigned_) {
      if (stopped_.emplace(track->cue.occurrence(), command.stop().reason()).second) ++stopped;
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
  return std::any_of(assigned_.begin(), assigned_.end(),
                     [](const Track* track) { return track->on_air && track->cue.medium() == v1::MEDIUM_AUDIO; });
}

std::string StationCore::on_air() const {
  for (const Track* track : assigned_) {
    if (track->on_air) return track->cue.title();
  }
  return {};
}

}  // namespace loa::station::core
