#pragma once
#include <optional>
#include <string>

#include "station/health/restarts.hpp"
#include "station/node/desk.hpp"

namespace loa::station::node {

/// The ward's plan: judged, kept, then obeyed. A newer one waits until everything that the one on disk promised is
/// accounted for, because it no longer names it, and after a power cut nobody would.
class PlanIntake {
 public:
  PlanIntake(Desk desk, health::Restarts& restarts) : desk_(desk), restarts_(restarts) {}

  /// Reads the plan that was in force. What it promised is owed even if it has expired since, or if the clock has gone
  /// back behind its making; nothing of it sounds after its horizon. In the safe minimum it is held back.
  /// @param wall  what the machine's clock says: the log tells whether the plan has expired by it
  [[nodiscard]] std::optional<intake::AcceptedPlan> load(WallTime wall);
  /// Obeys a plan that load() gave.
  void take_up(intake::AcceptedPlan accepted) { obey(std::move(accepted), true); }

  /// Takes a sealed plan from outside.
  Received take(const std::string& sealed);
  /// Judges anew what waits, if it may and its pause is over.
  Received retry();
  /// Ends the safe minimum when a newer plan is obeyed, or when nobody sent one for long enough.
  /// @return whether the plan that was held back is obeyed
  bool look_at_uptime(std::chrono::seconds uptime);

  /// When retry() has something to do.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;
  /// The plan in force without its cues: the core has them. Absent: none is.
  [[nodiscard]] const std::optional<v1::Plan>& plan() const { return plan_; }
  /// Whether a plan lies on disk that may come into force again: it needs its content then.
  [[nodiscard]] bool holds_one_back() const { return unused_; }

 private:
  void hold_back(std::string sealed);
  void hold_for_right_clock(const std::string& sealed, std::optional<std::uint64_t> after);
  [[nodiscard]] Result<void> save(const std::string& sealed);
  void obey(intake::AcceptedPlan accepted, bool at_start);
  [[nodiscard]] bool may_change() const;
  Received wait(const std::string& sealed);
  [[nodiscard]] MonoTime after_pause() const;

  const Desk desk_;
  health::Restarts& restarts_;
  std::optional<v1::Plan> plan_;
  std::string bytes_;                           // as it was sealed: the same again is no news
  bool unused_ = false;                         // one lies on disk that is not in force
  std::optional<std::uint64_t> held_sequence_;  // of that one, when it was only held back
  std::string waiting_;                         // newer, sealed, until it may and can take the place of plan_
  MonoTime retry_;                              // not judged again before
};

}  // namespace loa::station::node
