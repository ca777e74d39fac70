#include "station/node/plan_intake.hpp"

#include <utility>

#include "protocol/base/log.hpp"
#include "station/node/tick_plan.hpp"
#include "station/node/without_cues.hpp"

namespace loa::station::node {

// ---- at the start ---------------------------------------------------------------------------------------------------

std::optional<intake::AcceptedPlan> PlanIntake::load(WallTime wall) {
  auto sealed = desk_.vault.load_plan();
  if (!sealed) {
    unused_ = true;
    return desk_.words.refuse("plan on disk", sealed.error()), std::nullopt;
  }
  if (!*sealed) return log::info("plan.none"), std::nullopt;
  if (restarts_.safe()) return hold_back(std::move(**sealed)), std::nullopt;
  auto accepted = desk_.gate.plan(**sealed, std::nullopt, std::nullopt);
  if (!accepted) {
    unused_ = true;
    return desk_.words.refuse("plan on disk", accepted.error()), std::nullopt;
  }
  if (to_us(wall) >= accepted->plan.horizon_us()) log::warn("plan.expired", {{"sequence", accepted->sequence}});
  bytes_ = std::move(**sealed);
  return std::move(*accepted);
}

/// It is not looked into: it may be what the process dies of.
void PlanIntake::hold_back(std::string sealed) {
  unused_ = true;
  if (const auto sequence = desk_.gate.plan_sequence(sealed)) held_sequence_ = *sequence;
  bytes_ = std::move(sealed);
  desk_.words.refuse("plan on disk",
                     {ErrorCode::refused, fmt::format("held back after {} starts in a row that did not last a "
                                                      "minute: publish a newer plan",
                                                      restarts_.in_row())});
}

bool PlanIntake::look_at_uptime(std::chrono::seconds uptime) {
  bool obeyed = false;
  if (restarts_.safe() && (plan_ || uptime >= restarts_.safe_time())) {
    log::info("safe.left", {{"after_s", uptime.count()}, {"newer_plan", plan_.has_value()}});
    restarts_.leave_safe(uptime);
    held_sequence_.reset();
    desk_.words.want_status();
    if (!plan_) {
      unused_ = false;
      if (auto plan = load(desk_.feed.now().wall)) {
        obey(std::move(*plan), true);
        obeyed = true;
      }
    }
  }
  restarts_.lasted(uptime);
  return obeyed;
}

// ---- from outside
// -----------------------------------------------------------------------------------------------------

Received PlanIntake::take(const std::string& sealed) {
  if (sealed == bytes_) return Received::refused;  // retained, delivered again
  if (!may_change()) return wait(sealed);
  desk_.host.begins_long_work();
  const std::optional<std::uint64_t> after = plan_ ? std::optional{desk_.feed.core().plan_sequence()} : held_sequence_;
  auto accepted = desk_.gate.plan(sealed, after, desk_.feed.believed_now());
  if (!accepted) {
    hold_for_right_clock(sealed, after);
    return desk_.words.refuse("plan", accepted.error()), Received::refused;
  }
  retry_ = after_pause();
  if (plan_ && desk_.feed.core().awaits_cue_before(accepted->plan)) return wait(sealed);
  if (const auto saved = save(sealed); !saved) {
    desk_.words.refuse("plan", saved.error());
    return wait(sealed);  // nobody sends it again
  }
  waiting_.clear();
  retry_ = {};
  bytes_ = sealed;
  desk_.feed.hear_office(accepted->signed_at);
  obey(std::move(*accepted), false);
  return Received::obeyed;
}

Received PlanIntake::wait(const std::string& sealed) {
  waiting_ = sealed;
  return Received::waiting;
}

Result<void> PlanIntake::save(const std::string& sealed) {
  if (unused_) LOA_TRY(desk_.vault.set_plan_aside());
  unused_ = false;
  return desk_.card.with_room([&] { return desk_.vault.save_plan(sealed); });
}

/// A clock that nothing has borne out may refuse what is valid, and nobody sends a retained message again. What is
/// wrong only by that clock waits; what it was signed for bears the time out all the same.
void PlanIntake::hold_for_right_clock(const std::string& sealed, std::optional<std::uint64_t> after) {
  const auto by_seal = desk_.gate.plan(sealed, after, std::nullopt);
  if (!by_seal || !desk_.feed.core().clock_in_doubt()) return;
  desk_.feed.hear_office(by_seal->signed_at);
  waiting_ = sealed;
  retry_ = after_pause();
}

Received PlanIntake::retry() {
  if (waiting_.empty() || !may_change() || retry_ > desk_.feed.now().mono) return Received::waiting;
  return take(std::exchange(waiting_, {}));
}

std::optional<MonoTime> PlanIntake::next_deadline() const {
  return waiting_.empty() || !may_change() ? std::nullopt : std::optional{retry_};
}

MonoTime PlanIntake::after_pause() const { return desk_.feed.now().mono + plan_pause; }

bool PlanIntake::may_change() const {
  return !plan_ || (desk_.feed.core().clock_believed() && desk_.proofs.all_kept());
}

void PlanIntake::obey(intake::AcceptedPlan accepted, bool at_start) {
  log::info("plan.accepted", {{"sequence", accepted.sequence},
                              {"cues", accepted.plan.cues_size()},
                              {"until", format_utc(wall_from_us(accepted.plan.horizon_us()))}});
  plan_ = without_cues(accepted.plan);
  desk_.give(std::move(accepted), at_start, core::Slot::plan);
}

}  // namespace loa::station::node
