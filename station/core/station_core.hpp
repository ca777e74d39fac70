#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/policy/policy_rule.hpp"
#include "station/core/clock_judge.hpp"
#include "station/core/device_trials.hpp"
#include "station/core/event.hpp"
#include "station/core/fault_book.hpp"
#include "station/core/output_test.hpp"
#include "station/core/time_anchor.hpp"

namespace loa::station::core {

/// How long before a cue things are made ready, and what is a fault.
struct CoreSettings {
  Micros arm_lead = std::chrono::seconds{3};          ///< a cue is given to its presenter this long before its start
  Micros pre_roll = std::chrono::milliseconds{1500};  ///< device open and amplifier on before the first sample
  Micros post_roll = std::chrono::seconds{2};         ///< and off this long after the last
  Micros least_on = std::chrono::seconds{5};          ///< no relay clicks on and off faster than this
  Micros bridge = std::chrono::seconds{10};           ///< the device stays open to a next cue as near as this
  Micros content_alarm = std::chrono::minutes{30};    ///< missing content is a fault from this long before its cue
  Micros page_patience =
      std::chrono::minutes{1};  ///< … but a page in whose place others stand only when it does not come for so long
  std::uint32_t underruns = 3;  ///< so many in one cue, or in ten minutes of it, are a fault
  FaultSettings faults = {};
  TrialSettings trials = {};
};

/// Decides what an unattended station does. Pure: no thread, socket, file or clock inside; the same object runs on a
/// pole, in a test with a hand-moved clock, and many times over in the simulator.
///
/// It obeys two plans at once: the ward's, and an emergency's, whose cues take the air from everything on their medium
/// and pass policy, mute and stop. Precedence: emergency > live > priority > scheduled > filler.
///
/// Promise: for every cue of a plan but fillers, the parts it orders to Keep, with those the journal held before, cover
/// the cue's planned time once, without overlap, as soon as that time has passed (or, for a cue that may begin later
/// from its beginning, as soon as that is decided and over). What was played is what a presenter measured; every other
/// microsecond has a bucket and a reason. A filler has proof of what was heard of it. What it accounts for of a time
/// that is neither sure nor come, because the clock was ahead, it accounts for anew (Proof.anew) when that time comes.
// wide: every decision of a station; to be divided into cue, air, plan clock, holdings and silence
class StationCore {
 public:
  /// @param journal  what the journal holds of recent cues, in the order of its proofs
  /// @param born     when this process began: cue time before it without account was dark
  /// @param memory   the newest Remember that is on disk
  StationCore(CoreSettings settings, const std::vector<Accounted>& journal, MonoTime born,
              const ClockMemory& memory = {});

  /// Takes one event, returns what is to be done, in order.
  Actions on(const Event& event, const Now& now);

  /// When to send the next Tick at the latest; absent when only an event can change anything.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;

  /// What is on air or on the sign, for the status.
  [[nodiscard]] std::string on_air() const;
  /// Whether a loudspeaker sounds now.
  [[nodiscard]] bool broadcasting() const;
  [[nodiscard]] const FaultBook& faults() const { return faults_; }
  [[nodiscard]] int on_air_start_error_us() const { return start_error_us_; }
  /// Whether the clock was believed at any time since the start: only then is time that passed booked.
  [[nodiscard]] bool clock_believed() const { return clock_usable(); }
  /// Whether the believed time is not the sure one: what is refused by it alone may be right in a moment.
  [[nodiscard]] bool clock_in_doubt() const { return clock_usable() && clock_.in_doubt(now_.mono); }
  /// A plan with a good seal was made then; to be told before the first event if there is one on disk.
  void plan_was_made(WallTime made);
  /// The journal speaks of planned time from then on only (ProofJournal::began); to be told before the first event.
  /// Not told: it speaks of everything. Cue time before it passes without proof: the office knows from the status.
  /// @param began  absent: no process of this journal has had a clock yet
  void journal_began(std::optional<WallTime> began) { began_us_ = began ? to_us(*began) : INT64_MAX; }
  /// Says before which instant a cue must have ended for the journal to drop its receipted proofs: nine days before the
  /// newest plan was made, because the policy counts whole weeks. Taken from the plan and not from the local clock,
  /// because a clock that leaps ahead would wipe out the proofs of today.
  [[nodiscard]] WallTime remembers_since() const;
  /// What a reading of the clock is worth (ClockJudge); its grade is the one to act on and to report.
  Now judge(const Now& reading) { return clock_.judge(reading); }
  [[nodiscard]] std::uint64_t plan_sequence() const { return slots_.plan.sequence; }
  [[nodiscard]] std::uint64_t emergency_sequence() const { return slots_.emergency.sequence; }
  /// Whether a cue that no plan names any more still owes its account: until it is kept, the plan that named it must
  /// not leave the disk.
  [[nodiscard]] bool owes_for_dropped() const;
  /// Whether a newer plan leaves out a cue that had begun when it was made, by the office's clock, and is still to come
  /// by this one: one of the clocks is wrong, and the plan that names the cue must stay on the disk until it is closed.
  [[nodiscard]] bool awaits_cue_before(const v1::Plan& newer) const;
  /// Objects that a cue names which is not over, and how many of them are here. What only past cues name is wanted by
  /// nobody, whether it ever came or not.
  struct Content {
    std::size_t wanted = 0;
    std::size_t held = 0;
  };
  [[nodiscard]] Content content() const;
  /// When each object is presented next: begin of the first cue that is not over and names it. An emergency's are
  /// needed from the first instant on. What is not here no cue wants any more.
  [[nodiscard]] std::map<Sha256, WallTime> objects_needed() const;
  /// Every occurrence that is stopped, with those that a stop would end now: to be durable before it is obeyed.
  [[nodiscard]] std::vector<std::string> stops() const;

