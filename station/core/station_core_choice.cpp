// What may be on the air now, and what has to give way.
#include <algorithm>

#include "station/core/station_core.hpp"

namespace loa::station::core {
namespace {

constexpr std::int64_t late_after_us = 1'000'000;  // a start later than this is a late one

}  // namespace

Block StationCore::pre_empted_block() { return {v1::BUCKET_INTERRUPTED, Reason::pre_empted}; }

bool StationCore::is_final(const Block& block) {
  return block.bucket == v1::BUCKET_REFUSED || (block.bucket == v1::BUCKET_INTERRUPTED && block != pre_empted_block());
}

std::optional<Reason> StationCore::forbidden(const Track& track, std::int64_t shift_us) const {
  if (track.slot == Slot::emergency) return std::nullopt;
  const auto& policy = slots_[track.slot].policy;
  using protocol::policy::forbidden_by;
  return shift_us == 0 ? forbidden_by(policy, track.cue, sessions_)
                       : forbidden_by(policy, track.shifted(shift_us), sessions_);
}

/// What an operator has ordered. An emergency passes it.
std::optional<Block> StationCore::ordered_silent(const Track& track, std::int64_t at_us) const {
  if (track.slot == Slot::emergency) return std::nullopt;
  if (stopped_.contains(track.cue.occurrence())) return Block{v1::BUCKET_INTERRUPTED, Reason::stopped_by_command};
  if (track.cue.medium() == v1::MEDIUM_AUDIO && at_us < mute_until_us_)
    return Block{v1::BUCKET_MUTED, Reason::muted_by_command};
  return std::nullopt;
}

/// Reasons in the order in which they count.
std::optional<Block> StationCore::why_not(const Track& track) const {
  const std::int64_t at = std::max(now_us(), track.air_start_us());
  if (!track.in_plan) {
    return Block{v1::BUCKET_INTERRUPTED, track.slot == Slot::emergency ? Reason::called_off : Reason::plan_changed};
  }
  if (at >= slots_[track.slot].horizon_us) return Block{v1::BUCKET_REFUSED, Reason::plan_expired};
  if (const auto rule = forbidden(track, track.shift_us)) return Block{v1::BUCKET_REFUSED, *rule};
  if (believed_ < static_cast<ClockGrade>(track.cue.required_grade())) {
    return Block{v1::BUCKET_CLOCK_UNTRUSTED, protocol::message::reason_of(believed_)};
  }
  if (const auto order = ordered_silent(track, at)) return order;
  if (!track.assigned && !holds(track)) {
    return Block{v1::BUCKET_CONTENT_MISSING, filled(track, at) ? Reason::filler_played : Reason::content_missing};
  }
  if (track.is_filler() && !fills(track, at)) return Block{v1::BUCKET_INTERRUPTED, Reason::nothing_to_fill};
  if (pre_empted(track)) return pre_empted_block();
  const bool late = !track.assigned && !track.begun && !track.wants_whole && at > track.air_start_us() + late_after_us;
  if (late && track.cue.late_policy() != v1::LATE_POLICY_JOIN)
    return Block{v1::BUCKET_SKIPPED_LATE, Reason::late_policy};
  return std::nullopt;
}

bool StationCore::covers(const Track& track, std::int64_t at_us) {
  return track.in_plan && at_us >= track.air_start_us() && at_us < track.air_end_us();
}

/// Whether a cue has the air at an instant, or would take it. One that is to begin later from its beginning has it only
/// once that is decided.
bool StationCore::takes_air(const Track& track, std::int64_t at_us) const {
  if (!covers(track, at_us)) return false;
  if (track.assigned) return true;
  const bool begins_later = track.wants_whole && now_us() > track.start_us();
  return !begins_later && !why_not(track);
}

bool StationCore::pre_empted(const Track& track) const {
  const std::int64_t at = std::max(now_us(), track.air_start_us());
  const auto rivals = open_until(at);
  return std::any_of(rivals.begin(), rivals.end(), [&](const Track* other) {
    if (other == &track || other->cue.medium() != track.cue.medium()) return false;
    const auto mine = track.cue.cue_class(), its = other->cue.cue_class();
    const bool above = its > mine || (its == mine && track.shift_us > 0 && other->shift_us == 0);
    return above && takes_air(*other, at);
  });
}

/// A filler stands in for content that is not there, and for nothing else.
bool StationCore::fills(const Track& filler, std::int64_t at_us) const {
  const auto others = open_until(at_us);
  return std::any_of(others.begin(), others.end(), [&](const Track* other) {
    if (other->is_filler() || other->cue.medium() != filler.cue.medium() || !covers(*other, at_us)) return false;
    const auto why = other->assigned ? std::nullopt : why_not(*other);
    return why && why->bucket == v1::BUCKET_CONTENT_MISSING;
  });
}

bool StationCore::filled(const Track& track, std::int64_t at_us) const {
  return std::any_of(assigned_.begin(), assigned_.end(), [&](const Track* other) {
    return other->is_filler() && other->cue.medium() == track.cue.medium() && covers(*other, at_us);
  });
}

/// The last instant at which a cue may still begin from its beginning, and what stands behind it.
StationCore::Limit StationCore::latest_begin(const Track& track) const {
  const bool again = track.cue.preempt_policy() == v1::PREEMPT_POLICY_RESTART && track.block == pre_empted_block();
  const Block no_room = track.begun || again ? Block{v1::BUCKET_INTERRUPTED, Reason::restart_no_room}
                                             : Block{v1::BUCKET_SKIPPED_LATE, Reason::late_no_room};
  Limit limit{slots_[track.slot].horizon_us - track.cue.duration_us(), no_room};
  if (!track.begun && track.cue.late_policy() == v1::LATE_POLICY_WHOLE) {
    const std::int64_t late = track.start_us() + track.cue.late_limit_us();
    if (late < limit.at_us) limit = {late, {v1::BUCKET_SKIPPED_LATE, Reason::late_limit}};
  }
  for (std::size_t i = first_open_; i < order_.size(); ++i) {
    const Track& other = *order_[i];
    const bool rival = &other != &track && other.in_plan && !other.closed() &&
                       other.cue.medium() == track.cue.medium() && other.cue.cue_class() >= track.cue.cue_class() &&
                       other.air_end_us() > now_us();
    const bool before = other.air_start_us() <= now_us() && other.cue.cue_class() > track.cue.cue_class();
    if (!rival || before || other.air_start_us() < track.start_us()) continue;
    const std::int64_t latest = other.air_start_us() - track.cue.duration_us();
    if (latest < limit.at_us) limit = {latest, no_room};
    break;
  }
  return limit;
}

std::optional<Block> StationCore::obstacle_to_whole(const Track& track) const {
  const std::int64_t begin = now_us() + settings_.pre_roll.count();
  const Limit limit = latest_begin(track);
  if (begin > limit.at_us) return limit.why;
  if (!forbidden(track, begin - track.start_us())) return std::nullopt;
  return track.begun ? Block{v1::BUCKET_INTERRUPTED, Reason::restart_no_room}
                     : Block{v1::BUCKET_SKIPPED_LATE, Reason::late_no_room};
}

}  // namespace loa::station::core
