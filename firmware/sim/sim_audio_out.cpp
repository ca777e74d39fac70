#include "firmware/sim/sim_audio_out.hpp"

#include <algorithm>
#include <cmath>

namespace loa::firmware {

using std::chrono::nanoseconds;

SimAudioOut::SimAudioOut(SimTime& time) : SimAudioOut(time, Settings{}) {}
SimAudioOut::SimAudioOut(SimTime& time, Settings settings) : time_(time), settings_(settings) {}

Result<void> SimAudioOut::check_there(const char* doing) const {
  if (gone_)
    return fail(ErrorCode::io, "cannot {} the simulated sound device: it is gone; it has to be opened again", doing);
  if (!open_) return fail(ErrorCode::io, "cannot {} the simulated sound device: it is not open", doing);
  return {};
}

Result<AudioShape> SimAudioOut::open() {
  const std::lock_guard lock{mutex_};
  if (gone_) return fail(ErrorCode::missing, "cannot open the simulated sound device: it is gone");
  if (busy_) return fail(ErrorCode::busy, "cannot open the simulated sound device: another program is using it");
  open_ = true;
  running_ = false;
  written_ = played_ = 0;
  underruns_ = 0;
  queue_.clear();
  ++opens_;
  return AudioShape{48'000, settings_.period_frames, settings_.buffer_frames};
}

Result<bool> SimAudioOut::wait(std::chrono::milliseconds timeout) {
  {
    const std::lock_guard lock{mutex_};
    LOA_TRY(check_there("wait for"));
  }
  const bool free = time_.sleep(time_.now() + timeout, [this](MonoTime now) {
    const std::lock_guard lock{mutex_};
    return room_at(now);
  });
  const std::lock_guard lock{mutex_};
  LOA_TRY(check_there("wait for"));
  return free;
}

/// When a period can be written, if nothing changes until then. What cannot be used ends the wait at once.
std::optional<MonoTime> SimAudioOut::room_at(MonoTime now) {
  play_until(now);
  const std::int64_t frame = written_ + settings_.period_frames - settings_.buffer_frames;
  if (gone_ || !open_ || frame <= played_) return now;
  if (!running_) return {};
  return std::max(time_of(frame), now + nanoseconds{1});
}

Result<void> SimAudioOut::write(std::span<const std::int16_t> frames) {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  LOA_TRY(check_there("write to"));
  play_until(now);
  const auto room = settings_.buffer_frames - static_cast<std::int64_t>(queue_.size());
  if (static_cast<std::int64_t>(frames.size()) > room) {
    return fail(ErrorCode::io, "cannot write {} frames to the simulated sound device: only {} are free; wait() first",
                frames.size(), room);
  }
  queue_.insert(queue_.end(), frames.begin(), frames.end());
  written_ += static_cast<std::int64_t>(frames.size());
  if (!running_ && static_cast<std::int64_t>(queue_.size()) >= settings_.buffer_frames / 2) start(now);
  return {};
}

Result<AudioPosition> SimAudioOut::position() {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  LOA_TRY(check_there("ask"));
  play_until(now);
  return AudioPosition{written_, played_, now, nanoseconds{0}, underruns_};
}

void SimAudioOut::close() {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  if (open_) play_until(now);
  open_ = running_ = false;
  queue_.clear();
}

void SimAudioOut::start(MonoTime now) {
  running_ = true;
  anchor(std::max(now, anchor_time_), played_);  // a stall ordered before the start still holds
  takes_.push_back({anchor_time_, {}});
}

void SimAudioOut::anchor(MonoTime at, std::int64_t frame) {
  anchor_time_ = at;
  anchor_frame_ = frame;
}

std::int64_t SimAudioOut::frame_at(MonoTime at) const {
  if (at <= anchor_time_) return anchor_frame_;
  const double rate = 48e-6 * (1.0 + settings_.ppm * 1e-6);
  return anchor_frame_ + static_cast<std::int64_t>(std::floor(static_cast<double>((at - anchor_time_).count()) * rate));
}

MonoTime SimAudioOut::time_of(std::int64_t frame) const {
  const double rate = 48e-6 * (1.0 + settings_.ppm * 1e-6);
  MonoTime at =
      anchor_time_ + nanoseconds{static_cast<std::int64_t>(static_cast<double>(frame - anchor_frame_) / rate)};
  while (frame_at(at) < frame) at += nanoseconds{1};
  return at;
}

/// Plays what has become due; running out of frames stops the device.
void SimAudioOut::play_until(MonoTime now) {
  if (!running_ || gone_) return;
  const std::int64_t target = frame_at(now), frames = std::min(target, written_) - played_;
  if (frames > 0) {
    const auto end = queue_.begin() + frames;
    const auto kept = std::min<std::size_t>(static_cast<std::size_t>(frames), settings_.max_samples - kept_);
    takes_.back().samples.insert(takes_.back().samples.end(), queue_.begin(),
                                 queue_.begin() + static_cast<std::ptrdiff_t>(kept));
    kept_ += kept;
    queue_.erase(queue_.begin(), end);
    played_ += frames;
  }
  if (target < written_) return;
  running_ = false;
  ++underruns_;
}

void SimAudioOut::set_ppm(double ppm) {
  const MonoTime now = time_.now();
  {
    const std::lock_guard lock{mutex_};
    play_until(now);
    if (running_) anchor(std::max(time_of(played_), anchor_time_), played_);
    settings_.ppm = ppm;
  }
  time_.poke();
}

void SimAudioOut::stall(nanoseconds length) {
  const MonoTime now = time_.now();
  {
    const std::lock_guard lock{mutex_};
    play_until(now);
    anchor(std::max(now, anchor_time_) + length, played_);
  }
  time_.poke();
}

void SimAudioOut::set_gone(bool gone) {
  const MonoTime now = time_.now();
  {
    const std::lock_guard lock{mutex_};
    if (open_) play_until(now);
    gone_ = gone;
    if (gone) {
      open_ = running_ = false;
      queue_.clear();
    }
  }
  time_.poke();
}

void SimAudioOut::set_busy(bool busy) {
  const std::lock_guard lock{mutex_};
  busy_ = busy;
}

std::vector<SimTake> SimAudioOut::takes() {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  play_until(now);
  return takes_;
}

std::vector<std::int16_t> SimAudioOut::played() {
  std::vector<std::int16_t> all;
  for (const SimTake& take : takes()) all.insert(all.end(), take.samples.begin(), take.samples.end());
  return all;
}

std::int64_t SimAudioOut::buffered() {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  play_until(now);
  return static_cast<std::int64_t>(queue_.size());
}

bool SimAudioOut::is_open() const {
  const std::lock_guard lock{mutex_};
  return open_;
}

int SimAudioOut::opens() const {
  const std::lock_guard lock{mutex_};
  return opens_;
}

}  // namespace loa::firmware