 private:
  /// What one of the two plans says beside its cues.
  struct SlotPlan {
    std::uint64_t sequence = 0;
    v1::Policy policy;
    std::int64_t horizon_us = 0;
    std::string content_url;
    std::map<Sha256, v1::Object> objects;
    std::shared_ptr<const Playlists> playlists;
  };
  struct Slots {
    SlotPlan plan, emergency;
    SlotPlan& operator[](Slot slot) { return slot == Slot::plan ? plan : emergency; }
    const SlotPlan& operator[](Slot slot) const { return slot == Slot::plan ? plan : emergency; }
  };
  /// An instant, and what forbids to pass it.
  struct Limit {
    std::int64_t at_us;
    Block why;
  };

  void take(const PlanArrived& event);
  void adopt_cue(const v1::Cue& cue, Slot slot, bool at_start);
  void retire_cues_not_in(const v1::Plan& plan, Slot slot);
  void order_tracks();
  void take(const ObjectHeld& event);
  void take(const ObjectLost& event);
  void take(const PartStarted& event);
  void take(const PartEnded& event);
  void take(const PageDamaged& event);
  void take(const CommandArrived& event);
  void take(const MuteRestored& event);
  void take(const FaultRestored& event);
  void take(const Condition& event);
  void take(const StopsRestored& event);
  void take(const OfficeSpoke& event);
  void take(const DeviceTried& event);
  void take(const Tick& event);
  [[nodiscard]] v1::Answer obey(const v1::Command& command);

  void observe_clock(const Now& reading, const PlanArrived* plan);
  void follow_clock();
  void tie_first();
  void on_moved(std::int64_t before_us, Micros moved);
  void leap_over(std::int64_t before_us);
  void book_waiting(std::int64_t before_us);
  void reopen_what_has_not_come();
  void recount_sessions(const std::set<std::string>& occurrences);
  [[nodiscard]] bool clock_settled();
  void step();
  void step_cue(Track& track);
  void wait_or_arm(Track& track);
  void note_block(Track& track, const std::optional<Block>& block, std::int64_t at_us);
  void follow_pre_emption(Track& track, const std::optional<Block>& block);
  void wait_for_whole(Track& track, const std::optional<Block>& block);
  void decide(Track& track);
  void arm(Track& track, std::int64_t from_us);
  void halt(Track& track, Block why);
  void shorten(Track& track);
  void account(Track& track, std::int64_t to_us, const Block& block);
  void note_birth();
  void account_dark(Track& track);
  void account_waiting(Track& track);
  void remember_dropped(const Track& track);
  void forget_old();
  void settle(Track& track, const v1::Proof& part);
  void keep_played(Track& track, const v1::Proof& part);
  void keep(v1::Proof part);
  void watch_awake();
  void try_outputs();
  void begin_test(const v1::Command& command);
  void halt_test(std::optional<v1::Medium> only);
  void end_test_part(const v1::Proof& part);
  [[nodiscard]] std::string untestable(v1::Medium medium, const v1::Cue& cue) const;
  [[nodiscard]] bool occupied(v1::Medium medium) const;
  void watch_content();
  [[nodiscard]] bool lacks_content(const Track& track);
  void watch_brightness();
  void watch_part(const Track& track, const v1::Proof& part);
  void note_device(v1::Medium medium, bool works, std::string trouble = {});
  void set_fault(std::string_view code, bool present, std::string text = {});
  void tell_faults();
  void want_objects();

