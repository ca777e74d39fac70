#include "firmware/sim/sim_amplifier.hpp"

namespace loa::firmware {

Result<void> SimAmplifier::set(bool on) {
  const MonoTime now = time_.now();
  const std::lock_guard lock{mutex_};
  if (stuck_) return fail(ErrorCode::io, "cannot switch the simulated relay {}: it is stuck", on ? "on" : "off");
  if (on != on_) switches_.push_back({now, on});
  on_ = on;
  return {};
}

Result<std::optional<bool>> SimAmplifier::feedback() {
  const std::lock_guard lock{mutex_};
  if (!wired_) return std::optional<bool>{};
  return std::optional{on_ && !dead_};
}

void SimAmplifier::set_wired(bool wired) {
  const std::lock_guard lock{mutex_};
  wired_ = wired;
}

void SimAmplifier::set_dead(bool dead) {
  const std::lock_guard lock{mutex_};
  dead_ = dead;
}

void SimAmplifier::set_stuck(bool stuck) {
  const std::lock_guard lock{mutex_};
  stuck_ = stuck;
}

bool SimAmplifier::is_on() const {
  const std::lock_guard lock{mutex_};
  return on_;
}

std::vector<SimAmplifier::Switch> SimAmplifier::switches() const {
  const std::lock_guard lock{mutex_};
  return switches_;
}

}  // namespace loa::firmware
