#include "station/daemon/late_amplifier.hpp"

#include "protocol/base/log.hpp"

namespace loa::station::daemon {

LateAmplifier::LateAmplifier(Open open) : open_(std::move(open)) {
  if (const auto opened = ensure_open(); !opened) log::error("amplifier.unavailable", {{"error", opened.error().text}});
}

Result<void> LateAmplifier::ensure_open() {
  if (amplifier_) return {};
  LOA_TRY_LET(amplifier_, open_());
  return {};
}

Result<void> LateAmplifier::set(bool on) {
  LOA_TRY(ensure_open());
  return amplifier_->set(on);
}

Result<std::optional<bool>> LateAmplifier::feedback() {
  if (!amplifier_) return std::optional<bool>{};
  return amplifier_->feedback();
}

}  // namespace loa::station::daemon
