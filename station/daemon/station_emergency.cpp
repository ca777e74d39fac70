// The second plan: an emergency's. What an earlier process was told to stop is taken up here too.
#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {

void Station::load_stops() {
  const auto stops = vault_.load_stops();
  if (!stops) return refuse("stops on disk", stops.error());
  if (!stops->empty()) feed(core::StopsRestored{*stops});
}

/// Taken up before the plan, whose coming removes objects that neither names.
void Station::load_emergency() {
  const auto emergencies = vault_.load_emergencies();
  if (!emergencies) return refuse("emergency on disk", emergencies.error());
  for (const auto& sealed : *emergencies) {
    auto accepted = gate_.emergency_on_disk(sealed);
    if (!accepted) {
      refuse("emergency on disk", accepted.error());
    } else if (!emergency_ || accepted->sequence > core_->emergency_sequence()) {
      obey_emergency(sealed, std::move(*accepted), true);
      emergency_unsettled_ = true;
    }
  }
}

void Station::on_emergency(const std::string& sealed) {
  if (sealed.empty() || sealed == emergency_bytes_) return;  // taken off the broker, or delivered again
  const std::optional<std::uint64_t> after = emergency_ ? std::optional{core_->emergency_sequence()} : std::nullopt;
  const auto now = believed_now();
  begin_long_work();
  auto accepted = gate_.emergency(sealed, after, now);
  if (!accepted) {
    if (!now || core_->clock_in_doubt()) {
      hold_emergency(sealed, after);
      emergency_retry_ = now ? std::chrono::steady_clock::now() + node::emergency_pause : MonoTime{};
    }
    return refuse("emergency", accepted.error());
  }
  emergency_bytes_ = sealed;
  emergency_unsaved_ = true;
  save_emergency();
  hear_office(accepted->signed_at);
  obey_emergency(sealed, std::move(*accepted), false);
  settle_emergency();
  drop_unneeded_objects();
}

/// It may be in time by the right clock, once there is one.
void Station::hold_emergency(const std::string& sealed, std::optional<std::uint64_t> after) {
  const auto by_seal = gate_.emergency_on_disk(sealed);
  if (!by_seal || (after && by_seal->sequence <= *after)) return;
  hear_office(by_seal->signed_at);
  waiting_emergency_ = sealed;
}

/// A warning sounds although the disk is ill: the broker has it for the next process, and its cues have their instants.
void Station::save_emergency() {
  if (!emergency_unsaved_) return;
  const auto saved = with_room([this] { return vault_.save_emergency(emergency_bytes_); });
  if (!saved) return log::error("emergency.unsaved", {{"error", saved.error().text}});
  emergency_unsaved_ = false;
  emergency_unsettled_ = true;
}

/// It lies beside the one before until that one's account is kept: a power cut in between takes neither.
void Station::settle_emergency() {
  if (emergency_unsaved_ || !emergency_unsettled_ || !unkept_.empty() || core_->owes_for_dropped()) return;
  const auto settled = vault_.settle_emergency();
  if (!settled) return log::error("emergency.unsettled", {{"error", settled.error().text}});
  emergency_unsettled_ = false;
}

void Station::retry_emergency() {
  if (waiting_emergency_.empty() || emergency_retry_ > ticked_ || !believed_now()) return;
  on_emergency(std::exchange(waiting_emergency_, {}));
}

void Station::obey_emergency(const std::string& sealed, intake::AcceptedPlan accepted, bool at_start) {
  log::warn("emergency.accepted", {{"sequence", accepted.sequence}, {"cues", accepted.plan.cues_size()}});
  emergency_bytes_ = sealed;
  emergency_ = accepted.plan;
  auto held = held_of(accepted.plan);
  feed(
      core::PlanArrived{std::move(accepted.plan), accepted.sequence, std::move(held), at_start, core::Slot::emergency});
  status_due_ = true;
}

std::set<protocol::crypto::Sha256> Station::held_of(const v1::Plan& plan) const {
  std::set<protocol::crypto::Sha256> held;
  for (const auto& object : plan.objects()) {
    const auto name = protocol::crypto::Sha256::from_bytes(object.sha256());
    if (name && store_.has(*name)) held.insert(*name);
  }
  return held;
}

/// Both plans are whole: what neither names will not be played.
void Station::drop_unneeded_objects() {
  if (plan_unused_) return;  // one lies on disk that may come into force again: it needs its content then
  begin_long_work();
  std::set<protocol::crypto::Sha256> named;
  for (const auto* plan : {&plan_, &emergency_}) {
    if (!*plan) continue;
    for (const auto& object : (*plan)->objects()) {
      if (const auto name = protocol::crypto::Sha256::from_bytes(object.sha256())) named.insert(*name);
    }
  }
  for (const auto& object : store_.list()) {
    if (named.contains(object)) continue;
    if (const auto removed = store_.remove(object); !removed)
      log::warn("object.kept", {{"error", removed.error().text}});
  }
}

}  // namespace loa::station::daemon
