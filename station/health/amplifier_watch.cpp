#include "station/health/amplifier_watch.hpp"

namespace loa::station::health {

core::Condition AmplifierWatch::set(bool on, MonoTime now) {
  const auto switched = amplifier_.set(on);
  on_ = on;
  failed_ = !switched;
  said_.reset();
  due_ = now + settle_;
  return {std::string{core::fault_code::amplifier_feedback}, "relay", !switched,
          switched ? std::string{} : switched.error().text};
}

std::optional<core::Condition> AmplifierWatch::look(MonoTime now) {
  if (!due_ || now < *due_) return std::nullopt;
  const auto feedback = amplifier_.feedback();
  if (feedback && !*feedback) return std::nullopt;
  if (feedback) said_ = *feedback;
  core::Condition condition{std::string{core::fault_code::amplifier_feedback}, "feedback", false, {}};
  if (!feedback) {
    condition.present = true;
    condition.text = feedback.error().text;
  } else if (**feedback != on_) {
    condition.present = true;
    condition.text = on_ ? "the amplifier was switched on and says that it has no power: nothing may be heard"
                         : "the amplifier was switched off and says that it has power: its relay may have welded";
  }
  return condition;
}

}  // namespace loa::station::health
