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

Now ClockJudge::judge(const Now& reading) {
  const Origin origin = origin_of(reading);
  if (!known_ && remembered_) known_ = remembered_->time_since_epoch() - reading.mono.time_since_epoch();
  if (reading.grade >= ClockGrade::network) {
    if (plausible(origin, reading.mono) || insisted(origin, reading.mono)) {
      known_ = origin;
      believed_at_ = reading.mono;
      claim_.reset();
      return reading;
    }
  } else {
    claim_.reset();
  }
  if (!known_) return reading;
  return {wall_of(*known_, reading.mono), reading.mono, ClockGrade::last_known};
}

bool ClockJudge::plausible(Origin origin, MonoTime now) const {
  if (!known_) return true;
  const nanoseconds ahead = origin - *known_;
  if (!believed_at_) return ahead >= -rules_.step && ahead <= rules_.absence;
  return std::chrono::abs(ahead) <= rules_.step + (now - *believed_at_) / 10'000;
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
  if (!claim_) return "the clock is not set: nobody has told this machine the time, scheduled cues wait";
  return fmt::format("the clock says {}, but {} it is {} {}: believed if it still says so after ten minutes",
                     format_utc(wall_of(claim_->origin, claim_->since)),
                     believed_at_ ? "by what was believed before" : "by what is on disk",
                     believed_at_ ? "" : "at least", format_utc(wall_of(*known_, claim_->since)));
}

}  // namespace loa::station::core
