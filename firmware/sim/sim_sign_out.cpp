#include "firmware/sim/sim_sign_out.hpp"

#include <algorithm>

namespace loa::firmware {

SimSignOut::SimSignOut(SimTime& time) : SimSignOut(time, Settings{}) {}
SimSignOut::SimSignOut(SimTime& time, Settings settings) : time_(time), settings_(settings) {}

Result<void> SimSignOut::check_there(const char* doing) const {
  if (gone_) return fail(ErrorCode::io, "cannot {} the simulated sign: it is gone; it has to be opened again", doing);
  if (!open_) return fail(ErrorCode::io, "cannot {} the simulated sign: it is not open", doing);
  return {};
}

Result<int> SimSignOut::open(int width_px, int height_px) {
  const std::lock_guard lock{mutex_};
  if (gone_) return fail(ErrorCode::missing, "cannot open the simulated sign: it is gone");
  if (width_px < 1 || height_px < 1) {
    return fail(ErrorCode::unsupported, "cannot open the simulated sign with {}×{} pixels", width_px, height_px);
  }
  open_ = true;
  width_ = width_px;
  height_ = height_px;
  return settings_.refresh_hz;
}

Result<MonoTime> SimSignOut::present(const SignFrame& frame) {
  {
    const std::lock_guard lock{mutex_};
    LOA_TRY(check_there("show a frame on"));
    const auto bytes = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3;
    if (frame.width_px != width_ || frame.height_px != height_ || frame.rgb.size() != bytes) {
      return fail(ErrorCode::invalid, "cannot show a frame of {}×{} on the simulated sign of {}×{} pixels",
                  frame.width_px, frame.height_px, width_, height_);
    }
  }
  const auto refresh = std::chrono::nanoseconds{std::chrono::seconds{1}} / settings_.refresh_hz;
  const MonoTime visible{(time_.now().time_since_epoch() / refresh + 1) * refresh};
  time_.sleep(visible, [&](MonoTime now) -> std::optional<MonoTime> {
    const std::lock_guard lock{mutex_};
    if (gone_ || !open_) return now;
    return {};
  });
  const std::lock_guard lock{mutex_};
  LOA_TRY(check_there("show a frame on"));
  keep(frame, visible);
  return visible;
}

void SimSignOut::keep(const SignFrame& frame, MonoTime at) {
  if (!shown_.empty() && shown_.back().brightness_percent == brightness_ &&
      std::ranges::equal(shown_.back().rgb, frame.rgb)) {
    shown_.back().last = at;
    ++shown_.back().times;
  } else if (shown_.size() < settings_.max_shown) {
    shown_.push_back({at, at, 1, brightness_, {frame.rgb.begin(), frame.rgb.end()}});
  }
}

Result<void> SimSignOut::set_brightness(int percent) {
  const std::lock_guard lock{mutex_};
  LOA_TRY(check_there("dim"));
  if (percent < 0 || percent > 100) return fail(ErrorCode::invalid, "a brightness of {} % is outside 0…100", percent);
  brightness_ = percent;
  return {};
}

void SimSignOut::close() {
  const MonoTime now = time_.now();
  {
    const std::lock_guard lock{mutex_};
    if (open_) {
      const std::vector<std::uint8_t> black(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3);
      keep({width_, height_, black}, now);
    }
    open_ = false;
  }
  time_.poke();
}

void SimSignOut::set_gone(bool gone) {
  {
    const std::lock_guard lock{mutex_};
    gone_ = gone;
    if (gone) open_ = false;
  }
  time_.poke();
}

std::vector<SimShown> SimSignOut::shown() const {
  const std::lock_guard lock{mutex_};
  return shown_;
}

int SimSignOut::brightness() const {
  const std::lock_guard lock{mutex_};
  return brightness_;
}

bool SimSignOut::is_open() const {
  const std::lock_guard lock{mutex_};
  return open_;
}

}  // namespace loa::firmware
