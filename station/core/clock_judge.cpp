#include "station/core/clock_judge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace loa::station::core {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t most_left = 8;  // each leap had to insist for ten minutes

nanoseconds origin_of(const Now& now) { return now.wall.time_since_epoch() - now.mono.time_since_epoch(); }

WallTime wall_of(nanoseconds origin, MonoTime mono) {
  return WallTime{std::chrono::floor<Micros>(mono.time_since_epoch() + origin)};
}

}  // namespace

void ClockJudge::at_least(WallTime made) { made_ = std::max(made_, made); }

Now ClockJudge::judge(const Now& reading) {
  sure_.begin(reading.mono);
  const auto least = sure_.memory(reading.mono).greatest();
  if (!known_ && least) known_ = least->time_since_epoch() - reading.mono.time_since_epoch();
  if (believes(reading)) {
    accept(origin_of(reading), reading.mono);
    sure_.believe(reading);
    return reading;
  }
  sure_.doubt();
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
  if (!believed_at_) return plausible_at_start(origin, now);
  const bool attested = origin > *known_ && sure_.attested(origin) && !sure_.attested(*known_);  // two against one
  return attested || ends_leap(origin, now) ||
         std::chrono::abs(origin - *known_) <= rules_.step + (now - *believed_at_) / 10'000;
}

// What is on disk and not borne out may have been a lie that was ahead: an earlier reading does not contradict it.
bool ClockJudge::plausible_at_start(Origin origin, MonoTime now) const {
  if (wall_of(origin, now) < made_ - rules_.step) return false;
  if (const auto ahead = sure_.ahead(origin)) return *ahead >= -rules_.step && *ahead <= rules_.absence;
  return !known_ || origin - *known_ <= rules_.absence;
}

bool ClockJudge::ends_leap(Origin origin, MonoTime now) const {
  if (sure_.agrees(*known_, now) || wall_of(origin, now) < made_ - rules_.step) return false;
  if (sure_.agrees(origin, now)) return true;
  if (origin > *known_ || sure_.ahead(origin).value_or(Origin{}) < Origin{}) return false;
  const auto is_left = [&](const Claim& one) {
    return std::chrono::abs(origin - one.origin) <= rules_.step + (now - one.since) / 10'000;
  };
  return (first_ && origin <= *first_ + rules_.step) || std::any_of(left_.begin(), left_.end(), is_left);
}

// Only what insisted lies far ahead of what was known, or behind the sure time.
void ClockJudge::accept(Origin origin, MonoTime now) {
  const Origin stray = rules_.step + (believed_at_ ? (now - *believed_at_) / 10'000 : Origin{});
  if (believed_at_ && origin > *known_ + stray) {
    left_.push_back({*known_, *believed_at_});
    if (left_.size() > most_left) left_.erase(left_.begin());
  }
  first_ = std::min(first_.value_or(origin), origin);
  std::erase_if(left_, [&](const Claim& one) { return one.origin >= origin - rules_.step; });
  known_ = origin;
  believed_at_ = now;
  claim_.reset();
}

bool ClockJudge::insisted(Origin origin, MonoTime now) {
  if (!claim_ || std::chrono::abs(origin - claim_->origin) > rules_.step) claim_ = Claim{origin, now};
  return now - claim_->since >= rules_.insistence;
}

std::optional<MonoTime> ClockJudge::next_deadline() const {
  if (!claim_) return std::nullopt;
  return claim_->since + rules_.insistence;
}

std::optional<ClockMemory> ClockJudge::remember(const Now& judged, bool at_plan) {
  if (judged.grade < ClockGrade::network) return std::nullopt;
  const Micros interval = at_plan ? rules_.memory_interval_at_plan : rules_.memory_interval;
  const auto memory = sure_.memory(judged.mono);
  const bool corrected = written_ && judged.wall < *written_ - rules_.step;
  const bool later = !written_ || judged.wall >= *written_ + interval;
  const bool surer = memory.sure && (!written_sure_ || *memory.sure >= *written_sure_ + interval);
  if (!corrected && !later && !surer) return std::nullopt;
  written_ = judged.wall;
  written_sure_ = memory.sure;
  return memory;
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
