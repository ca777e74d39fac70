#include "station/core/sure_time.hpp"

#include <algorithm>

namespace loa::station::core {
namespace {

using Origin = SureTime::Origin;

Origin line_of(WallTime wall, MonoTime mono) { return wall.time_since_epoch() - mono.time_since_epoch(); }

WallTime wall_of(Origin line, MonoTime mono) {
  return WallTime{std::chrono::floor<Micros>(mono.time_since_epoch() + line)};
}

}  // namespace

std::optional<WallTime> ClockMemory::greatest() const {
  if (!sure || !pending) return sure ? sure : pending;
  return std::max(*sure, *pending);
}

void SureTime::begin(MonoTime now) {
  if (begun_) return;
  begun_ = true;
  if (memory_.sure) raise(line_of(*memory_.sure, now), now);
  if (memory_.pending) pending_ = Pending{line_of(*memory_.pending, now), memory_.agreed};
}

void SureTime::office_signed(WallTime signed_at, MonoTime now, bool news) {
  begin(now);
  if (newest_signed_ && signed_at <= *newest_signed_) return;
  const Origin line = line_of(signed_at, now);
  if (news) witness_ = std::max(witness_.value_or(line), line);
  if (believed_ && line > *believed_ + rules_.agreement) return raise(*believed_, now);  // one of the two is wrong
  newest_signed_ = signed_at;
  office_ = std::max(office_.value_or(line), line);
  if (!believed_) return;
  raise(std::min(line, *believed_), now);
  if (std::chrono::abs(line - *believed_) <= rules_.agreement) {
    sure_ = *believed_;  // also when a later time was taken for sure: two witnesses against a memory
    sure_at_ = now;
    pending_.reset();
  } else if (pending_ && news) {
    pending_->agreed = {};
  }
}

void SureTime::believe(const Now& reading) {
  begin(reading.mono);
  const Origin line = line_of(reading.wall, reading.mono);
  const auto passed = believed_at_ ? reading.mono - *believed_at_ : std::chrono::nanoseconds{0};
  believed_at_ = reading.mono;
  believed_ = line;
  if (attested(line)) raise(line, reading.mono);  // two witnesses
  if (office_) raise(std::min(*office_, line), reading.mono);
  watch(line, passed, reading.mono);
}

// A line beside the sure one becomes sure by its age. It is contradicted by one that lies behind it, and by one on the
// other side of what is sure.
void SureTime::watch(Origin line, std::chrono::nanoseconds passed, MonoTime now) {
  if (agrees(line, now)) {
    raise(line, now);
    sure_at_ = now;
    return pending_.reset();
  }
  const bool contradicted =
      pending_ && (line < pending_->line - rules_.step || (sure_ && pending_->line < *sure_ && line > *sure_));
  if (!pending_ || contradicted) pending_ = Pending{line, {}};
  if (!contradicted) pending_->agreed += passed;
  if (pending_->agreed < rules_.enough) return;
  sure_ = pending_->line;
  sure_at_ = now;
  if (agrees(line, now)) {
    sure_ = line;
    pending_.reset();
  } else {
    pending_ = Pending{line, {}};
  }
}

void SureTime::raise(Origin line, MonoTime now) {
  if (sure_ && line <= *sure_) return;
  sure_ = line;
  sure_at_ = now;
}

bool SureTime::attested(Origin line) const {
  return witness_ && std::chrono::abs(line - *witness_) <= rules_.agreement;
}

std::optional<WallTime> SureTime::at(MonoTime now) const {
  if (!sure_) return begun_ ? std::nullopt : memory_.sure;
  return wall_of(*sure_, now);
}

bool SureTime::agrees(Origin line, MonoTime now) const {
  return sure_ && std::chrono::abs(line - *sure_) <= rules_.step + (now - sure_at_) / 10'000;
}

std::optional<Origin> SureTime::ahead(Origin line) const {
  if (!sure_) return std::nullopt;
  return line - *sure_;
}

ClockMemory SureTime::memory(MonoTime now) const {
  if (!begun_) return memory_;
  ClockMemory memory;
  memory.sure = at(now);
  if (!pending_) return memory;
  memory.pending = wall_of(pending_->line, now);
  memory.agreed = std::chrono::floor<std::chrono::seconds>(pending_->agreed);
  return memory;
}

}  // namespace loa::station::core
