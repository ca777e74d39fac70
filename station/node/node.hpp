#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "station/journal/saved_marks.hpp"
#include "station/node/command_intake.hpp"
#include "station/node/core_feed.hpp"
#include "station/node/emergency_intake.hpp"
#include "station/node/fault_memory.hpp"
#include "station/node/full_card.hpp"
#include "station/node/orders.hpp"
#include "station/node/outputs.hpp"
#include "station/node/plan_intake.hpp"
#include "station/node/ports.hpp"
#include "station/node/proof_queue.hpp"
#include "station/node/tick_plan.hpp"
#include "station/node/words.hpp"

namespace loa::station::node {

/// What a node keeps on its card, opened. Outlives the node.
struct Records {
  journal::ProofJournal journal;
  health::Restarts restarts;
  intake::Vault vault;
};

/// What a process begins with.
struct Awakened {
  std::unique_ptr<core::StationCore> core;
  std::deque<v1::Proof> unkept;  ///< heard before, and the disk refuses the proof now
};

/// Makes proof of what an earlier process left in its marks, and a core that knows everything proved.
/// @param hot    folder of the marks of "audio" and "sign", which are opened after this
/// @param saved  their copy on the card; null: there is none
/// @param now    what the machine's clock says
/// @param born   when the process began
/// @error io: the journal cannot be read, or the marks not be opened
Result<Awakened> awaken(Records& records, const std::filesystem::path& hot, journal::SavedMarks* saved, WallTime now,
                        const core::CoreSettings& settings, MonoTime born);

/// One station between its core and the world: in which order what comes in is judged, kept, obeyed and settled, what
/// is tried again and when, and what is said. The daemon runs it on timers, threads and devices, the simulator on a
/// timeline, a test by hand.
///
/// No thread, socket, timer or clock: each call brings the time, next_deadline() says when on_time() is wanted. Waits
/// for the disk and for nothing else. Crash-only: it is ended by destroying it, or by SIGKILL, at any moment.
// wide: one function for each kind of event that the world brings; what they do lies in the six rooms of its parts
class Node {
 public:
  using Reading = firmware::ClockReading;

  /// @param sign_trouble  why there is no sign although the settings name one
  Node(settings::StationSettings settings, Speaker speaker, StatusPace pace, Records& records, Awakened awakened,
       const Ports& ports, std::string sign_trouble);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Takes up what lies on disk: faults, mute, stops, emergency, plan. Once, before anything else.
  void start(const Reading& now);
  /// Says farewell: the process was told to stop, so it is no failure of this start.
  void stopping(const Reading& now);

  // What happens.
  void on_link_up(const Reading& now);
  void on_link_down() { proofs_.on_link_down(); }
  /// A message on the station's own topic.
  void on_message(const Reading& now, protocol::topic::Leaf leaf, const std::string& sealed);
  /// A message on a group's topic. @param retained  the broker kept it: it may be old
  void on_command(const Reading& now, const std::string& sealed, bool retained);
  void on_fetched(const Reading& now, const sync::Fetched& fetched);
  void on_vitals(const Reading& now, const health::Vitals& vitals);
  void on_started(const Reading& now, const CueKey& cue, int start_error_us);
  void on_ended(const Reading& now, const v1::Proof& part);
  void on_page_damaged(const Reading& now, const std::string& object);
  void on_tried(const Reading& now, v1::Medium medium, const std::string& trouble);
  /// next_deadline() has come, or the clock was set or may have changed its grade. Harmless at any other time.
  void on_time(const Reading& now);
  /// Says a status now.
  void say_status(const Reading& now);

  /// When on_time() has something to do at the latest; absent: only an event can change anything. A clock that changes
  /// its grade is no deadline.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;
  /// The same for a process that has to show that it lives, and to look whether the clock has changed: next_tick().
  [[nodiscard]] MonoTime next_look(MonoTime now) const { return next_tick(pending(), now); }

  [[nodiscard]] const core::StationCore& core() const { return feed_.core(); }
  [[nodiscard]] const ProofQueue& proofs() const { return proofs_; }
  [[nodiscard]] const Outputs& outputs() const { return outputs_; }
  [[nodiscard]] bool has_plan() const { return plans_.plan().has_value(); }

 private:
  void take_receipt(const std::string& sealed);
  void drop_unneeded_objects();
  void followed_plan();
  void make_room_for(const protocol::crypto::Sha256& object);
  [[nodiscard]] Pending pending() const;
  [[nodiscard]] Pending pending_words() const;

  const settings::StationSettings settings_;
  const Ports ports_;
  Records& records_;
  const intake::Gate gate_;
  CoreFeed feed_;
  FullCard card_;
  Outputs outputs_;
  ProofQueue proofs_;
  Words words_;
  const Desk desk_;
  FaultMemory faults_;
  PlanIntake plans_;
  EmergencyIntake emergencies_;
  CommandIntake commands_;
  MonoTime ticked_;
};

}  // namespace loa::station::node
