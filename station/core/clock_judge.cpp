#include "station/core/clock_judge.hpp"

#include <fmt/format.h>

namespace loa::station::core {
namespace {

using std::chrono::nanoseconds;

nanoseconds origin_of(const Now& now) { return now.wall.time_since_epoch() - now.mono.time_since_epoch(); }

WallTime wall_of(nanoseconds origin, MonoTime mono) {
  return WallTime{std::chrono::floor<Micros>(mono.time_since_epoch() + origin)};
}

}  // namespace

void ClockJudge::at_least(WallTime made) { made_ = std::max(made_, made); }

Now ClockJudge::judge(const Now& reading) {
  if (!known_ && remembered_) known_ = remembered_->time_since_epoch() - reading.mono.time_since_epoch();
  if (believes(reading)) {
    known_ = origin_of(reading);
    believed_at_ = reading.mono;
    claim_.reset();
    return reading;
  }
  if (!known_) return {reading.wall, reading.mono, ClockGrade::none};
  return {wall_of(*known_, reading.mono), reading.mono, ClockGrade::last_known};
}

bool ClockJudge::believes(const Now& reading) {
  const bool set = reading.grade >= ClockGrade::network && reading.wall >= first_year && reading.wall < last_year;
  if (!set) claim_.reset();
  const Origin origin = origin_of(reading);
  return set && (plausible(origin, reading.mono) || insisted(origin, reading.mono));
}

bool ClockJudge::plausible(Origin origin, MonoTime now) const {
  if (believed_at_) return std::chrono::abs(origin - *known_) <= rules_.step + (now - *believed_at_) / 10'000;
  if (wall_of(origin, now) < made_ - rules_.step) return false;
  return !known_ || (origin - *known_ >= -rules_.step && origin - *known_ <= rules_.absence);
}

bool ClockJudge::insisted(Origin origin, MonoTime now) {
  if (!claim_ || std::chrono::abs(origin - claim_->origin) > rules_.step) claim_ = Claim{origin, now};
  return now - claim_->since >= rules_.insistence;
}

std::optional<MonoTime> ClockJudge::next_deadline() const {
  if (!claim_) return std::nullopt;
  return claim_->since + rules_.insistence;
}

std::optional<WallTime> ClockJudge::remember(const Now& judged, bool at_plan) {
  if (judged.grade < ClockGrade::network) return std::nullopt;
  const Micros interval = at_plan ? rules_.memory_interval_at_plan : rules_.memory_interval;
  const bool corrected = remembered_ && judged.wall < *remembered_ - rules_.step;
  if (remembered_ && !corrected && judged.wall < *remembered_ + interval) return std::nullopt;
  remembered_ = judged.wall;
  return remembered_;
}

std::string ClockJudge::complaint() const {
  if (!claim_)
    return "the clock is not set: nobody tells this machine the time; scheduled cues wait, or go on by the last";
  const WallTime known = known_ ? std::max(wall_of(*known_, claim_->since), made_) : made_;
  return fmt::format("the clock says {}, against {} {}: it is believed if it insists for ten minutes",
                     format_utc(wall_of(claim_->origin, claim_->since)),
                     believed_at_ ? "the time it went by," : "what it must at least be,",
                     format_utc(believed_at_ ? wall_of(*known_, claim_->since) : known));
}

}  // namespace loa::station::core
