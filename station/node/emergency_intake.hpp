#pragma once
#include <optional>
#include <string>

#include "station/node/desk.hpp"

namespace loa::station::node {

/// The second plan: an emergency's. It sounds although the disk is ill, because the broker has it for the next process
/// and its cues have their instants; on disk it lies beside the one before until that one's account is kept.
class EmergencyIntake {
 public:
  explicit EmergencyIntake(Desk desk) : desk_(desk) {}

  /// Takes up what lies on disk. To be called before the plan is taken up, whose coming removes objects that neither
  /// names.
  void load();
  /// Takes a sealed emergency from outside.
  Received take(const std::string& sealed);
  /// Judges anew what waits, saves what is not saved, settles what is saved: each if it can be done now.
  /// @return whether one is obeyed that waited
  Received retry();

  /// When retry() can do something at the earliest.
  [[nodiscard]] std::optional<MonoTime> next_deadline(MonoTime disk_again) const;
  /// Whether something waits for the clock or the disk.
  [[nodiscard]] bool retries() const { return !waiting_.empty() || unsaved_ || unsettled_; }
  /// The emergency in force; absent: none is.
  [[nodiscard]] const std::optional<v1::Plan>& plan() const { return plan_; }

 private:
  void hold(const std::string& sealed, std::optional<std::uint64_t> after);
  void save();
  void settle();
  void obey(const std::string& sealed, intake::AcceptedPlan accepted, bool at_start);

  const Desk desk_;
  std::optional<v1::Plan> plan_;
  std::string bytes_;       // as it was sealed
  bool unsaved_ = false;    // obeyed, not on disk
  bool unsettled_ = false;  // on disk, but still beside the one before
  std::string waiting_;     // newer, sealed, until the clock is believed, and in time by it
  MonoTime retry_;          // not judged again before
};

}  // namespace loa::station::node
