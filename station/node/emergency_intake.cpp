#include "station/node/emergency_intake.hpp"

#include <algorithm>
#include <utility>

#include "protocol/base/log.hpp"
#include "station/node/tick_plan.hpp"
#include "station/node/without_cues.hpp"

namespace loa::station::node {

void EmergencyIntake::load() {
  const auto emergencies = desk_.vault.load_emergencies();
  if (!emergencies) return desk_.words.refuse("emergency on disk", emergencies.error());
  for (const auto& sealed : *emergencies) {
    auto accepted = desk_.gate.emergency_on_disk(sealed);
    if (!accepted) {
      desk_.words.refuse("emergency on disk", accepted.error());
    } else if (!plan_ || accepted->sequence > desk_.feed.core().emergency_sequence()) {
      obey(sealed, std::move(*accepted), true);
      unsettled_ = true;
    }
  }
}

Received EmergencyIntake::take(const std::string& sealed) {
  if (sealed.empty() || sealed == bytes_) return Received::refused;  // taken off the broker, or delivered again
  const std::optional<std::uint64_t> after =
      plan_ ? std::optional{desk_.feed.core().emergency_sequence()} : std::nullopt;
  const auto now = desk_.feed.believed_now();
  desk_.host.begins_long_work();
  auto accepted = desk_.gate.emergency(sealed, after, now);
  if (!accepted) {
    if (!now || desk_.feed.core().clock_in_doubt()) {
      hold(sealed, after);
      retry_ = now ? desk_.feed.now().mono + emergency_pause : MonoTime{};
    }
    return desk_.words.refuse("emergency", accepted.error()), Received::refused;
  }
  bytes_ = sealed;
  unsaved_ = true;
  save();
  desk_.feed.hear_office(accepted->signed_at);
  obey(sealed, std::move(*accepted), false);
  settle();
  return Received::obeyed;
}

/// It may be in time by the right clock, once there is one.
void EmergencyIntake::hold(const std::string& sealed, std::optional<std::uint64_t> after) {
  const auto by_seal = desk_.gate.emergency_on_disk(sealed);
  if (!by_seal || (after && by_seal->sequence <= *after)) return;
  desk_.feed.hear_office(by_seal->signed_at);
  waiting_ = sealed;
}

void EmergencyIntake::save() {
  if (!unsaved_) return;
  const auto saved = desk_.card.with_room([this] { return desk_.vault.save_emergency(bytes_); });
  if (!saved) return log::error("emergency.unsaved", {{"error", saved.error().text}});
  unsaved_ = false;
  unsettled_ = true;
}

/// Lets the newer emergency take the older one's place on disk once every part of the older one is kept; until then the
/// files of both lie side by side, so that a power cut takes neither.
void EmergencyIntake::settle() {
  if (unsaved_ || !unsettled_ || !desk_.proofs.all_kept() || desk_.feed.core().owes_for_dropped()) return;
  const auto settled = desk_.vault.settle_emergency();
  if (!settled) return log::error("emergency.unsettled", {{"error", settled.error().text}});
  unsettled_ = false;
}

Received EmergencyIntake::retry() {
  auto received = Received::waiting;
  if (!waiting_.empty() && retry_ <= desk_.feed.now().mono && desk_.feed.believed_now())
    received = take(std::exchange(waiting_, {}));
  save();
  settle();
  return received;
}

std::optional<MonoTime> EmergencyIntake::next_deadline(MonoTime disk_again) const {
  std::optional<MonoTime> at;
  if (unsaved_ || unsettled_) at = disk_again;
  if (!waiting_.empty() && desk_.feed.believed_now()) at = at ? std::min(*at, retry_) : retry_;
  return at;
}

void EmergencyIntake::obey(const std::string& sealed, intake::AcceptedPlan accepted, bool at_start) {
  log::warn("emergency.accepted", {{"sequence", accepted.sequence}, {"cues", accepted.plan.cues_size()}});
  bytes_ = sealed;
  plan_ = without_cues(accepted.plan);
  desk_.give(std::move(accepted), at_start, core::Slot::emergency);
}

}  // namespace loa::station::node