  [[nodiscard]] std::optional<Block> why_not(const Track& track) const;
  [[nodiscard]] std::optional<Reason> forbidden(const Track& track, std::int64_t shift_us) const;
  [[nodiscard]] std::optional<Block> ordered_silent(const Track& track, std::int64_t at_us) const;
  [[nodiscard]] bool pre_empted(const Track& track) const;
  [[nodiscard]] bool takes_air(const Track& track, std::int64_t at_us) const;
  [[nodiscard]] static bool covers(const Track& track, std::int64_t at_us);
  [[nodiscard]] bool fills(const Track& filler, std::int64_t at_us) const;
  [[nodiscard]] bool filled(const Track& track, std::int64_t at_us) const;
  [[nodiscard]] Limit latest_begin(const Track& track) const;
  [[nodiscard]] std::optional<Block> obstacle_to_whole(const Track& track) const;
  [[nodiscard]] static Block pre_empted_block();
  [[nodiscard]] static bool is_final(const Block& block);
  [[nodiscard]] static Sha256 object_of(const v1::Cue& cue) {
    return Sha256::from_bytes(cue.object()).value_or(Sha256{});
  }
  [[nodiscard]] const v1::Object* object_of_plans(const Sha256& name) const;
  [[nodiscard]] std::set<std::string> stoppable() const;
  [[nodiscard]] std::vector<Track*> open_until(std::int64_t start_us) const;
  [[nodiscard]] bool held(const Sha256& object) const;
  [[nodiscard]] bool holds(const Track& track) const;  // enough of it to begin
  [[nodiscard]] bool needs_awake(v1::Medium medium) const;
  [[nodiscard]] bool stays_awake(v1::Medium medium) const;
  [[nodiscard]] std::int64_t now_us() const { return to_us(anchor_.plan_time(now_.mono)); }
  [[nodiscard]] bool clock_usable() const { return believed_ >= ClockGrade::network; }
  [[nodiscard]] Track* find(const CueKey& key);

  CoreSettings settings_;
  ClockJudge clock_;
  TimeAnchor anchor_;
  Now now_;
  MonoTime born_;
  // Best grade that has confirmed the tie since it last moved: while the clock is below, the monotonic one carries on.
  ClockGrade believed_ = ClockGrade::none;
  std::int64_t born_us_ = 0;           // plan time; stays when the clock leaps ahead
  std::int64_t began_us_ = 0;          // of the journal; INT64_MAX while nobody knows
  std::int64_t final_us_ = INT64_MAX;  // what is accounted for before is final; of what an earlier process did all

  Slots slots_;
  v1::Plan brightness_;                 // of the plan: only policy and brightness
  int percent_ = 100;                   // what the sign was told
  std::map<Sha256, bool> held_;         // every object of the two plans
  std::map<Sha256, MonoTime> awaited_;  // pages that are not here, since when
  std::map<CueKey, Track> tracks_;
  std::vector<Track*> order_;  // by start; from first_open_ on not all are closed
  std::size_t first_open_ = 0;
  std::vector<Track*> assigned_;                 // in the hands of a presenter
  std::int64_t made_us_ = 0;                     ///< the newest plan
  std::map<CueKey, std::vector<Span>> journal_;  // what it accounts for of cues that no track has
  std::optional<MonoTime> usable_since_;         // when the clock came to be believed, if it was not at first
  std::int64_t usable_since_us_ = 0;             // plan time; stays when the clock leaps ahead
  ClockGrade waited_grade_ = ClockGrade::none;   // until then
  bool waited_for_clock_ = false;
  protocol::policy::Sessions sessions_;
  std::int64_t mute_until_us_ = 0;
  std::string mute_reason_;
  std::map<std::string, std::string> stopped_;  // occurrence → reason
  std::map<v1::Medium, bool> awake_;
  std::map<v1::Medium, MonoTime> awake_since_;
  std::map<v1::Medium, std::int64_t> last_end_us_;
  FaultBook faults_;
  DeviceTrials trials_;
  std::optional<OutputTest> test_;  // under way
  std::set<Sha256> damaged_;        // objects that could not be played, and have not been since
  int start_error_us_ = 0;
  Actions actions_;
};

}  // namespace loa::station::core
